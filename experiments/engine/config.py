"""The declarative config of an experiment. Imports no scientific library.

Strict: unknown keys are refused, every number is bounded, every column name is
checked against the dataset's schema, and every error carries the path of its field.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from experiments.engine.messages import N_
from experiments.engine.models import MODELS, AnyModel
from experiments.engine.schema import Schema

STRICT = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class NumericPreparation(BaseModel):
    model_config = STRICT

    impute: Literal["median", "mean", "most_frequent", "zero"] = Field(
        "median",
        title=N_("Missing values"),
        description=N_("What stands in for a missing number."),
    )
    missing_indicator: bool = Field(
        False,
        title=N_("Say what was missing"),
        description=N_("Adds a column per column with missing values: was it missing?"),
    )
    scale: Literal["standard", "none"] = Field(
        "standard",
        title=N_("Scaling"),
        description=N_("Standard: mean 0, deviation 1. Linear models need it, trees do not."),
    )


class CategoricalPreparation(BaseModel):
    model_config = STRICT

    impute: Literal["category", "most_frequent"] = Field(
        "category",
        title=N_("Missing values"),
        description=N_("A category of their own, or the most frequent one."),
    )
    encode: Literal["one_hot"] = Field(
        "one_hot",
        title=N_("Encoding"),
        description=N_("One column of 0 and 1 per category."),
    )


class Preparation(BaseModel):
    """How columns become numbers, by kind of column."""

    model_config = STRICT

    numeric: NumericPreparation = NumericPreparation()
    categorical: CategoricalPreparation = CategoricalPreparation()


class Validation(BaseModel):
    """Cross-validation within the train rows."""

    model_config = STRICT

    folds: int = Field(
        5,
        ge=2,
        le=10,
        title=N_("Folds"),
        description=N_("Cross-validation trains this many times on the train rows."),
    )


class ExperimentConfig(BaseModel):
    """Everything that a run needs to know beside the data."""

    model_config = STRICT

    version: Literal[1] = 1
    features: list[str] = Field(min_length=1, max_length=500)
    preparation: Preparation = Preparation()
    model: AnyModel
    validation: Validation = Validation()
    seed: int = Field(
        42,
        ge=0,
        le=2**31 - 1,
        title=N_("Seed"),
        description=N_("Same seed, same result: chance is part of the config."),
    )


# --- Errors -------------------------------------------------------------------
@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field.

    Attributes:
        path: where in the config, such as ("model", "C").
        code: pydantic's error type, or one of this module's own.
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


Check = Callable[[ExperimentConfig, Schema], Iterator[FieldError]]
CHECKS: list[Check] = []


def check(function: Check) -> Check:
    """Register a rule that looks at more than one field."""
    CHECKS.append(function)
    return function


@check
def features_are_known(config: ExperimentConfig, schema: Schema) -> Iterator[FieldError]:
    names = [column.name for column in schema.features]
    for name in config.features:
        if name not in schema.by_name:
            near = difflib.get_close_matches(name, names, n=1)
            context = {"name": name, "suggestion": near[0] if near else None}
            yield FieldError(("features",), "unknown_column", context)


@check
def features_are_usable(config: ExperimentConfig, schema: Schema) -> Iterator[FieldError]:
    usable = {column.name for column in schema.usable_features}
    for name in config.features:
        column = schema.by_name.get(name)
        if column is not None and name != schema.target and name not in usable:
            context = {"name": name, "type": column.type.value}
            yield FieldError(("features",), "unusable_column", context)


@check
def target_is_no_feature(config: ExperimentConfig, schema: Schema) -> Iterator[FieldError]:
    if schema.target in config.features:
        yield FieldError(("features",), "target_as_feature", {"name": schema.target})


@check
def features_are_named_once(config: ExperimentConfig, schema: Schema) -> Iterator[FieldError]:
    seen: set[str] = set()
    for name in config.features:
        if name in seen:
            yield FieldError(("features",), "duplicate_column", {"name": name})
        seen.add(name)


def validate_config(data: Any, schema: Schema) -> ExperimentConfig:
    """A config that can be run on this dataset.

    Raises:
        ConfigInvalid: with every error that was found.
    """
    try:
        config = ExperimentConfig.model_validate(data)
    except ValidationError as error:
        errors = [_field_error(e) for e in error.errors(include_url=False)]
        raise ConfigInvalid(errors + _errors_elsewhere(data, errors, schema)) from error
    if errors := _check_errors(config, schema):
        raise ConfigInvalid(errors)
    return config


def _check_errors(config: ExperimentConfig, schema: Schema) -> list[FieldError]:
    return [error for one_check in CHECKS for error in one_check(config, schema)]


def _errors_elsewhere(data: Any, found: list[FieldError], schema: Schema) -> list[FieldError]:
    """What the checks say of the sections that are well-formed, when others are not.

    A learner who mistyped a column and a number is told of both at once.
    """
    broken = {error.path[0] for error in found if error.path}
    if not isinstance(data, dict) or "features" in broken:
        return []
    sound = {
        key: value
        for key, value in data.items()
        if key in ExperimentConfig.model_fields and key not in broken
    }
    config = ExperimentConfig.model_validate({"model": {"name": "dummy"}, **sound})
    return [error for error in _check_errors(config, schema) if error.path[0] not in broken]


def _field_error(error: Any) -> FieldError:
    # A discriminated union puts the chosen member's name into the path.
    location = [str(part) for part in error["loc"]]
    if location[:1] == ["model"] and len(location) > 1 and location[1] in MODELS:
        del location[1]
    context = {key: value for key, value in error.get("ctx", {}).items() if _is_plain(value)}
    if error["type"].startswith("union_tag"):
        location.append("name")
        context["expected_tags"] = ", ".join(MODELS)
    return FieldError(tuple(location), error["type"], context)


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float | bool | None)


# --- Defaults and differences ---------------------------------------------------
def default_config(schema: Schema, model: str = "logistic_regression") -> ExperimentConfig:
    """What a new experiment starts from: every column but identifiers."""
    features = [column.name for column in schema.default_features or schema.usable_features]
    return ExperimentConfig.model_validate({"features": features, "model": {"name": model}})


@dataclass(frozen=True)
class Change:
    """One difference between two configs.

    `before` is None for something added, `after` for something removed; the path
    ("features",) carries column names.
    """

    path: tuple[str, ...]
    before: Any
    after: Any


def describe_changes(before: ExperimentConfig, after: ExperimentConfig) -> list[Change]:
    """What differs, field by field; a change of model hides its hyperparameters."""
    changes = [
        *(
            Change(("features",), name, None)
            for name in before.features
            if name not in after.features
        ),
        *(
            Change(("features",), None, name)
            for name in after.features
            if name not in before.features
        ),
    ]
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    if old["model"]["name"] != new["model"]["name"]:
        changes.append(Change(("model", "name"), old["model"]["name"], new["model"]["name"]))
        del old["model"], new["model"]
    del old["features"], new["features"]
    return changes + list(_differences(old, new, ()))


def _differences(old: Any, new: Any, path: tuple[str, ...]) -> Iterator[Change]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in old:
            yield from _differences(old[key], new[key], (*path, key))
    elif old != new:
        yield Change(path, old, new)
