"""Validators that look at several fields of a config, or at the dataset's columns."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from typing import Any

from pydantic import ValidationError

from engine.spec.config import ExperimentConfig, FieldError, feature_names
from engine.spec.models import ENSEMBLES, MODELS
from engine.spec.schema import Column, ColumnType, Schema
from engine.spec.search import Range, is_whole, searchable_fields
from engine.spec.steps.new_features import (
    CATEGORY,
    DATE,
    NUMBER,
    TEXT,
    Difference,
    Equals,
    NewFeature,
    QuantileBins,
)

Check = Callable[[ExperimentConfig, Schema], Iterator[FieldError]]
CHECKS: list[Check] = []

MAX_SUGGESTIONS = 3
MAX_MISTYPED = 60


def check(function: Check) -> Check:
    """Register a rule."""
    CHECKS.append(function)
    return function


def check_errors(config: ExperimentConfig, schema: Schema) -> list[FieldError]:
    """Errors of all validators."""
    errors = [error for one_check in CHECKS for error in one_check(config, schema)]
    known = [column.name for column in schema.features] + [f.name for f in config.new_features]
    # Looking for names that are alike is slow, and nobody mistypes hundreds.
    unknown = [error for error in errors if error.code == "unknown_column"][:MAX_SUGGESTIONS]
    for error in unknown:
        name = error.context["name"]
        if len(name) <= MAX_MISTYPED and (near := difflib.get_close_matches(name, known, n=1)):
            error.context["suggestion"] = near[0]
    return errors


def _unknown(path: tuple[str, ...], name: str) -> FieldError:
    return FieldError(path, "unknown_column", {"name": name})


# --- Columns ------------------------------------------------------------------------
@check
def columns_are_known(config: ExperimentConfig, schema: Schema) -> Iterator[FieldError]:
    for key in ("include", "exclude"):
        for name in getattr(config.columns, key):
            if name not in schema.by_name:
                yield _unknown(("columns", key), name)


@check
def target_is_no_feature(config: ExperimentConfig, schema: Schema) -> Iterator[FieldError]:
    if schema.target in config.columns.include:
        yield FieldError(("columns", "include"), "target_as_feature", {"name": schema.target})


@check
def columns_are_named_once(config: ExperimentConfig, schema: Schema) -> Iterator[FieldError]:
    for key in ("include", "exclude"):
        names = getattr(config.columns, key)
        for name in dict.fromkeys(n for n in names if names.count(n) > 1):
            yield FieldError(("columns", key), "duplicate_column", {"name": name})


@check
def something_is_left_to_see(config: ExperimentConfig, schema: Schema) -> Iterator[FieldError]:
    usable = {column.name for column in schema.features}
    # Of names that are no columns another rule speaks.
    if not feature_names(config, schema) and usable.issuperset(config.columns.include):
        yield FieldError(("columns", "include"), "no_column_left")


# --- Preparation ----------------------------------------------------------------------
def treatments(column: Column) -> tuple[str, ...]:
    """Possible preprocessing of a column, its own type's first."""
    if column.numeric:
        return ("numeric", "categorical")
    own = {ColumnType.BOOLEAN: ("boolean",), ColumnType.DATETIME: ("datetime",)}
    if column.type == ColumnType.TEXT:
        return ("text", "categorical")
    return (*own.get(column.type, ()), "categorical", "text")


def new_feature_treatments(feature: type[NewFeature]) -> tuple[str, ...]:
    """Possible preprocessing of a new feature; bins need none."""
    if issubclass(feature, QuantileBins):
        return ()
    makes_category = feature.makes == ColumnType.CATEGORICAL
    return ("categorical", "text") if makes_category else ("numeric", "categorical")


@check
def single_columns_can_be_prepared_so(
    config: ExperimentConfig, schema: Schema
) -> Iterator[FieldError]:
    new = {feature.name: feature for feature in config.new_features}
    for name, preparation in config.preparation.columns.items():
        path = ("preparation", "columns", name)
        if name in new:
            allowed = new_feature_treatments(type(new[name]))
            if not allowed:
                yield FieldError(path, "bins_are_prepared")
                continue
        elif name == schema.target or name not in schema.by_name:
            yield _unknown(path, name)
            continue
        else:
            allowed = treatments(schema.by_name[name])
        if preparation.treat_as not in allowed:
            context = {"name": name, "allowed": list(allowed)}
            yield FieldError((*path, "treat_as"), "cannot_treat_as", context)


def _sections(config: ExperimentConfig, kind: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every preparation of this kind, the general one first, each with its path."""
    yield ("preparation", kind), getattr(config.preparation, kind)
    for name, own in config.preparation.columns.items():
        if own.treat_as == kind:
            yield ("preparation", "columns", name), own


@check
def missing_numbers_reach_only_models_that_take_them(
    config: ExperimentConfig, schema: Schema
) -> Iterator[FieldError]:
    refused = ""
    if not config.model.takes_missing:
        refused = "missing_refused_by_model"
    elif config.selection.method not in ("none", "variance") or config.reduction.method != "none":
        refused = "missing_refused_by_selection"
    if not refused:
        return
    for path, numeric in _sections(config, "numeric"):
        if numeric.impute == "none":
            yield FieldError((*path, "impute"), refused)


@check
def a_power_transform_has_a_value_for_every_row(
    config: ExperimentConfig, schema: Schema
) -> Iterator[FieldError]:
    for path, numeric in _sections(config, "numeric"):
        if numeric.scale == "power" and numeric.impute == "none":
            yield FieldError((*path, "scale"), "missing_refused_by_scaling")


@check
def runs_of_words_have_a_length(config: ExperimentConfig, schema: Schema) -> Iterator[FieldError]:
    for path, text in _sections(config, "text"):
        if text.ngram_max < text.ngram_min:
            yield FieldError(
                (*path, "ngram_max"), "shorter_than_shortest", {"least": text.ngram_min}
            )


@check
def dates_have_parts(config: ExperimentConfig, schema: Schema) -> Iterator[FieldError]:
    for path, date in _sections(config, "datetime"):
        if not date.parts and not date.elapsed_days:
            yield FieldError((*path, "parts"), "no_date_part")


# --- New features ---------------------------------------------------------------------
def _kind(column: Column) -> str:
    if column.numeric:
        return NUMBER
    return {ColumnType.DATETIME: DATE, ColumnType.TEXT: TEXT}.get(column.type, CATEGORY)


@check
def new_features_have_names_of_their_own(
    config: ExperimentConfig, schema: Schema
) -> Iterator[FieldError]:
    taken = set(schema.by_name)
    for place, feature in enumerate(config.new_features):
        if feature.name in taken:
            path = ("new_features", str(place), "name")
            yield FieldError(path, "name_taken", {"name": feature.name})
        taken.add(feature.name)


@check
def new_features_are_made_of_fitting_columns(
    config: ExperimentConfig, schema: Schema
) -> Iterator[FieldError]:
    kinds = {column.name: _kind(column) for column in schema.features}
    for place, feature in enumerate(config.new_features):
        path = ("new_features", str(place))
        for name in feature.sources:
            if name not in kinds:
                yield _unknown((*path, _field_naming(feature, name)), name)
            elif feature.takes and kinds[name] not in feature.takes:
                context = {"name": name, "takes": sorted(feature.takes)}
                yield FieldError((*path, _field_naming(feature, name)), "wrong_kind", context)
        yield from _pair_errors(feature, kinds, path)
        if not isinstance(feature, QuantileBins):  # not yet cut when others are computed
            makes_number = feature.makes == ColumnType.NUMERIC
            kinds.setdefault(feature.name, NUMBER if makes_number else CATEGORY)


def _field_naming(feature: NewFeature, column: str) -> str:
    return next(
        key
        for key, value in feature.model_dump().items()
        if key != "name" and (value == column or (isinstance(value, list) and column in value))
    )


def _pair_errors(
    feature: NewFeature, kinds: dict[str, str], path: tuple[str, ...]
) -> Iterator[FieldError]:
    found = {kinds.get(name) for name in feature.sources}
    if isinstance(feature, Difference) and found == {NUMBER, DATE}:
        yield FieldError((*path, "right"), "number_minus_date")
    if isinstance(feature, Equals) and None not in found:
        is_number = kinds[feature.column] == NUMBER
        if is_number != isinstance(feature.value, float):
            code = "equals_needs_number" if is_number else "equals_needs_text"
            yield FieldError((*path, "value"), code)


# --- Threshold, validation, search ------------------------------------------------------
@check
def costs_are_known_where_they_are_used(
    config: ExperimentConfig, schema: Schema
) -> Iterator[FieldError]:
    if config.threshold.tune_for == "expected_cost" and schema.costs is None:
        yield FieldError(("threshold", "tune_for"), "no_costs")


@check
def only_shuffled_rows_can_be_divided_anew(
    config: ExperimentConfig, schema: Schema
) -> Iterator[FieldError]:
    if config.validation.repeats > 1 and schema.split.kind != "stratified":
        yield FieldError(("validation", "repeats"), "no_repeats")


@check
def a_gap_is_one_of_time(config: ExperimentConfig, schema: Schema) -> Iterator[FieldError]:
    if config.validation.gap and schema.split.kind != "time":
        yield FieldError(("validation", "gap"), "no_gap")


@check
def a_search_has_ranges_of_its_model(
    config: ExperimentConfig, schema: Schema
) -> Iterator[FieldError]:
    if not config.search.is_on:
        return
    if config.model.name in ENSEMBLES:
        yield FieldError(("search", "method"), "no_search_in_ensembles")
        return
    allowed = [
        name
        for name in searchable_fields(type(config.model))
        if name not in config.model.without_effect
    ]
    if not config.search.ranges:
        context = {"allowed": ", ".join(allowed) or "–"}
        yield FieldError(("search", "ranges"), "no_ranges", context)
    for name, drawn in config.search.ranges.items():
        path = ("search", "ranges", name)
        if name not in allowed:
            yield FieldError(path, "not_searchable", {"name": name, "allowed": ", ".join(allowed)})
        else:
            yield from _range_errors(config.model.name, name, drawn, path)


def _range_errors(
    model_name: str, name: str, drawn: Range, path: tuple[str, ...]
) -> Iterator[FieldError]:
    model = MODELS[model_name]
    whole = is_whole(model, name)
    if drawn.high <= drawn.low:
        yield FieldError((*path, "high"), "range_is_empty", {"low": drawn.low})
        return
    if drawn.log and (whole or drawn.low <= 0):
        yield FieldError((*path, "log"), "no_log_scale")
    for end in ("low", "high"):
        value = getattr(drawn, end)
        if whole and value != int(value):
            yield FieldError((*path, end), "int_from_float")
            continue
        try:
            model.model_validate({"name": model_name, name: int(value) if whole else value})
        except ValidationError as error:
            found = error.errors(include_url=False)[0]
            yield FieldError((*path, end), found["type"], dict(found.get("ctx", {})))
