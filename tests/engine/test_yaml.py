"""The config as YAML that a person would write, and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.spec.config import ConfigInvalid, ExperimentConfig, default_config
from engine.spec.models import MODELS
from engine.spec.yaml_text import MAX_CHARACTERS, dump_short_yaml, dump_yaml, line_of, parse_yaml
from tests.engine.config_examples import SCHEMA, VALID

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
        {"columns": {"include": features}, "model": {"name": model}, "seed": seed}
    )
    for written in (dump_yaml(config), dump_short_yaml(config)):
        assert ExperimentConfig.model_validate(parse_yaml(written)) == config


@given(st.floats(1e-4, 1e4))
def test_numbers_keep_their_last_digit_in_yaml(value: float) -> None:
    config = ExperimentConfig.model_validate(
        VALID | {"model": {"name": "logistic_regression", "C": value}}
    )
    assert parse_yaml(dump_yaml(config))["model"]["C"] == value


def test_yaml_reads_as_a_person_would_write_it() -> None:
    text = dump_yaml(default_config(SCHEMA, "dummy"))
    assert text.startswith(
        "version: 2\ncolumns:\n  include:\n  - age\n  - colour\n  - member\n"
        "  - comment\n  - since\npreparation:\n"
    )
    assert "model:\n  name: dummy\n  strategy: prior\ncalibration: none\n" in text
    assert text.endswith("seed: 42\n")


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


def test_a_short_text_of_a_long_config_says_the_same() -> None:
    config = ExperimentConfig.model_validate(VALID)
    assert ExperimentConfig.model_validate(parse_yaml(dump_short_yaml(config))) == config


def test_a_short_text_names_types_of_columns() -> None:
    data = {"columns": {"exclude_types": ["numeric", "text"]}, "model": {"name": "dummy"}}
    config = ExperimentConfig.model_validate(data)
    assert parse_yaml(dump_short_yaml(config)) == {"version": config.version, **data}


def test_a_short_text_has_only_what_differs() -> None:
    data = {"columns": {"include": ["age"]}, "model": {"name": "decision_tree", "max_depth": 3}}
    config = ExperimentConfig.model_validate(data)
    assert parse_yaml(dump_short_yaml(config)) == {"version": config.version, **data}


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("model", "max_depth"), 4),
        (("model", "no such"), 2),
        (("new_features", "1", "name"), 8),
        (("elsewhere",), 1),
        ((), 1),
    ],
)
def test_an_error_has_the_line_that_it_is_about(path: tuple[str, ...], line: int) -> None:
    text = """version: 2
model:  # of a few
  name: decision_tree
  max_depth: deep
new_features:
  - name: a
    operation: ratio
  - name: b
"""
    assert line_of(text, path) == line
