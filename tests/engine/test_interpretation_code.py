"""The notebook's interpretation, as code: it runs for every kind of column, and adds up."""

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from sklearn.pipeline import Pipeline

from engine.build import interpretation
from engine.build.interpretation import interpretation_code
from engine.spec.metrics import METRICS
from tests.engine.configs import settings_of
from tests.engine.conftest import Table
from tests.engine.test_features import EVERYTHING, fitted

mpl.use("Agg")


def run(
    table: Table,
    model: str,
    monkeypatch: pytest.MonkeyPatch,
    columns: list[str] | None = None,
    is_right: bool = False,
    only_importance: bool = False,
    **settings: Any,
) -> dict[str, Any]:
    """What the cells leave behind."""
    monkeypatch.setattr(interpretation, "EXPLAINED_ROWS", 5)
    chosen = {"columns": {"include": columns}} if columns else EVERYTHING
    pipeline, _model, X_test = fitted(table, {**chosen, "model": settings_of(model)})
    train, test = (table.frame.iloc[rows] for rows in (table.split.train, table.split.test))
    sizes = {"train": len(train), "test": len(test)}
    given = {"metric": "roc_auc", "threshold": 0.5, "seed": 3, "columns": 10, "sizes": sizes}
    code = interpretation_code(**(given | settings))
    # The code of the experiments that follow gives these names to others.
    later = "pipeline = model = X_train = X_test = None"
    cells = [code.functions, code.keep, later, code.importance]
    if not only_importance:
        cells += [code.errors, code.beeswarm, "plt.close('all')", code.waterfall]
    source = "\n\n".join(cells)
    found = {
        "pipeline": pipeline,
        "X_train": train[X_test.columns],
        "X_test": X_test,
        "y_test": pipeline.predict(X_test) if is_right else table.schema.encode_target(test),
        "plt": plt,
    }
    monkeypatch.setattr(plt, "show", lambda *_arguments, **_names: None)
    left = dict(found)
    exec(compile(source, "cells", "exec"), left)  # noqa: S102
    plt.close("all")
    return left | found


@pytest.mark.parametrize("model", ["logistic_regression", "lightgbm", "k_nearest_neighbours"])
def test_the_cells_explain_a_model(
    table: Table, monkeypatch: pytest.MonkeyPatch, model: str
) -> None:
    found = run(table, model, monkeypatch)
    pipeline, X, y = found["pipeline"], found["X_test"], found["y_test"]
    assert isinstance(pipeline, Pipeline)
    probability = pipeline.predict_proba(X)[:, 1]
    wrong = (probability >= 0.5) != (y == 1)
    surest = np.abs(probability - 0.5)[wrong].max()
    errors = found["errors"]
    assert len(errors) == min(10, wrong.sum())
    assert abs(errors["probability"].iloc[0] - 0.5) == surest
    # The first row that is explained is the most confident error.
    explained = found["explained"]
    totals = explained.base_values + explained.values.sum(axis=1)
    assert totals[0] == pytest.approx(errors["probability"].iloc[0], abs=1e-6)
    assert explained.feature_names == list(X.columns)
    assert explained.display_data[0].tolist()[0] == X.loc[errors.index[0]].tolist()[0]
    assert set(found["importance"].index) == set(X.columns)


@pytest.mark.parametrize("columns", [["signal", "visits"], ["comment"], ["colour", "since"]])
def test_columns_of_one_kind_are_explained(
    table: Table, monkeypatch: pytest.MonkeyPatch, columns: list[str]
) -> None:
    explained = run(table, "decision_tree", monkeypatch, columns=columns)["explained"]
    assert explained.feature_names == columns
    assert np.isfinite(explained.values).all()


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_has_a_score_to_drop(
    table: Table, monkeypatch: pytest.MonkeyPatch, metric: str
) -> None:
    monkeypatch.setattr(interpretation, "SHUFFLED_ROWS", 40)
    found = run(table, "logistic_regression", monkeypatch, only_importance=True, metric=metric)
    assert found["importance"]["score drop"].notna().all()


def test_a_model_without_errors_is_explained_too(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = run(table, "decision_tree", monkeypatch, is_right=True)
    assert found["errors"].empty
    assert len(found["explained"].values) == 5


@pytest.mark.parametrize(("columns", "rows"), [(1, 50), (20, 50), (50, 20), (500, 10)])
def test_many_columns_are_compared_with_fewer_rows(columns: int, rows: int) -> None:
    code = interpretation_code(
        metric="roc_auc",
        threshold=0.5,
        seed=0,
        columns=columns,
        sizes={"train": 1_000, "test": 400},
    )
    assert f"background = X_known.sample({rows}, random_state=0)" in code.beeswarm


def test_the_functions_stand_as_they_are() -> None:
    source = Path(interpretation.PATH).read_text()
    code = interpretation_code(
        metric="roc_auc", threshold=0.5, seed=0, columns=3, sizes={"train": 9, "test": 9}
    )
    assert all(part in source for part in code.functions.split("\n\n\n")[1:])
