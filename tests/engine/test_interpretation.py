"""What a model uses, and where it is wrong."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.inspection import permutation_importance

from experiments.engine import explain
from experiments.engine.config import default_config
from experiments.engine.errors import Confusion, confusion, worst_errors
from experiments.engine.evaluate import fit
from experiments.engine.explain import permutation_importance_view
from experiments.engine.metrics import METRICS
from tests.engine.conftest import Table

# scikit-learn's own names; its MCC and Brier scorers are called otherwise.
SCORERS = {name: name for name, metric in METRICS.items() if not metric.needs_costs} | {
    "log_loss": "neg_log_loss",
    "brier": "neg_brier_score",
    "mcc": "matthews_corrcoef",
}


@pytest.fixture(scope="module")
def fitted(table: Table) -> tuple[object, pd.DataFrame, np.ndarray]:
    """A booster's pipeline, with the test rows' features and classes."""
    config = default_config(table.schema, "hist_gradient_boosting")
    pipeline = fit(config, table.schema, table.frame, table.split.train)
    test = table.frame.iloc[table.split.test]
    return pipeline, test[config.columns.chosen(table.schema)], table.schema.encode_target(test)


@pytest.mark.parametrize("metric", SCORERS)
def test_importance_is_the_library_s_own_on_original_columns(metric: str, fitted: tuple) -> None:
    pipeline, X, y = fitted
    found = permutation_importance_view(
        pipeline, X, y, metric=metric, repeats=3, seed=4, threshold=0.5
    )
    theirs = permutation_importance(
        pipeline, X, y, scoring=SCORERS[metric], n_repeats=3, random_state=4, n_jobs=1
    )
    means = dict(zip(X.columns, theirs.importances_mean, strict=True))
    assert {column.name: column.mean for column in found.columns} == means
    assert [c.mean for c in found.columns] == sorted(means.values(), reverse=True)
    json.dumps(found.to_dict(), allow_nan=False)


def test_importance_finds_the_signal_and_ignores_a_constant(fitted: tuple) -> None:
    pipeline, X, y = fitted
    found = permutation_importance_view(pipeline, X, y, metric="log_loss", seed=1, threshold=0.5)
    assert found.columns[0].name == "signal"
    assert found.columns[0].mean > 0
    by_name = {column.name: column for column in found.columns}
    assert (by_name["constant"].mean, by_name["constant"].std) == (0.0, 0.0)


def test_importance_looks_at_a_bounded_number_of_rows(
    fitted: tuple, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explain, "MAX_ROWS", 40)
    pipeline, X, y = fitted
    first = permutation_importance_view(pipeline, X, y, metric="roc_auc", seed=2, threshold=0.5)
    assert first.rows == 40
    assert first == permutation_importance_view(
        pipeline, X, y, metric="roc_auc", seed=2, threshold=0.5
    )


def test_confusion_counts_by_true_class_at_a_threshold() -> None:
    y = np.array([1, 1, 1, 0, 0, 0, 0])
    probability = np.array([0.9, 0.5, 0.4, 0.6, 0.2, 0.1, 0.0])
    assert confusion(y, probability) == Confusion(3, 1, 1, 2)
    assert confusion(y, probability, 0.95) == Confusion(4, 0, 3, 0)
    assert confusion(np.ones(2), np.ones(2)).to_dict()["true_positives"] == 2


def test_the_worst_errors_are_the_surest_with_their_rows_and_values(table: Table) -> None:
    part = table.frame.iloc[table.split.test[:5]]
    y = np.array([1, 0, 1, 0, 1])
    probability = np.array([0.9, 0.75, 0.1, 0.6, 0.3])
    found = worst_errors(part, y, probability, schema=table.schema, limit=3)
    assert found.total == 4
    assert [row.row for row in found.rows] == [int(table.split.test[n]) + 1 for n in (2, 1, 4)]
    assert [row.probability for row in found.rows] == [0.1, 0.75, 0.3]
    surest = found.rows[0]
    assert (surest.actual, surest.predicted) == (
        table.schema.positive_class,
        table.schema.negative_class,
    )
    assert table.schema.target not in found.columns
    expected = part.iloc[2][list(found.columns)]
    assert list(surest.values) == [None if pd.isna(value) else value for value in expected]
    json.dumps(found.to_dict(), allow_nan=False)


def test_no_error_is_an_empty_list(table: Table) -> None:
    part = table.frame.iloc[table.split.test[:2]]
    found = worst_errors(part, np.array([1, 0]), np.array([0.8, 0.2]), schema=table.schema)
    assert found.to_dict()["rows"] == []
