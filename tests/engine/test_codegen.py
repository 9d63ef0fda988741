"""The product's promise: the generated code gives the numbers of the run, to the last digit."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from experiments.engine.codegen import DataSource, generate_script, literal
from experiments.engine.config import (
    CategoricalPreparation,
    ExperimentConfig,
    NumericPreparation,
    default_config,
    validate_config,
)
from experiments.engine.data import csv_bytes, split_column_name
from experiments.engine.evaluate import evaluate
from experiments.engine.models import LEAST_POSITIVE, MODELS
from tests.engine.conftest import Table

# Small, so that many configs are tried; every other value is free within its bounds.
SMALL = {"n_estimators": (5, 12), "max_iter": (5, 60), "max_depth": (1, 8)}


def hyperparameters(name: str) -> st.SearchStrategy[dict[str, Any]]:
    """Random valid hyperparameters, read off the model's own declaration."""
    fields: dict[str, st.SearchStrategy[Any]] = {"name": st.just(name)}
    for field, rule in MODELS[name].model_json_schema()["properties"].items():
        if field == "name":
            continue
        options = rule.get("anyOf", [rule])
        fields[field] = st.one_of([_values(field, option) for option in options])
    if name == "logistic_regression":
        fields["max_iter"] = st.integers(50, 80)
    return st.fixed_dictionaries(fields)


def _values(field: str, rule: dict[str, Any]) -> st.SearchStrategy[Any]:
    if "enum" in rule:
        return st.sampled_from(rule["enum"])
    match rule["type"]:
        case "null":
            return st.none()
        case "boolean":
            return st.booleans()
        case "integer":
            low, high = rule["minimum"], rule["maximum"]
            small_low, small_high = SMALL.get(field, (low, min(high, 60)))
            return st.integers(max(low, small_low), min(high, small_high))
        case "number":
            low, high = rule["minimum"], rule["maximum"]
            return (
                st.just(0.0) | st.floats(LEAST_POSITIVE, high) if low == 0 else st.floats(low, high)
            )
    raise AssertionError(f"no strategy for {rule}")


def preparations(model: type[Any]) -> st.SearchStrategy[dict[str, Any]]:
    properties = model.model_json_schema()["properties"]
    return st.fixed_dictionaries(
        {
            field: st.booleans()
            if rule.get("type") == "boolean"
            else st.sampled_from(rule.get("enum", [rule.get("const")]))
            for field, rule in properties.items()
        }
    )


@st.composite
def configs(draw: st.DrawFn, names: list[str], model: str) -> dict[str, Any]:
    """A random valid config over these columns."""
    return {
        "version": 1,
        "features": draw(st.lists(st.sampled_from(names), min_size=1, unique=True)),
        "preparation": {
            "numeric": draw(preparations(NumericPreparation)),
            "categorical": draw(preparations(CategoricalPreparation)),
        },
        "model": draw(hyperparameters(model)),
        "validation": {"folds": draw(st.integers(2, 4))},
        "seed": draw(st.integers(0, 2**31 - 1)),
    }


def run_script(config: ExperimentConfig, table: Table, folder: Path) -> dict[str, Any]:
    """What the generated code computes from the CSV that participants take home."""
    split_column = split_column_name(table.schema)
    csv = folder / "data.csv"
    csv.write_bytes(csv_bytes(table.frame, table.split, split_column=split_column))
    source = DataSource(table.schema, split_column, csv_name=str(csv))
    namespace: dict[str, Any] = {"print": lambda *values: None}
    exec(compile(generate_script(config, source), "script", "exec"), namespace)  # noqa: S102
    metrics: dict[str, Any] = namespace["metrics"]
    return metrics


@pytest.mark.parametrize("model", MODELS)
def test_generated_code_gives_the_numbers_of_the_run(
    model: str, table: Table, tmp_path_factory: pytest.TempPathFactory
) -> None:
    names = [column.name for column in table.schema.usable_features]
    folder = tmp_path_factory.mktemp(model)

    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(configs(names, model))
    def equal(data: dict[str, Any]) -> None:
        config = validate_config(data, table.schema)
        run = evaluate(config, table.schema, table.frame, table.split).evaluation
        recorded = {
            "train": run.train,
            "cross_validation": run.cross_validation,
            "test": run.test,
        }
        assert run_script(config, table, folder) == recorded

    equal()


def test_every_option_of_the_schema_is_in_the_random_configs() -> None:
    """What a strategy draws from is what the schema declares, for every member."""
    for name, model in MODELS.items():
        properties = model.model_json_schema()["properties"]
        drawn: dict[str, set[Any]] = {}

        def collect(values: dict[str, Any], into: dict[str, set[Any]]) -> None:
            for key, value in values.items():
                into.setdefault(key, set()).add(value)

        many = settings(max_examples=150, deadline=None, database=None)
        many(given(hyperparameters(name), st.just(drawn))(collect))()
        assert set(drawn) == set(properties)
        for field, rule in properties.items():
            assert set(rule.get("enum", ())) <= drawn[field]


def test_an_ordinary_script_is_short_and_lints_clean(table: Table, tmp_path: Path) -> None:
    import subprocess
    import sys

    source = DataSource(table.schema, "_split")
    features = ["signal", "whole", "colour", "answer"]
    for name in MODELS:
        config = ExperimentConfig.model_validate({"features": features, "model": {"name": name}})
        script = generate_script(config, source)
        path = tmp_path / f"{name}.py"
        path.write_text(script)
        assert len(script.splitlines()) < 120
        compile(script, name, "exec")
    linted = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--select=F,E9", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert linted.returncode == 0, linted.stdout


@pytest.mark.parametrize(
    "text",
    ['"]; import os #', "'''", "\n", "\\", "{x}", "é\u2028", "\x00", "a\"b'c", "\r\n", '"""'],
)
def test_a_literal_cannot_escape_its_quotes(text: str) -> None:
    import ast

    assert ast.literal_eval(literal(text)) == text


def test_generated_code_never_names_this_product(table: Table) -> None:
    script = generate_script(default_config(table.schema), DataSource(table.schema, "_split"))
    assert "experiments" not in script
    assert "engine" not in script
