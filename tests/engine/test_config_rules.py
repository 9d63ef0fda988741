"""The config: what is refused, with which path and code; YAML and back; differences."""

import inspect
import json
from typing import Any

import pytest
from annotated_types import Ge, Le
from hypothesis import given
from hypothesis import strategies as st

from experiments.engine import config as config_module
from experiments.engine.config import (
    CHECKS,
    Change,
    ConfigInvalid,
    ExperimentConfig,
    default_config,
    describe_changes,
    validate_config,
)
from experiments.engine.models import MODELS
from experiments.engine.schema import Column, ColumnType, Schema
from experiments.engine.yaml_text import MAX_CHARACTERS, dump_yaml, parse_yaml

KINDS = {
    "age": ColumnType.NUMERIC,
    "colour": ColumnType.CATEGORICAL,
    "member": ColumnType.BOOLEAN,
    "comment": ColumnType.TEXT,
    "since": ColumnType.DATETIME,
    "number": ColumnType.ID,
    "churned": ColumnType.CATEGORICAL,
}
SCHEMA = Schema(
    columns=tuple(
        Column(name=name, type=kind, numeric=name in {"age", "number"}, missing=0, distinct=2)
        for name, kind in KINDS.items()
    ),
    target="churned",
    positive_class="yes",
    negative_class="no",
)
VALID: dict[str, Any] = {"version": 1, "features": ["age", "colour"], "model": {"name": "dummy"}}


def errors_of(data: Any) -> dict[tuple[str, ...], str]:
    with pytest.raises(ConfigInvalid) as caught:
        validate_config(data, SCHEMA)
    # What a page quotes is stored and sent as JSON.
    json.dumps([error.context for error in caught.value.errors], allow_nan=False)
    return {error.path: error.code for error in caught.value.errors}


def test_a_careful_start_has_every_usable_column_but_identifiers() -> None:
    assert default_config(SCHEMA).features == ["age", "colour", "member"]
    assert [column.name for column in SCHEMA.usable_features] == [
        "age",
        "colour",
        "member",
        "number",
    ]


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        ({"features": ["agee"]}, ("features",), "unknown_column"),
        ({"features": ["churned"]}, ("features",), "target_as_feature"),
        ({"features": ["comment"]}, ("features",), "unusable_column"),
        ({"features": ["since"]}, ("features",), "unusable_column"),
        ({"features": ["age", "age"]}, ("features",), "duplicate_column"),
        ({"features": []}, ("features",), "too_short"),
        ({"features": "age"}, ("features",), "list_type"),
        ({"features": [3]}, ("features", "0"), "string_type"),
        ({"version": 2}, ("version",), "literal_error"),
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
            {"preparation": {"numeric": {"scale": "robust"}}},
            ("preparation", "numeric", "scale"),
            "literal_error",
        ),
    ],
)
def test_an_error_names_its_field(change: dict[str, Any], path: tuple[str, ...], code: str) -> None:
    assert errors_of(VALID | change)[path] == code


def test_an_unknown_column_comes_with_the_nearest_name() -> None:
    with pytest.raises(ConfigInvalid) as caught:
        validate_config(VALID | {"features": ["color"]}, SCHEMA)
    assert caught.value.errors[0].context == {"name": "color", "suggestion": "colour"}


def test_errors_of_form_and_of_meaning_are_told_together() -> None:
    broken = VALID | {"features": ["agee"], "seed": -1, "model": {"name": "xgboost", "trees": 1}}
    assert errors_of(broken) == {
        ("seed",): "greater_than_equal",
        ("model", "trees"): "extra_forbidden",
        ("features",): "unknown_column",
    }


@pytest.mark.parametrize("data", [None, [], "text", 3, {}, {"features": None, 3: 4}])
def test_what_is_no_config_is_refused_and_not_crashed_on(data: Any) -> None:
    assert errors_of(data)


def test_every_check_is_registered() -> None:
    returns = {
        function
        for _name, function in inspect.getmembers(config_module, inspect.isfunction)
        if inspect.signature(function).return_annotation == "Iterator[FieldError]"
    }
    assert returns == set(CHECKS)
    assert len(CHECKS) == 4


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
    assert bounds or name == "dummy"


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
        schema = model.model_json_schema()["properties"][field]
        options = [o for o in schema.get("anyOf", [schema]) if o.get("type") != "null"]
        assert all("enum" in o or {"minimum", "maximum"} <= o.keys() for o in options), field


def test_baselines_are_the_dummy_and_logistic_regression() -> None:
    assert {name for name in MODELS if MODELS[name].is_baseline} == {"dummy", "logistic_regression"}


# --- YAML -----------------------------------------------------------------------
READ_AS_ANOTHER_TYPE = ["yes", "null", "~", "1e5", "1.5e-3", "0x1F", "1:30", "2020-01-01", ".inf"]
READ_AS_SYNTAX = ["- a", "a: b", "#", "&a", "*a", "<<", "=", "'", '"', "|", "{a}", "!b"]
ODD_SPACE = ["é\u2028\x85", "\ufeff", " lead", "trail ", "\t", "a\r\nb", "\x00"]
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12) | (
    st.sampled_from(READ_AS_ANOTHER_TYPE + READ_AS_SYNTAX + ODD_SPACE)
)


@given(
    features=st.lists(NAMES, min_size=1, max_size=5),
    model=st.sampled_from(sorted(MODELS)),
    seed=st.integers(0, 2**31 - 1),
)
def test_yaml_round_trips_exactly(features: list[str], model: str, seed: int) -> None:
    config = ExperimentConfig.model_validate(
        {"features": features, "model": {"name": model}, "seed": seed}
    )
    assert ExperimentConfig.model_validate(parse_yaml(dump_yaml(config))) == config


@given(st.floats(1e-4, 1e4))
def test_numbers_keep_their_last_digit_in_yaml(value: float) -> None:
    config = ExperimentConfig.model_validate(
        VALID | {"model": {"name": "logistic_regression", "C": value}}
    )
    assert parse_yaml(dump_yaml(config))["model"]["C"] == value


def test_yaml_reads_as_a_person_would_write_it() -> None:
    text = dump_yaml(default_config(SCHEMA, "dummy"))
    assert text.startswith("version: 1\nfeatures:\n- age\n- colour\n- member\npreparation:\n")
    assert text.endswith(
        "model:\n  name: dummy\n  strategy: prior\nvalidation:\n  folds: 5\nseed: 42\n"
    )


def test_a_number_in_scientific_notation_is_a_number() -> None:
    assert parse_yaml("rate: 1e-3\nlimit: 2E5\n") == {"rate": 0.001, "limit": 200_000.0}


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("a: 1\nb: 2\na: 3\n", "yaml_syntax", 3),
        ("a: 1\nb:\n  c: 1\n  c: 2\n", "yaml_syntax", 4),
        ("a: &x [1]\nb: 2\n", "yaml_syntax", 1),
        ("a: 1\nb: *x\n", "yaml_syntax", 2),
        ("a: 1\nb: [1\n", "yaml_syntax", 3),
        ("a: 1\nb: !!python/object/apply:os.system [ls]\n", "yaml_syntax", 2),
        ("a: 1\n---\nb: 2\n", "yaml_syntax", 2),
        ("[" * 5000, "yaml_syntax", 1),
        ("a: 2020-13-45\n", "yaml_syntax", 1),
        ("", "yaml_not_a_mapping", None),
        ("- a\n", "yaml_not_a_mapping", None),
        ("1: a\n", "yaml_not_a_mapping", None),
        ("#" * (MAX_CHARACTERS + 1), "yaml_too_long", None),
    ],
)
def test_yaml_that_is_refused(text: str, code: str, line: int | None) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        parse_yaml(text)
    (error,) = caught.value.errors
    assert (error.code, error.context.get("line")) == (code, line)


@given(st.text(max_size=60))
def test_no_text_crashes_the_parser(text: str) -> None:
    try:
        parse_yaml(text)
    except ConfigInvalid:
        return


# --- Differences ------------------------------------------------------------------
def test_differences_are_told_field_by_field() -> None:
    before = default_config(SCHEMA, "random_forest")
    data = before.model_dump()
    data["features"] = ["age", "member", "number"]
    data["model"]["n_estimators"] = 7
    data["preparation"]["numeric"]["scale"] = "none"
    after = validate_config(data, SCHEMA)
    assert describe_changes(before, after) == [
        Change(("features",), "colour", None),
        Change(("features",), None, "number"),
        Change(("preparation", "numeric", "scale"), "standard", "none"),
        Change(("model", "n_estimators"), 100, 7),
    ]
    assert describe_changes(before, before) == []


def test_another_model_is_one_difference() -> None:
    before, after = default_config(SCHEMA, "dummy"), default_config(SCHEMA, "xgboost")
    assert describe_changes(before, after) == [Change(("model", "name"), "dummy", "xgboost")]
