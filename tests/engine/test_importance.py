"""What a model uses: against scikit-learn, and against the model itself."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import logit
from scipy.stats import chi2_contingency, f_oneway, spearmanr
from sklearn.inspection import permutation_importance

from engine.explain.features import FeatureModel
from engine.explain.reasons import associations as associations_module
from engine.explain.reasons import importance
from engine.explain.reasons.associations import Group, associations, correlated_groups
from engine.explain.reasons.importance import (
    FeatureImportance,
    Importance,
    coefficients,
    disagreement,
    metric_function,
    permutation_importance_view,
)
from engine.run.evaluate import scorer
from engine.spec.metrics import METRICS
from engine.spec.schema import Costs
from tests.engine.conftest import Table, prepare
from tests.engine.test_features import EVERYTHING, fitted

# scikit-learn's own names; its MCC and Brier scorers are called otherwise.
SCORERS = {name: name for name, metric in METRICS.items() if not metric.needs_costs} | {
    "log_loss": "neg_log_loss",
    "brier": "neg_brier_score",
    "mcc": "matthews_corrcoef",
}


@pytest.fixture(scope="module")
def booster(table: Table) -> tuple[Any, FeatureModel, pd.DataFrame]:
    columns = ["signal", "often missing", "colour", "since", "comment"]
    model = {"name": "hist_gradient_boosting", "max_iter": 20}
    return fitted(table, {"columns": {"include": columns}, "model": model})


def classes(table: Table) -> np.ndarray:
    return table.schema.encode_target(table.frame.iloc[table.split.test])


# --- Permutation importance -----------------------------------------------------------------
@pytest.mark.parametrize("metric", SCORERS)
def test_importance_is_the_library_s_own(metric: str, table: Table, booster: tuple) -> None:
    pipeline, model, X = booster
    found = permutation_importance_view(
        model, model.table(X), classes(table), metric=metric, repeats=3, seed=4, threshold=0.5
    )
    theirs = permutation_importance(
        pipeline, X, classes(table), scoring=SCORERS[metric], n_repeats=3, random_state=4, n_jobs=1
    )
    expected = dict(zip(X.columns, theirs.importances, strict=True))
    assert len(found.columns) == len(expected)
    for column in found.columns:
        np.testing.assert_allclose(column.values, expected[column.name], atol=1e-12)
        assert column.mean == pytest.approx(expected[column.name].mean(), abs=1e-12)
        assert column.std == pytest.approx(expected[column.name].std(), abs=1e-12)
    means = [column.mean for column in found.columns]
    assert means == sorted(means, reverse=True)
    json.dumps(found.to_dict(), allow_nan=False)


@pytest.mark.parametrize("metric", METRICS)
def test_each_metric_is_the_one_that_a_run_scores(metric: str) -> None:
    rng = np.random.default_rng(5)
    y, probability = rng.integers(0, 2, 80), rng.random(80)
    costs = Costs(false_positive=2, false_negative=9, true_positive=-3, true_negative=0.5)
    expected = scorer(costs)(y, probability, 0.3)[metric]
    assert metric_function(metric, 0.3, costs)(y, probability) == pytest.approx(expected, rel=1e-12)


class OnFeatures:
    """What scikit-learn takes for a fitted estimator."""

    def __init__(self, model: FeatureModel) -> None:
        self.model = model

    def fit(self, _X: Any, _y: Any) -> None:
        raise AssertionError("it is fitted")

    def predict_proba(self, table: pd.DataFrame) -> np.ndarray:
        return self.model.predict_proba(table)


def test_new_features_are_shuffled_apart_from_what_they_are_made_of(table: Table) -> None:
    _pipeline, model, X = fitted(table, {**EVERYTHING, "model": {"name": "rbf_svm"}})
    features, y = model.table(X), classes(table)
    found = permutation_importance_view(
        model, features, y, metric="log_loss", repeats=2, seed=1, threshold=0.5
    )

    def scoring(estimator: OnFeatures, rows: pd.DataFrame, classes: np.ndarray) -> float:
        positive = estimator.predict_proba(rows)[:, 1]
        return float(np.log(np.where(classes == 1, positive, 1 - positive)).mean())

    theirs = permutation_importance(
        OnFeatures(model), features, y, scoring=scoring, n_repeats=2, random_state=1, n_jobs=1
    )
    expected = dict(zip(features.columns, theirs.importances_mean, strict=True))
    means = {column.name: column.mean for column in found.columns}
    assert means == pytest.approx(expected, abs=1e-12)
    assert found.score == pytest.approx(-scoring(OnFeatures(model), features, y))
    assert means["tempo"] != 0


def test_importance_looks_at_fewer_rows_where_they_are_many_or_the_model_is_slow(
    table: Table, booster: tuple, monkeypatch: pytest.MonkeyPatch
) -> None:
    _pipeline, model, X = booster

    def found(seed: int = 2) -> Importance:
        return permutation_importance_view(
            model, model.table(X), classes(table), metric="roc_auc", seed=seed, threshold=0.5
        )

    assert found().rows == len(X)
    monkeypatch.setattr(importance, "MAX_ROWS", 40)
    first = found()
    assert first.rows == 40
    assert first == found() != found(seed=3)
    monkeypatch.setattr(importance, "MIN_ROWS", 20)
    monkeypatch.setattr(importance, "MICROSECONDS", 1)
    assert found().rows == 20


def test_predictions_in_pieces_are_the_same(
    table: Table, booster: tuple, monkeypatch: pytest.MonkeyPatch
) -> None:
    _pipeline, model, X = booster
    arguments = {"metric": "log_loss", "threshold": 0.5, "seed": 1}
    whole = permutation_importance_view(model, model.table(X), classes(table), **arguments)
    monkeypatch.setattr(importance, "CHUNK", 1)
    assert whole == permutation_importance_view(model, model.table(X), classes(table), **arguments)


# --- Correlated features ----------------------------------------------------------------------
@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Table:
    """Two numbers that say the same, and a category that says it too; gaps in one of them."""
    rng = np.random.default_rng(3)
    signal = rng.normal(size=400)
    again = np.where(rng.random(400) < 0.1, np.nan, np.exp(signal + rng.normal(size=400) / 20))
    raw = pd.DataFrame(
        {
            "signal": signal,
            "again": again,
            "level": pd.cut(signal, [-9, -0.8, 0, 0.8, 9], labels=["a", "b", "c", "d"]),
            "alone": rng.normal(size=400),
            "day": [
                str(pd.Timestamp(2024, 1, 1) + pd.Timedelta(days=int(d)))
                for d in rng.integers(0, 900, 400)
            ],
            "weather": rng.choice(["sun", "rain", "snow"], 400),
            "mood": "",
            "constant": 1.5,
            "outcome": np.where(signal + rng.normal(size=400) / 3 > 0, "won", "lost"),
        }
    )
    raw["mood"] = np.where(rng.random(400) < 0.8, raw["weather"].str.upper(), "RAIN")
    return prepare(raw, tmp_path_factory.mktemp("twins"), target="outcome", positive="won")


@pytest.fixture(scope="module")
def forest(twins: Table) -> tuple[Any, FeatureModel, pd.DataFrame]:
    return fitted(twins, {"model": {"name": "random_forest", "n_estimators": 20}})


def test_associations_are_those_of_the_textbooks(forest: tuple) -> None:
    _pipeline, model, X = forest
    features = model.table(X)
    names, matrix = associations(model, features)
    found = pd.DataFrame(matrix, names, names)
    assert names[:4] == ["signal", "again", "alone", "day"]
    np.testing.assert_array_equal(matrix, matrix.T)
    pairs = features[["signal", "again"]].dropna()
    assert len(pairs) < len(features)
    assert found.loc["signal", "again"] == pytest.approx(abs(spearmanr(*pairs.T.values)[0]))
    days = pd.to_datetime(features["day"]).to_numpy().astype("int64")
    assert found.loc["signal", "day"] == pytest.approx(abs(spearmanr(features["signal"], days)[0]))
    # Bergsma (2013), by way of scipy's chi-squared.
    counts = pd.crosstab(features["weather"], features["mood"]).to_numpy()
    n, (r, k) = counts.sum(), counts.shape
    phi = chi2_contingency(counts, correction=False).statistic / n
    smaller = min(r - (r - 1) ** 2 / (n - 1), k - (k - 1) ** 2 / (n - 1)) - 1
    expected = np.sqrt(max(0, phi - (k - 1) * (r - 1) / (n - 1)) / smaller)
    assert found.loc["weather", "mood"] == pytest.approx(expected)
    # ε² from the F statistic of an analysis of variance on the ranks.
    ranks = features["again"].rank().dropna()
    parts = [ranks[features.loc[ranks.index, "level"] == level] for level in "abcd"]
    f = f_oneway(*parts).statistic
    within = (len(ranks) - 4) / (f * 3 + len(ranks) - 4)
    expected = np.sqrt(1 - within * (len(ranks) - 1) / (len(ranks) - 4))
    assert found.loc["again", "level"] == pytest.approx(expected)
    assert not found.loc["constant"].drop("constant").any()


def test_features_that_say_the_same_are_a_group_and_weigh_more_together(
    twins: Table, forest: tuple, monkeypatch: pytest.MonkeyPatch
) -> None:
    _pipeline, model, X = forest
    features, y = model.table(X), classes(twins)
    found = permutation_importance_view(model, features, y, metric="roc_auc", seed=6, threshold=0.5)
    assert [set(group.features) for group in found.groups] == [
        {"signal", "again", "level"},
        {"weather", "mood"},
    ]
    together, by_name = found.groups[0], {column.name: column for column in found.columns}
    assert together.mean > 2 * by_name["signal"].mean > 0
    assert 0.8 < together.association < 1

    # scikit-learn shuffles one column of row numbers, which all of the group follow.
    def scoring(estimator: OnFeatures, numbers: pd.DataFrame, classes: np.ndarray) -> float:
        names = list(together.features)
        rows = features.copy()
        rows[names] = features[names].iloc[numbers["row"]].to_numpy()
        rows = rows.astype(features.dtypes)
        return metric_function("roc_auc", 0.5, None)(classes, estimator.predict_proba(rows)[:, 1])

    numbers = pd.DataFrame({"row": np.arange(len(features))})
    theirs = permutation_importance(
        OnFeatures(model), numbers, y, scoring=scoring, n_repeats=5, random_state=6, n_jobs=1
    )
    np.testing.assert_allclose(together.values, theirs.importances[0], atol=1e-12)
    monkeypatch.setattr(associations_module, "MAX_ROWS", 40)
    assert correlated_groups(model, features)[0].association != together.association


def test_one_feature_or_none_that_varies_makes_no_group(table: Table) -> None:
    for columns in (["signal"], ["constant", "all missing", "rare"], ["comment"]):
        config = {"columns": {"include": columns}, "model": {"name": "dummy"}}
        _pipeline, model, X = fitted(table, config)
        assert correlated_groups(model, model.table(X)) == ()


# --- Coefficients -----------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["logistic_regression", "linear_svm"])
@pytest.mark.parametrize("calibration", ["none", "sigmoid", "isotonic"])
@pytest.mark.parametrize("reduction", ["none", "pca"])
def test_a_coefficient_is_what_one_unit_more_adds(
    table: Table, name: str, calibration: str, reduction: str
) -> None:
    config = {
        "columns": {"include": ["signal", "whole", "colour", "since", "often missing", "visits"]},
        "model": {"name": name},
        "calibration": calibration,
        "selection": {"method": "k_best", "k": 7},
        "reduction": {"method": "pca", "components": 4}
        if reduction == "pca"
        else {"method": "none"},
    }
    _pipeline, model, X = fitted(table, config)
    train = model.table(table.frame.iloc[table.split.train])
    found = coefficients(model, train)
    assert found is not None
    assert found.unit == ("margin" if calibration == "isotonic" else "log_odds")
    # Log-odds by way of the probability, where that does not bend them.
    output = lambda Z: logit(model.positive(Z))  # noqa: E731
    if found.unit == "margin":
        output = lambda Z: model.estimator.decision_function(model._through_chain(Z))  # noqa: E731
    prepared = model.encode(model.table(X))
    deviations = model.encode(train).std(axis=0)
    assert len(found.shown) == 7
    for coefficient in found.shown:
        place = model.labels.index(coefficient.column)
        more = prepared + np.eye(len(model.labels))[place]
        np.testing.assert_allclose(output(more) - output(prepared), coefficient.per_unit, atol=1e-7)
        scaled = coefficient.per_unit * deviations[place]
        assert coefficient.per_deviation == pytest.approx(scaled)
    at_zero = output(np.zeros((1, len(model.labels))))[0]
    assert found.intercept == pytest.approx(at_zero, abs=1e-7)
    sizes = [abs(coefficient.per_deviation) for coefficient in found.shown]
    assert sizes == sorted(sizes, reverse=True)
    assert found.not_shown == 0
    assert found.without_weight == len(model.labels) - 7
    json.dumps(found.to_dict(), allow_nan=False)


def test_only_the_strongest_coefficients_of_a_linear_model_are_shown(
    table: Table, booster: tuple, monkeypatch: pytest.MonkeyPatch
) -> None:
    _pipeline, model, _X = fitted(table, {**EVERYTHING, "model": {"name": "logistic_regression"}})
    train = model.table(table.frame.iloc[table.split.train])
    every = coefficients(model, train)
    monkeypatch.setattr(importance, "MAX_COEFFICIENTS", 4)
    some = coefficients(model, train)
    assert every is not None
    assert some is not None
    assert some.shown == every.shown[:4]
    assert 4 + some.not_shown == len(every.shown) + every.not_shown
    assert some.shown[0].column.feature == "signal"
    assert coefficients(booster[1], train) is None


# --- Disagreement -----------------------------------------------------------------------------
def test_the_two_views_disagree_where_ranks_are_far_apart_for_a_reason() -> None:
    permuted = {
        "first": (0.30, 0.01),
        "second": (0.20, 0.01),
        "third": (0.10, 0.01),
        "fourth": (0.05, 0.01),
        "twin": (0.01, 0.002),
        "learned by heart": (-0.01, 0.02),
        "trifle": (0.0004, 0.0),
        "dust": (0.0005, 0.0),
        "straw": (0.0006, 0.0),
        "crumb": (0.0008, 0.0),
    }
    shap = {
        "twin": 20.0,
        "first": 15.0,
        "learned by heart": 12.0,
        "second": 10.0,
        "third": 9.0,
        "trifle": 0.2,
        "fourth": 0.1,
        "straw": 0.08,
        "crumb": 0.07,
        "dust": 0.06,
    }
    columns = tuple(FeatureImportance(n, m, s, (m,)) for n, (m, s) in permuted.items())
    found = disagreement(
        Importance("roc_auc", 1, 9, 0.9, columns, ()),
        list(shap.items()),
        [Group(("first", "twin"), 0.9)],
    )
    assert {one.name: (one.by_permutation, one.by_shap, one.reason) for one in found} == {
        "twin": (5, 1, "correlated"),
        "learned by heart": (10, 3, "no_gain"),
        "fourth": (4, 7, "unknown"),
    }
    by_name = {one.name: one for one in found}
    assert by_name["twin"].group == ("first", "twin")
    assert by_name["fourth"].group == ()
    agreeing = [(name, mean) for name, (mean, _std) in permuted.items()]
    assert disagreement(Importance("roc_auc", 1, 9, 0.9, columns, ()), agreeing, []) == ()
