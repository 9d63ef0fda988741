"""The config: what is refused, with which path and code."""

import inspect
import json
from typing import Any

import pytest
from annotated_types import Ge, Le

from engine.spec import validators as checks
from engine.spec.config import (
    ConfigInvalid,
    ExperimentConfig,
    default_config,
    feature_names,
    validate_config,
)
from engine.spec.models import MODELS
from engine.spec.schema import SplitPolicy
from engine.spec.validators import CHECKS
from engine.spec.yaml_text import parse_yaml
from tests.engine.config_examples import RATIO, SCHEMA, VALID


def errors_of(data: Any) -> dict[tuple[str, ...], str]:
    with pytest.raises(ConfigInvalid) as caught:
        validate_config(data, SCHEMA)
    # What a page quotes is stored and sent as JSON.
    json.dumps([error.context for error in caught.value.errors], allow_nan=False)
    return {error.path: error.code for error in caught.value.errors}


@pytest.mark.parametrize("name", ["model", "members", "selection", "text", "logistic_regression"])
def test_a_column_may_be_called_like_a_part_of_the_config(name: str) -> None:
    where = "preparation", "columns", name
    wrong = VALID | {"preparation": {"columns": {name: {"treat_as": "image"}}}}
    with pytest.raises(ConfigInvalid) as caught:
        validate_config(wrong, SCHEMA)
    error = next(error for error in caught.value.errors if error.code == "union_tag_invalid")
    assert error.path == (*where, "treat_as")
    assert error.context["expected_tags"] == "numeric, categorical, boolean, datetime, text"
    scaled = {"columns": {name: {"treat_as": "numeric", "scale": "log"}}}
    assert errors_of(VALID | {"preparation": scaled})[*where, "scale"] == "literal_error"


def test_a_careful_start_has_every_column_but_identifiers() -> None:
    chosen = ["age", "colour", "member", "comment", "since"]
    assert default_config(SCHEMA).columns.include == chosen
    assert ExperimentConfig(model={"name": "dummy"}).columns.chosen(SCHEMA) == chosen


@pytest.mark.parametrize(
    ("columns", "chosen"),
    [
        ({"include": ["since", "age"]}, ["age", "since"]),
        ({"include_types": ["numeric", "id"]}, ["age", "number"]),
        ({"include": ["comment"], "include_types": ["boolean"]}, ["member", "comment"]),
        ({"exclude": ["age"], "exclude_types": ["text", "datetime"]}, ["colour", "member"]),
        ({"include": ["age", "colour"], "exclude": ["age"]}, ["colour"]),
    ],
)
def test_columns_are_chosen_by_name_and_by_type(columns: dict[str, Any], chosen: list[str]) -> None:
    assert validate_config(VALID | {"columns": columns}, SCHEMA).columns.chosen(SCHEMA) == chosen


SEARCH = {"method": "random", "trials": 5, "ranges": {"max_depth": {"low": 1, "high": 9}}}
TREE = {"name": "decision_tree"}


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        ({"columns": {"include": ["agee"]}}, ("columns", "include"), "unknown_column"),
        ({"columns": {"exclude": ["agee"]}}, ("columns", "exclude"), "unknown_column"),
        ({"columns": {"include": ["churned"]}}, ("columns", "include"), "target_as_feature"),
        ({"columns": {"include": ["age", "age"]}}, ("columns", "include"), "duplicate_column"),
        (
            {"columns": {"include": ["age"], "exclude": ["age"]}},
            ("columns", "include"),
            "no_column_left",
        ),
        ({"columns": {"include": "age"}}, ("columns", "include"), "list_type"),
        ({"columns": {"include": [3]}}, ("columns", "include", "0"), "string_type"),
        ({"columns": {"include_types": ["odd"]}}, ("columns", "include_types", "0"), "enum"),
        ({"columns": ["age"]}, ("columns",), "model_type"),
        ({"version": 1}, ("version",), "literal_error"),
        ({"seed": -1}, ("seed",), "greater_than_equal"),
        ({"seed": True}, ("seed",), "int_type"),
        ({"seed": "1"}, ("seed",), "int_type"),
        ({"validation": {"folds": 11}}, ("validation", "folds"), "less_than_equal"),
        ({"threads": 8}, ("threads",), "extra_forbidden"),
        ({"model": {"name": "svm"}}, ("model", "name"), "union_tag_invalid"),
        ({"model": {}}, ("model", "name"), "union_tag_not_found"),
        ({"model": {"name": "dummy", "C": 1.0}}, ("model", "C"), "extra_forbidden"),
        (
            {"model": {"name": "logistic_regression", "C": float("nan")}},
            ("model", "C"),
            "finite_number",
        ),
        (
            {"model": {"name": "voting", "members": [TREE, TREE | {"max_depth": 0}]}},
            ("model", "members", "1", "max_depth"),
            "greater_than_equal",
        ),
        ({"model": {"name": "voting", "members": [TREE]}}, ("model", "members"), "too_short"),
        (
            {"model": {"name": "stacking", "members": [TREE, {"name": "voting"}]}},
            ("model", "members", "1", "name"),
            "union_tag_invalid",
        ),
        (
            {"preparation": {"numeric": {"scale": "log"}}},
            ("preparation", "numeric", "scale"),
            "literal_error",
        ),
        (
            {"preparation": {"numeric": {"impute": "none"}}, "model": {"name": "linear_svm"}},
            ("preparation", "numeric", "impute"),
            "missing_refused_by_model",
        ),
        (
            {
                "preparation": {"numeric": {"impute": "none"}},
                "model": {"name": "xgboost"},
                "reduction": {"method": "pca"},
            },
            ("preparation", "numeric", "impute"),
            "missing_refused_by_selection",
        ),
        (
            {
                "preparation": {"numeric": {"impute": "none", "scale": "power"}},
                "model": {"name": "xgboost"},
            },
            ("preparation", "numeric", "scale"),
            "missing_refused_by_scaling",
        ),
        (
            {"preparation": {"columns": {"age": {"treat_as": "text"}}}},
            ("preparation", "columns", "age", "treat_as"),
            "cannot_treat_as",
        ),
        (
            {"preparation": {"columns": {"agee": {"treat_as": "text"}}}},
            ("preparation", "columns", "agee"),
            "unknown_column",
        ),
        (
            {"preparation": {"text": {"ngram_min": 3, "ngram_max": 2}}},
            ("preparation", "text", "ngram_max"),
            "shorter_than_shortest",
        ),
        (
            {"preparation": {"datetime": {"parts": [], "elapsed_days": False}}},
            ("preparation", "datetime", "parts"),
            "no_date_part",
        ),
        (
            {"new_features": [RATIO | {"numerator": "agee"}]},
            ("new_features", "0", "numerator"),
            "unknown_column",
        ),
        (
            {"new_features": [RATIO | {"denominator": "colour"}]},
            ("new_features", "0", "denominator"),
            "wrong_kind",
        ),
        ({"new_features": [RATIO | {"name": "age"}]}, ("new_features", "0", "name"), "name_taken"),
        (
            {"new_features": [RATIO | {"operation": "eval"}]},
            ("new_features", "0", "operation"),
            "union_tag_invalid",
        ),
        (
            {
                "new_features": [
                    {"operation": "difference", "name": "d", "left": "since", "right": "age"}
                ]
            },
            ("new_features", "0", "right"),
            "number_minus_date",
        ),
        (
            {
                "new_features": [
                    {"operation": "equals", "name": "e", "column": "age", "value": "red"}
                ]
            },
            ("new_features", "0", "value"),
            "equals_needs_number",
        ),
        (
            {
                "new_features": [
                    {"operation": "equals", "name": "e", "column": "colour", "value": 1.0}
                ]
            },
            ("new_features", "0", "value"),
            "equals_needs_text",
        ),
        (
            {
                "new_features": [
                    {"operation": "quantile_bins", "name": "b", "column": "age"},
                    RATIO | {"numerator": "b"},
                ]
            },
            ("new_features", "1", "numerator"),
            "unknown_column",
        ),
        (
            {
                "new_features": [{"operation": "quantile_bins", "name": "b", "column": "age"}],
                "preparation": {"columns": {"b": {"treat_as": "numeric"}}},
            },
            ("preparation", "columns", "b"),
            "bins_are_prepared",
        ),
        ({"selection": {"method": "best"}}, ("selection", "method"), "union_tag_invalid"),
        (
            {"selection": {"method": "k_best", "k": 0}},
            ("selection", "k"),
            "greater_than_equal",
        ),
        ({"threshold": {"tune_for": "expected_cost"}}, ("threshold", "tune_for"), "no_costs"),
        ({"model": TREE, "search": SEARCH | {"ranges": {}}}, ("search", "ranges"), "no_ranges"),
        ({"search": SEARCH}, ("search", "ranges", "max_depth"), "not_searchable"),
        (
            {"model": {"name": "voting"}, "search": SEARCH},
            ("search", "method"),
            "no_search_in_ensembles",
        ),
        (
            {"model": TREE, "search": SEARCH | {"ranges": {"max_depth": {"low": 5, "high": 5}}}},
            ("search", "ranges", "max_depth", "high"),
            "range_is_empty",
        ),
        (
            {"model": TREE, "search": SEARCH | {"ranges": {"max_depth": {"low": 0, "high": 5}}}},
            ("search", "ranges", "max_depth", "low"),
            "greater_than_equal",
        ),
        (
            {"model": TREE, "search": SEARCH | {"ranges": {"max_depth": {"low": 1.5, "high": 5}}}},
            ("search", "ranges", "max_depth", "low"),
            "int_from_float",
        ),
        (
            {
                "model": TREE,
                "search": SEARCH | {"ranges": {"max_depth": {"low": 1, "high": 5, "log": True}}},
            },
            ("search", "ranges", "max_depth", "log"),
            "no_log_scale",
        ),
    ],
)
def test_an_error_names_its_field(change: dict[str, Any], path: tuple[str, ...], code: str) -> None:
    assert errors_of(VALID | change)[path] == code


def test_rows_in_time_order_are_not_divided_anew() -> None:
    by_time = SCHEMA.model_copy(update={"split": SplitPolicy(kind="time", column="since")})
    with pytest.raises(ConfigInvalid) as caught:
        validate_config(VALID | {"validation": {"repeats": 2}}, by_time)
    assert [e.code for e in caught.value.errors] == ["no_repeats"]
    assert validate_config(VALID | {"validation": {"repeats": 2}}, SCHEMA)


def test_a_new_feature_is_of_use_to_the_next() -> None:
    logarithm = {"operation": "log1p", "name": "log", "column": "r"}
    config = validate_config(VALID | {"new_features": [RATIO, logarithm]}, SCHEMA)
    assert feature_names(config, SCHEMA) == ["age", "colour", "r", "log"]


def test_an_unknown_column_comes_with_the_nearest_name() -> None:
    with pytest.raises(ConfigInvalid) as caught:
        validate_config(VALID | {"columns": {"include": ["color"]}}, SCHEMA)
    assert caught.value.errors[0].context == {"name": "color", "suggestion": "colour"}


def test_suggestions_are_made_for_a_few_names_of_a_likely_length() -> None:
    wrong = ["colou" + "r" * 200, *(f"colour{n}" for n in range(2, 9))]
    with pytest.raises(ConfigInvalid) as caught:
        validate_config({"columns": {"include": wrong}, "model": {"name": "dummy"}}, SCHEMA)
    suggested = ["suggestion" in error.context for error in caught.value.errors]
    assert suggested == [False, True, True, False, False, False, False, False]


@pytest.mark.parametrize(
    "text", ['a: "\\ud800"', 'a: "\\0"', '"\\udfff": 1', 'a: ["x", "\\ud83d"]']
)
def test_half_a_character_is_no_part_of_a_config(text: str) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        validate_config(parse_yaml(text), SCHEMA)
    assert [error.code for error in caught.value.errors] == ["unstorable_text"]


def test_errors_of_form_and_of_meaning_are_told_together() -> None:
    broken = VALID | {
        "columns": {"include": ["agee"]},
        "seed": -1,
        "model": {"name": "xgboost", "trees": 1},
    }
    assert errors_of(broken) == {
        ("seed",): "greater_than_equal",
        ("model", "trees"): "extra_forbidden",
        ("columns", "include"): "unknown_column",
    }


@pytest.mark.parametrize("data", [None, [], "text", 3, {}, {"columns": None, 3: 4}])
def test_what_is_no_config_is_refused_and_not_crashed_on(data: Any) -> None:
    assert errors_of(data)


def test_every_check_is_registered() -> None:
    returns = {
        function
        for _name, function in inspect.getmembers(checks, inspect.isfunction)
        if inspect.signature(function).return_annotation == "Iterator[FieldError]"
        and not _name.startswith("_")
    }
    assert returns == set(CHECKS)
    assert len(CHECKS) == 15


@pytest.mark.parametrize("name", MODELS)
def test_every_bound_of_a_model_holds(name: str) -> None:
    """The bad values are read off the declaration: one step beyond each bound."""
    bounds = 0
    for field, info in MODELS[name].model_fields.items():
        for rule in info.metadata:
            beyond = {Ge: lambda r: r.ge - 1, Le: lambda r: r.le + 1}.get(type(rule))
            if beyond:
                bounds += 1
                assert ("model", field) in errors_of(
                    VALID | {"model": {"name": name, field: beyond(rule)}}
                )
    assert bounds or name in ("dummy", "voting")


@pytest.mark.parametrize("name", MODELS)
def test_every_hyperparameter_explains_itself_and_has_bounds(name: str) -> None:
    model = MODELS[name]
    assert model.label
    assert model.summary.endswith(".")
    for field, info in model.model_fields.items():
        if field == "name":
            assert info.default == name
            continue
        assert info.title
        assert info.description
        if field == "members":
            continue
        schema = model.model_json_schema()["properties"][field]
        options = [o for o in schema.get("anyOf", [schema]) if o.get("type") != "null"]
        assert all(
            o.get("type") == "boolean" or "enum" in o or {"minimum", "maximum"} <= o.keys()
            for o in options
        ), field


def test_baselines_are_the_dummy_and_logistic_regression() -> None:
    assert {name for name in MODELS if MODELS[name].is_baseline} == {"dummy", "logistic_regression"}
