"""The declarative config of an experiment. Imports no scientific library.

Strict: unknown keys are refused, every number is bounded, every column name is
checked against the dataset's schema, and every error carries the path of its field.
What looks at more than one field is in `checks.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError

from engine.messages import N_
from engine.spec.columns import STRICT, Columns
from engine.spec.metrics import ThresholdMetric
from engine.spec.models import MODELS, AnyModel
from engine.spec.schema import Schema
from engine.spec.search import Search
from engine.spec.steps.new_features import MAX_NEW_FEATURES, OPERATIONS, AnyNewFeature
from engine.spec.steps.preparation import TREATMENTS, Preparation
from engine.spec.steps.selection import (
    REDUCTIONS,
    SELECTIONS,
    AnyReduction,
    AnySelection,
    NoReduction,
    NoSelection,
)
from engine.spec.text import unstorable_path

VERSION: Literal[2] = 2


class Threshold(BaseModel):
    """From which probability on a row is predicted positive."""

    model_config = STRICT

    value: float = Field(
        0.5,
        ge=0.01,
        le=0.99,
        title=N_("Threshold"),
        description=N_("Rows with this probability or more are predicted positive."),
    )
    tune_for: ThresholdMetric = Field(
        "none",
        title=N_("Optimised for"),
        description=N_(
            "The threshold that is best for this metric on out-of-fold training "
            "predictions. The test set is never used."
        ),
    )


class Validation(BaseModel):
    """Cross-validation within the train rows, divided as the dataset's split is."""

    model_config = STRICT

    folds: int = Field(
        5,
        ge=2,
        le=10,
        title=N_("Folds"),
        description=N_("How many times cross-validation fits the model on the training set."),
    )
    repeats: int = Field(
        1,
        ge=1,
        le=10,
        title=N_("Repeats"),
        description=N_(
            "Splits the rows again and repeats the cross-validation: a steadier mean, but slower."
        ),
    )
    gap: int = Field(
        0,
        ge=0,
        le=1000,
        title=N_("Rows skipped between folds"),
        description=N_(
            "Rows left out between the training rows and the later validation rows "
            "of a fold; only with a split by time. Skip as many as the target looks "
            "ahead."
        ),
    )


class ExperimentConfig(BaseModel):
    """Everything that a run needs to know beside the data."""

    model_config = STRICT

    version: Literal[2] = VERSION
    columns: Columns = Columns()
    new_features: list[AnyNewFeature] = Field(
        default_factory=list,
        max_length=MAX_NEW_FEATURES,
        title=N_("New features"),
        description=N_("Features computed from other columns; the model uses them too."),
    )
    preparation: Preparation = Preparation()
    selection: AnySelection = NoSelection()
    reduction: AnyReduction = NoReduction()
    model: AnyModel
    calibration: Literal["none", "sigmoid", "isotonic"] = Field(
        "none",
        title=N_("Calibration"),
        description=N_(
            "Corrects probabilities with out-of-fold predictions; isotonic needs many rows."
        ),
    )
    threshold: Threshold = Threshold()
    validation: Validation = Validation()
    search: Search = Search()
    seed: int = Field(
        42,
        ge=0,
        le=2**31 - 1,
        title=N_("Seed"),
        description=N_("Same seed, same result: randomness is part of the config."),
    )


# --- Errors -------------------------------------------------------------------
@dataclass(frozen=True)
class FieldError:
    """An error in one field.

    Attributes:
        path: where in the config, such as ("model", "C").
        code: pydantic's error type, or one of the checks' own.
        context: JSON-able values that a sentence about it quotes.
    """

    path: tuple[str, ...]
    code: str
    context: dict[str, Any] = field(default_factory=dict)


class ConfigInvalid(Exception):
    """The config cannot be run; `errors` say where and why."""

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__(", ".join(f"{'.'.join(e.path)}: {e.code}" for e in errors))
        self.errors = errors


def validate_config(data: Any, schema: Schema) -> ExperimentConfig:
    """A config that can be run on this dataset.

    Raises:
        ConfigInvalid: with every error that was found.
    """
    from engine.spec.validators import check_errors  # noqa: PLC0415 (checks read configs)

    # First and alone: other errors would quote it.
    if (path := unstorable_path(data)) is not None:
        raise ConfigInvalid([FieldError(path, "unstorable_text")])
    try:
        config = ExperimentConfig.model_validate(data)
    except ValidationError as error:
        errors = [_field_error(e) for e in error.errors(include_url=False)]
        raise ConfigInvalid(errors + _errors_elsewhere(data, errors, schema)) from error
    if errors := check_errors(config, schema):
        raise ConfigInvalid(errors)
    return config


def _errors_elsewhere(data: Any, found: list[FieldError], schema: Schema) -> list[FieldError]:
    """Validator errors of the well-formed sections when others are malformed.

    A learner who mistyped a column and a number is told of both at once.
    """
    from engine.spec.validators import check_errors  # noqa: PLC0415 (checks read configs)

    broken = {error.path[0] for error in found if error.path}
    if not isinstance(data, dict):
        return []
    sound = {
        key: value
        for key, value in data.items()
        if key in ExperimentConfig.model_fields and key not in broken
    }
    config = ExperimentConfig.model_validate({"model": {"name": "dummy"}, **sound})
    return [error for error in check_errors(config, schema) if error.path[0] not in broken]


ANY = "*"
# Discriminated unions: the key that tells members apart, and the members, by where they
# stand. By the whole path, since a column may be called "model".
UNIONS: dict[tuple[str, ...], tuple[str, tuple[str, ...]]] = {
    ("model",): ("name", tuple(MODELS)),
    ("model", "members", ANY): ("name", tuple(MODELS)),
    ("new_features", ANY): ("operation", tuple(OPERATIONS)),
    ("preparation", "columns", ANY): ("treat_as", tuple(TREATMENTS)),
    ("selection",): ("method", tuple(SELECTIONS)),
    ("reduction",): ("method", tuple(REDUCTIONS)),
}


def _union_at(path: list[str]) -> tuple[str, tuple[str, ...]] | None:
    """Key and members of the union at this path, if there is one."""
    for place, union in UNIONS.items():
        if len(place) == len(path) and all(
            part in (ANY, found) for part, found in zip(place, path, strict=True)
        ):
            return union
    return None


def _field_error(error: Any) -> FieldError:
    location = _without_tags([str(part) for part in error["loc"]])
    context = {key: value for key, value in error.get("ctx", {}).items() if _is_plain(value)}
    if error["type"].startswith("union_tag") and (union := _union_at(location)):
        key, members = union
        location.append(key)
        context["expected_tags"] = ", ".join(members)
    return FieldError(tuple(location), error["type"], context)


def _without_tags(location: list[str]) -> list[str]:
    """A discriminated union puts the chosen member's tag into the path; nobody wrote it there."""
    kept: list[str] = []
    for part in location:
        union = _union_at(kept)
        if union is None or part not in union[1]:
            kept.append(part)
    return kept


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float | bool | None)


# --- Defaults and names -----------------------------------------------------------
def default_config(schema: Schema, model: str = "logistic_regression") -> ExperimentConfig:
    """The default config of a new experiment: every column but identifiers."""
    columns = [column.name for column in schema.default_features or schema.features]
    return ExperimentConfig.model_validate(
        {"columns": {"include": columns}, "model": {"name": model}}
    )


def feature_names(config: ExperimentConfig, schema: Schema) -> list[str]:
    """The model's features: original columns first, then new features."""
    new = [feature.name for feature in config.new_features]
    return [*config.columns.chosen(schema), *new]
