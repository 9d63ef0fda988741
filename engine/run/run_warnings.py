"""Non-fatal warnings stored with a run's result."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from sklearn.exceptions import ConvergenceWarning

from engine.build.instantiate import build
from engine.build.spec_builder import column_groups, source_columns
from engine.failures import CannotRun
from engine.spec.config import ExperimentConfig
from engine.spec.estimators import Function
from engine.spec.schema import ColumnType, Schema
from engine.spec.steps.new_features import QuantileBins
from engine.spec.steps.preparation import (
    CategoricalPreparation,
    DatePreparation,
    NumericPreparation,
    TextPreparation,
)

# A prepared table is dense: eight bytes a cell.
MAX_CELLS = 60_000_000
NAMES_TOLD = 5


@dataclass(frozen=True)
class RunWarning:
    """Something that a reader of the result should know.

    Attributes:
        code: worded later, in the reader's language.
        context: JSON-able values that the sentence quotes.
    """

    code: str
    context: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return {"code": self.code, "context": self.context}


def _about(code: str, names: list[str]) -> list[RunWarning]:
    if not names:
        return []
    told = names[:NAMES_TOLD]
    return [RunWarning(code, {"names": told, "more": len(names) - len(told)})]


def column_warnings(
    config: ExperimentConfig, schema: Schema, train: pd.DataFrame
) -> list[RunWarning]:
    """Warnings about the features of these training rows.

    Args:
        train: shape (n_rows, n_columns), original columns only.
    """
    chosen = config.columns.chosen(schema)
    computed = _computed(config, train)
    new = {feature.name: computed[feature.name] for feature in config.new_features}
    columns = {**{name: train[name] for name in chosen}, **new}
    distinct = {name: values.nunique(dropna=True) for name, values in columns.items()}
    # A column may come in by a new feature only.
    known = [schema.by_name[name] for name in source_columns(config, schema)]
    encoded = _encoded(config, schema)
    return [
        *_about("leaking_column", [column.name for column in known if column.leak]),
        *_about("all_missing", [name for name in columns if distinct[name] == 0]),
        *_about("constant_column", [name for name in columns if _is_constant(columns[name])]),
        *_about("infinite_as_missing", [c.name for c in known if c.infinite]),
        *_about("new_feature_missing", [n for n in new if _has_new_gaps(n, columns, config)]),
        *_about("identifier_used", [c.name for c in known if c.type == ColumnType.ID]),
        *_about(
            "rare_grouped",
            [name for name in encoded if distinct[name] > _most_categories(name, config)],
        ),
        *_protocol_warnings(config, schema),
    ]


def _protocol_warnings(config: ExperimentConfig, schema: Schema) -> list[RunWarning]:
    """Warnings about the validation protocol."""
    found = []
    if config.search.is_on:
        found.append(RunWarning("search_is_optimistic"))
    if _divides_within_train(config, schema):
        if schema.split.kind == "group":
            found.append(RunWarning("inner_folds_ignore_group"))
        elif schema.split.kind == "time":
            found.append(RunWarning("inner_folds_ignore_time"))
    return found


def _divides_within_train(config: ExperimentConfig, schema: Schema) -> bool:
    """Return whether a step learns with folds of its own that ignore times or groups."""
    members = getattr(config.model, "members", [config.model])
    calibrates = any(member.gives_margins for member in members)
    if schema.split.kind == "group":
        calibrates |= config.calibration != "none"
    else:
        # The calibration of the whole pipeline divides by time.
        calibrates &= config.search.is_on or len(members) > 1
    encoded = (_categorical(name, config).encode for name in _encoded(config, schema))
    return calibrates or config.model.name == "stacking" or "target" in encoded


def _encoded(config: ExperimentConfig, schema: Schema) -> list[str]:
    """The features that are prepared as categories."""
    return [
        name
        for group in column_groups(config, schema)
        if group.kind in ("categorical", "number_categories")
        for name in group.columns
    ]


def _computed(config: ExperimentConfig, train: pd.DataFrame) -> pd.DataFrame:
    features = [(f.name, f.function, f.arguments) for f in config.new_features]
    add = build(Function("engine.build.runtime_helpers", "add_features"))
    table: pd.DataFrame = add(train, build(features))
    return table


def _is_constant(values: pd.Series) -> bool:
    return bool(values.notna().all()) and values.nunique() == 1


def _has_new_gaps(name: str, columns: dict[str, Any], config: ExperimentConfig) -> bool:
    """Return whether a new feature is missing in rows where its sources are not."""
    feature = next(f for f in config.new_features if f.name == name)
    sources = [columns[source] for source in feature.sources if source in columns]
    if not sources:
        return False
    complete = np.logical_and.reduce([source.notna().to_numpy() for source in sources])
    return bool((columns[name].isna().to_numpy() & complete).any())


def _categorical(name: str, config: ExperimentConfig) -> CategoricalPreparation:
    own = config.preparation.columns.get(name)
    return own if isinstance(own, CategoricalPreparation) else config.preparation.categorical


def _most_categories(name: str, config: ExperimentConfig) -> int:
    chosen = _categorical(name, config)
    return 10**9 if chosen.encode == "target" else chosen.max_categories


def check_size(config: ExperimentConfig, schema: Schema, rows: int) -> None:
    """Refuse what cannot fit into a worker's memory or time.

    Raises:
        CannotRun: too many rows for this model, or too wide a table once prepared.
    """
    most = config.model.row_limit
    if most is not None and rows > most:
        raise CannotRun("too_many_rows_for_model", rows=rows, limit=most)
    width = sum(_width(group, config, schema) for group in column_groups(config, schema))
    if width * rows > MAX_CELLS:
        raise CannotRun("table_too_wide", columns=width, rows=rows)
    # A search keeps every fold's rows prepared, for all its trials.
    folds = config.validation.folds * config.validation.repeats
    if config.search.is_on and folds * width * rows > MAX_CELLS:
        raise CannotRun("search_too_wide", columns=width, rows=rows, folds=folds)


def _width(group: Any, config: ExperimentConfig, schema: Schema) -> int:
    """The maximum number of encoded features of a group."""
    total = 0
    bins = {f.name: f.bins for f in config.new_features if isinstance(f, QuantileBins)}
    for name in group.columns:
        own = config.preparation.columns.get(name)
        match group.kind:
            case "text":
                text = own if isinstance(own, TextPreparation) else config.preparation.text
                total += text.svd_components or text.vocabulary
            case "categorical" | "number_categories":
                known = schema.by_name.get(name)
                categories = min(_most_categories(name, config), known.distinct if known else 50)
                total += categories if _categorical(name, config).encode == "one_hot" else 1
            case "datetime":
                date = own if isinstance(own, DatePreparation) else config.preparation.datetime
                total += date.width
            case "bins":
                total += bins[name]
            case "numeric":
                number = own if isinstance(own, NumericPreparation) else config.preparation.numeric
                total += 1 + number.missing_indicator
            case _:
                total += 2
    return total


# --- What the libraries say -----------------------------------------------------------
@contextmanager
def library_warnings(found: list[RunWarning]) -> Iterator[None]:
    """Collect what the libraries warn of while they fit, once each."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    if any(issubclass(warning.category, ConvergenceWarning) for warning in caught):
        found.append(RunWarning("not_converged"))
    if any("is greater than n_features" in str(warning.message) for warning in caught):
        found.append(RunWarning("k_exceeds_columns"))
