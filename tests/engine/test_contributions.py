"""Contributions add up to the output, and are Shapley values."""

import functools
import itertools
import json
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import logit

from experiments.engine.interpretation import contributions
from experiments.engine.interpretation.contributions import Contributions, explain_rows, summary
from experiments.engine.interpretation.features import FeatureModel
from experiments.engine.models import MODELS
from tests.engine.configs import settings_of
from tests.engine.conftest import Table
from tests.engine.test_features import EVERYTHING, fitted

LINEAR, BOOSTERS = {"logistic_regression", "linear_svm"}, {"xgboost", "lightgbm"}
# Calibration fits six times over, so fewer columns stand before it, and a quicker stack.
FEW = {
    "columns": {"include": ["signal", "since", "comment"]},
    "preparation": {"text": {"vocabulary": 10, "svd_components": 3}},
    "new_features": [],
}
MEMBERS = [{"name": "logistic_regression"}, {"name": "gaussian_naive_bayes"}]
QUICK = {
    **{name: settings_of(name) for name in MODELS},
    "stacking": {"name": "stacking", "members": MEMBERS},
}
# What stands between the features and the output, beside the model.
WAYS: dict[str, dict[str, Any]] = {
    "plain": {},
    "selection": {"selection": {"method": "k_best", "k": 6}},
    "pca": {"reduction": {"method": "pca", "components": 4}},
    "sigmoid": {**FEW, "calibration": "sigmoid"},
    "isotonic": {**FEW, "calibration": "isotonic"},
}


def background_of(table: Table, model: FeatureModel) -> pd.DataFrame:
    return model.table(table.frame.iloc[table.split.train])


def method_of(name: str, way: str) -> str:
    if name in LINEAR:
        return "sampled" if way == "isotonic" else "linear"
    return "trees" if name in BOOSTERS and way in ("plain", "selection") else "sampled"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", MODELS)
def test_base_and_values_add_up_to_the_pipeline_s_own_output(
    table: Table, monkeypatch: pytest.MonkeyPatch, name: str, way: str
) -> None:
    monkeypatch.setattr(contributions, "MAX_COMPARED", 4)
    config = {**EVERYTHING, **WAYS[way], "model": QUICK[name]}
    pipeline, model, X = fitted(table, config)
    found = explain_rows(model, model.table(X)[:7], background_of(table, model), seed=3)
    assert found.method == method_of(name, way)
    assert found.values.shape == (7, len(model.names))
    # XGBoost counts in 32 bits.
    exact = 1e-4 if name == "xgboost" and found.method == "trees" else 1e-9
    np.testing.assert_allclose(found.base + found.values.sum(axis=1), found.output, atol=exact)
    probability = pipeline.predict_proba(X)[:7, 1]
    output = logit(probability) if found.unit == "log_odds" else probability
    np.testing.assert_allclose(found.output, output, atol=exact)
    assert (found.unit == "probability") == (found.method == "sampled")
    json.dumps(found.to_dict(), allow_nan=False)


@pytest.mark.parametrize("name", sorted(BOOSTERS))
def test_a_booster_that_stopped_early_is_explained_as_far_as_it_came(
    table: Table, name: str
) -> None:
    config = {"model": {"name": name, "early_stopping": True, "learning_rate": 0.5}}
    pipeline, model, X = fitted(table, config)
    assert model.estimator.n_estimators == 100
    found = explain_rows(model, model.table(X), background_of(table, model), seed=3)
    np.testing.assert_allclose(found.output, logit(pipeline.predict_proba(X)[:, 1]), atol=1e-4)
    np.testing.assert_allclose(found.base + found.values.sum(axis=1), found.output, atol=1e-4)


@pytest.mark.parametrize("strategy", ["prior", "most_frequent", "stratified", "uniform"])
def test_no_feature_contributes_to_a_dummy(table: Table, strategy: str) -> None:
    _pipeline, model, X = fitted(table, {"model": {"name": "dummy", "strategy": strategy}})
    found = explain_rows(model, model.table(X), background_of(table, model), seed=3)
    assert not found.values.any()
    assert set(found.output) == {found.base}


# --- Against the definition ---------------------------------------------------------------
def shapley(pipeline: Any, row: pd.DataFrame, background: pd.DataFrame, unit: str) -> np.ndarray:
    """Shapley values by their definition: every coalition, through the whole pipeline."""
    names = list(row.columns)

    @functools.cache
    def worth(coalition: frozenset[str]) -> float:
        mixed = background.assign(**{name: row[name].iloc[0] for name in coalition})
        found = pipeline.predict_proba(mixed)[:, 1]
        return float(np.mean(logit(found) if unit == "log_odds" else found))

    values = []
    for name in names:
        others, value = [other for other in names if other != name], 0.0
        for size in range(len(names)):
            weight = 1 / (len(names) * math.comb(len(names) - 1, size))
            for coalition in itertools.combinations(others, size):
                without = frozenset(coalition)
                value += weight * (worth(without | {name}) - worth(without))
        values.append(value)
    return np.array(values)


def explained(
    table: Table, columns: list[str], rows: int = 2, **config: Any
) -> tuple[Any, pd.DataFrame, pd.DataFrame, Contributions]:
    pipeline, model, X = fitted(table, {"columns": {"include": columns}, **config})
    background = background_of(table, model)[:40]
    found = explain_rows(model, X[:rows], background, seed=5)
    assert found.background_rows == 40
    return pipeline, X[:rows], background, found


@pytest.mark.parametrize("way", ["plain", "sigmoid", "selection", "pca"])
def test_linear_ones_are_shapley_values(table: Table, way: str) -> None:
    pipeline, rows, background, found = explained(
        table,
        ["signal", "visits", "colour", "since"],
        model={"name": "logistic_regression"},
        **{key: WAYS[way][key] for key in WAYS[way].keys() - FEW.keys()},
    )
    for place in range(len(rows)):
        expected = shapley(pipeline, rows.iloc[[place]], background, found.unit)
        np.testing.assert_allclose(found.values[place], expected, atol=1e-9)


@pytest.mark.parametrize("name", ["random_forest", "rbf_svm", "stacking"])
def test_sampled_ones_of_two_features_are_shapley_values(table: Table, name: str) -> None:
    """Both orders of two features are looked at, so nothing is left to chance."""
    pipeline, rows, background, found = explained(
        table, ["signal", "colour"], model=settings_of(name)
    )
    for place in range(len(rows)):
        expected = shapley(pipeline, rows.iloc[[place]], background, found.unit)
        np.testing.assert_allclose(found.values[place], expected, atol=1e-9)


def test_sampled_ones_of_many_features_are_near_them(table: Table) -> None:
    columns = ["signal", "visits", "since", "colour", "whole"]
    model = {"name": "hist_gradient_boosting", "max_iter": 15}
    pipeline, rows, background, found = explained(table, columns, rows=1, model=model)
    assert found.permutations == 80
    expected = shapley(pipeline, rows, background, found.unit)
    assert np.abs(expected).max() > 0.1
    np.testing.assert_allclose(found.values[0], expected, atol=0.03)


def test_one_feature_is_all_of_the_difference(table: Table) -> None:
    _pipeline, _rows, _background, found = explained(
        table, ["signal"], model={"name": "decision_tree"}
    )
    np.testing.assert_allclose(found.values[:, 0], found.output - found.base)


# --- Sampling -----------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["random_forest", "logistic_regression"])
def test_a_row_is_explained_alone_as_among_others(
    table: Table, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    _pipeline, model, X = fitted(table, {**EVERYTHING, "model": settings_of(name)})
    rows, background = model.table(X)[:5], background_of(table, model)
    together = explain_rows(model, rows, background, seed=1)
    alone = explain_rows(model, rows[3:4], background, seed=1)
    assert alone.base == together.base
    np.testing.assert_allclose(alone.values[0], together.values[3], atol=1e-12)
    monkeypatch.setattr(contributions, "CHUNK", 1)
    piecewise = explain_rows(model, rows, background, seed=1)
    np.testing.assert_allclose(piecewise.values, together.values, atol=1e-12)


def test_a_slow_model_and_a_large_background_are_sampled(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    _pipeline, model, X = fitted(table, {"model": {"name": "k_nearest_neighbours"}})
    rows, background = model.table(X)[:2], background_of(table, model)
    monkeypatch.setattr(contributions, "MICROSECONDS_PER_ROW", 500)
    found = explain_rows(model, rows, background, seed=1)
    assert contributions.MIN_COMPARED <= found.background_rows < contributions.MAX_COMPARED
    assert found.permutations == 2 * found.background_rows
    _pipeline, model, X = fitted(table, {"model": {"name": "logistic_regression"}})
    monkeypatch.setattr(contributions, "MAX_BACKGROUND", 30)
    assert explain_rows(model, rows, background, seed=1).background_rows == 30


def test_the_summary_has_the_strongest_first() -> None:
    values = np.array([[1.0, -3.0], [-2.0, 0.0]])
    found = Contributions(("a", "b"), "log_odds", "linear", 0.0, values, np.zeros(2))
    assert summary(found) == [("a", 1.5), ("b", 1.5)]
    found = Contributions(("a", "b"), "log_odds", "linear", 0.0, 2 * values[:1], np.zeros(1))
    assert summary(found) == [("b", 6.0), ("a", 2.0)]
