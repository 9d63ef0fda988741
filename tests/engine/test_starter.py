"""The starter notebook's functions: the platform's own pipelines, and back to the config."""

import re
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings

from engine.build.codegen import functions_code, imports_code
from engine.build.instantiate import build_pipeline
from engine.build.starter import starter_code, starter_models
from engine.spec.config import default_config, validate_config
from engine.spec.yaml_text import dump_yaml
from tests.engine import configs
from tests.engine.conftest import Table

LONG = 10**6


@pytest.fixture(scope="module")
def notebook(table: Table) -> dict[str, Any]:
    """What the cells of the notebook define."""
    code = starter_code(default_config(table.schema), table.schema)
    namespace: dict[str, Any] = {}
    for cell in (imports_code([code]), functions_code([code]), "\n".join(code.statements)):
        exec(compile(cell, "cell", "exec"), namespace)  # noqa: S102
    return namespace


def test_it_imports_nothing_of_ours(table: Table) -> None:
    code = starter_code(default_config(table.schema), table.schema)
    text = imports_code([code]) + functions_code([code]) + "\n".join(code.statements)
    assert "experiments" not in text
    assert "# noqa" not in text


def test_it_knows_the_models_that_are_used_most() -> None:
    known = {"dummy", "logistic_regression", "decision_tree", "random_forest", "xgboost"}
    assert known < set(starter_models())


@pytest.mark.parametrize("model", starter_models())
@settings(
    max_examples=2,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=configs.st.data())
def test_yaml_becomes_the_platforms_pipeline_and_comes_back(
    model: str, data: Any, table: Table, notebook: dict[str, Any]
) -> None:
    drawn = data.draw(configs.single_model(model))
    others = starter_models()[model]["others"]
    config = yaml.safe_load(dump_yaml(default_config(table.schema, model)))
    config["model"] = drawn | others
    config["preparation"]["numeric"]["scale"] = data.draw(
        configs.st.sampled_from(["standard", "robust", "min_max", "none"])
    )
    config["preparation"]["categorical"]["min_rows"] = data.draw(configs.st.integers(1, 30))
    config["columns"]["include"] = config["columns"]["include"][2:]
    ours = build_pipeline(validate_config(config, table.schema), table.schema)
    pipeline = notebook["pipeline_from"](config)
    # Functions are other objects there; their addresses are no difference.
    assert _written(pipeline) == _written(ours)
    back = notebook["config_from"](pipeline)
    assert validate_config(back, table.schema) == validate_config(config, table.schema)


def _written(pipeline: Any) -> str:
    return re.sub(r" at 0x[0-9a-f]+", "", pipeline.__repr__(LONG))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("calibration",), "sigmoid"),
        (("seed",), 7),
        (("preparation", "text", "vocabulary"), 20),
        (("model", "penalty"), "l1"),
        (("threshold", "value"), 0.3),
        (("unknown",), 1),
    ],
)
def test_what_it_does_not_know_it_refuses_by_name(
    path: tuple[str, ...], value: Any, table: Table, notebook: dict[str, Any]
) -> None:
    config = yaml.safe_load(dump_yaml(default_config(table.schema)))
    place = config
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(ValueError, match=path[-1]):
        notebook["pipeline_from"](config)


def test_a_pipeline_that_the_platform_cannot_say_is_refused(
    table: Table, notebook: dict[str, Any]
) -> None:
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression, Perceptron

    numbers = [name for name, kind in notebook["KINDS"].items() if kind == "numeric"]

    def pipeline(steps: Any, model: Any) -> Any:
        columns = notebook["make_column_transformer"]((steps, numbers), sparse_threshold=0)
        return notebook["make_pipeline"](columns, model)

    with pytest.raises(ValueError, match="Perceptron"):
        notebook["config_from"](pipeline(notebook["numeric_steps"](), Perceptron()))
    model = LogisticRegression(C=0.5, max_iter=1000, random_state=42)
    found = notebook["config_from"](pipeline(notebook["numeric_steps"](scale="robust"), model))
    assert found["model"]["C"] == 0.5
    assert found["preparation"]["numeric"]["scale"] == "robust"
    with pytest.raises(ValueError, match="cannot say"):
        notebook["config_from"](pipeline(SimpleImputer(strategy="median"), model))
    with pytest.raises(ValueError, match="cannot say"):
        notebook["config_from"](pipeline(notebook["numeric_steps"](), LogisticRegression(tol=1)))
