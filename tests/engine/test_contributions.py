"""Contributions add up to the output, and are Shapley values."""

import functools
import itertools
import math
from itertools import cycle
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import logit
from sklearn.ensemble import RandomForestClassifier

from engine.bundled import BUNDLED
from engine.explain.features import FeatureModel
from engine.explain.reasons import sampling, shap_values, trees
from engine.explain.reasons.shap_values import Contributions, explain_rows, summary, units_of
from engine.run.evaluate import fit
from engine.spec.config import default_config
from engine.spec.models import MODELS
from tests.engine.configs import settings_of
from tests.engine.conftest import Table, prepare
from tests.engine.test_features import EVERYTHING, ODD, fitted

LINEAR = {"logistic_regression", "linear_svm"}
BOOSTERS = {"xgboost", "lightgbm", "hist_gradient_boosting"}
TREES = BOOSTERS | {"decision_tree", "random_forest", "extra_trees"}
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


@pytest.fixture(scope="module", autouse=True)
def less_effort() -> Any:
    """What is sampled adds up after two orders as after ten."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sampling, "MAX_ORDERS", 2)
        yield


@pytest.fixture(scope="module")
def churn(tmp_path_factory: pytest.TempPathFactory) -> Table:
    card = BUNDLED["churn"]
    folder = tmp_path_factory.mktemp("churn")
    return prepare(
        card.load(), folder, target=card.target, positive=card.positive_class, policy=card.split
    )


def background_of(table: Table, model: FeatureModel) -> pd.DataFrame:
    return model.table(table.frame.iloc[table.split.train])


def method_of(name: str, way: str) -> str:
    if name == "dummy":
        return "constant"
    if name not in TREES or way not in ("plain", "selection"):
        return "sampled"
    return "rescaled_trees" if name in BOOSTERS else "trees"


def assert_adds_up(found: Contributions) -> None:
    assert found.values.any()
    np.testing.assert_allclose(found.base + found.values.sum(axis=1), found.output, atol=1e-6)


# --- Adding up ----------------------------------------------------------------------------
@pytest.mark.parametrize("name", [name for name in MODELS if name != "dummy"])
def test_the_values_of_every_model_add_up_on_churn(churn: Table, name: str) -> None:
    config = default_config(churn.schema, name)
    pipeline = fit(config, churn.schema, churn.frame, churn.split.train)
    model = FeatureModel(pipeline, config, churn.schema)
    X = churn.frame.iloc[churn.split.test][model.names]
    background = background_of(churn, model)
    # Of 10 rows it matters little on which side of a threshold one falls.
    count = 100 if name in TREES else 10
    found = explain_rows(model, model.table(X)[:count], background, seed=3)
    assert (found.unit, found.method) == ("probability", method_of(name, "plain"))
    assert_adds_up(found)
    np.testing.assert_allclose(found.output, pipeline.predict_proba(X)[:count, 1], atol=1e-6)
    assert ("log_odds" in units_of(model)) == (name in LINEAR | BOOSTERS)
    if "log_odds" in units_of(model):
        found = explain_rows(model, model.table(X)[:count], background, seed=3, unit="log_odds")
        assert found.unit == "log_odds"
        assert_adds_up(found)


# Each model plain and in one other way, each way with a quarter of the models.
TURNS = [
    pair
    for name, way in zip(MODELS, cycle(way for way in WAYS if way != "plain"), strict=False)
    for pair in ((name, "plain"), (name, way))
]


@pytest.mark.parametrize(("name", "way"), TURNS)
def test_base_and_values_add_up_to_the_pipeline_s_own_output(
    table: Table, name: str, way: str
) -> None:
    config = {**EVERYTHING, **WAYS[way], "model": QUICK[name]}
    pipeline, model, X = fitted(table, config)
    found = explain_rows(model, model.table(X)[:5], background_of(table, model)[:20], seed=3)
    assert (found.unit, found.method) == ("probability", method_of(name, way))
    assert found.values.shape == (5, len(model.names))
    assert (found.margin is None) == (found.method != "sampled")
    np.testing.assert_allclose(found.base + found.values.sum(axis=1), found.output, atol=1e-6)
    if name != "dummy":
        np.testing.assert_allclose(found.output, pipeline.predict_proba(X)[:5, 1], atol=1e-6)


@pytest.mark.parametrize("name", ["logistic_regression", "lightgbm", "random_forest"])
@pytest.mark.parametrize("way", WAYS)
def test_log_odds_where_the_model_has_them(table: Table, name: str, way: str) -> None:
    config = {**EVERYTHING, **WAYS[way], "model": QUICK[name]}
    pipeline, model, X = fitted(table, config)
    rows, background = model.table(X)[:5], background_of(table, model)
    found = explain_rows(model, rows, background, seed=3, unit="log_odds")
    is_linear = name == "logistic_regression" and way != "isotonic"
    is_booster = name == "lightgbm" and way in ("plain", "selection")
    assert ("log_odds" in units_of(model)) == (is_linear or is_booster)
    assert found.unit == ("log_odds" if is_linear or is_booster else "probability")
    assert_adds_up(found)
    probability = pipeline.predict_proba(X)[:5, 1]
    expected = logit(probability) if found.unit == "log_odds" else probability
    np.testing.assert_allclose(found.output, expected, atol=1e-6)


@pytest.mark.parametrize("unit", ["probability", "log_odds"])
@pytest.mark.parametrize("name", ["xgboost", "lightgbm"])
def test_a_booster_that_stopped_early_is_explained_as_far_as_it_came(
    table: Table, name: str, unit: shap_values.Unit
) -> None:
    config = {"model": {"name": name, "early_stopping": True, "learning_rate": 0.5}}
    pipeline, model, X = fitted(table, config)
    assert model.estimator.n_estimators == 100
    found = explain_rows(model, model.table(X), background_of(table, model), seed=3, unit=unit)
    probability = pipeline.predict_proba(X)[:, 1]
    output = logit(probability) if unit == "log_odds" else probability
    np.testing.assert_allclose(found.output, output, atol=1e-5)
    assert_adds_up(found)


@pytest.mark.parametrize("name", sorted(TREES))
def test_missing_values_take_the_way_that_the_trees_send_them(table: Table, name: str) -> None:
    config = {
        "columns": {"include": ["signal", "often missing"]},
        "preparation": {"numeric": {"impute": "none"}},
        "model": settings_of(name),
    }
    pipeline, model, X = fitted(table, config)
    assert np.isnan(model.encode(model.table(X))).any()
    found = explain_rows(model, model.table(X), background_of(table, model), seed=3)
    assert_adds_up(found)
    np.testing.assert_allclose(found.output, pipeline.predict_proba(X)[:, 1], atol=1e-6)


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
    table: Table,
    columns: list[str],
    rows: int = 2,
    unit: shap_values.Unit = "probability",
    **config: Any,
) -> tuple[Any, pd.DataFrame, pd.DataFrame, Contributions]:
    pipeline, model, X = fitted(table, {"columns": {"include": columns}, **config})
    background = background_of(table, model)[:40]
    found = explain_rows(model, X[:rows], background, seed=5, unit=unit)
    assert found.background_rows == 40
    return pipeline, X[:rows], background, found


@pytest.mark.parametrize("way", ["plain", "sigmoid", "selection", "pca"])
def test_linear_ones_are_shapley_values(table: Table, way: str) -> None:
    pipeline, rows, background, found = explained(
        table,
        ["signal", "visits", "colour", "since"],
        unit="log_odds",
        model={"name": "logistic_regression"},
        **{key: WAYS[way][key] for key in WAYS[way].keys() - FEW.keys()},
    )
    assert found.method == "linear"
    for place in range(len(rows)):
        expected = shapley(pipeline, rows.iloc[[place]], background, found.unit)
        np.testing.assert_allclose(found.values[place], expected, atol=1e-9)


# Of one prepared column each: of several, shap shares out what they say together.
NUMBERS = ["signal", "visits", "whole", ODD]


@pytest.mark.parametrize("name", sorted(TREES))
def test_those_of_trees_are_shapley_values(table: Table, name: str) -> None:
    pipeline, rows, background, found = explained(
        table, NUMBERS, unit="log_odds", model=settings_of(name)
    )
    assert (found.method, found.unit == "log_odds") == ("trees", name in BOOSTERS)
    for place in range(len(rows)):
        expected = shapley(pipeline, rows.iloc[[place]], background, found.unit)
        np.testing.assert_allclose(found.values[place], expected, atol=1e-6)


@pytest.mark.parametrize("name", sorted(BOOSTERS))
def test_those_of_boosters_are_converted_to_probability_in_proportion(
    table: Table, name: str
) -> None:
    pipeline, model, X = fitted(
        table, {"columns": {"include": NUMBERS}, "model": settings_of(name)}
    )
    row, background = X[:1], background_of(table, model)
    # Rows with the very same answer have no proportion.
    differs = pipeline.predict_proba(background)[:, 1] != pipeline.predict_proba(row)[0, 1]
    background = background[differs][:8]
    found = explain_rows(model, row, background, seed=5)
    assert (found.method, found.unit) == ("rescaled_trees", "probability")
    probability, of_background = (
        pipeline.predict_proba(rows)[:, 1].astype("float64") for rows in (row, background)
    )
    slopes = (probability - of_background) / (logit(probability) - logit(of_background))
    each = [shapley(pipeline, row, background[n : n + 1], "log_odds") for n in range(8)]
    expected = np.mean([slope * values for slope, values in zip(slopes, each, strict=True)], axis=0)
    np.testing.assert_allclose(found.values[0], expected, atol=1e-5)


@pytest.mark.parametrize("name", ["logistic_regression", "rbf_svm", "stacking"])
def test_sampled_ones_of_two_features_are_shapley_values(table: Table, name: str) -> None:
    """Both orders of two features are looked at, so nothing is left to chance."""
    pipeline, rows, background, found = explained(
        table, ["signal", "colour"], model=settings_of(name)
    )
    assert found.margin == pytest.approx(0, abs=1e-9)
    for place in range(len(rows)):
        expected = shapley(pipeline, rows.iloc[[place]], background, found.unit)
        np.testing.assert_allclose(found.values[place], expected, atol=1e-9)


def test_sampled_ones_are_within_their_margin(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sampling, "MAX_ORDERS", 10)
    columns = ["signal", "visits", "since", "colour", "whole"]
    pipeline, rows, background, found = explained(
        table, columns, rows=8, model={"name": "rbf_svm", "C": 10.0}
    )
    assert (found.method, found.orders) == ("sampled", 10)
    expected = np.array(
        [shapley(pipeline, rows.iloc[[place]], background, found.unit) for place in range(8)]
    )
    assert 0 < found.margin < np.abs(expected).max() / 4
    is_within = np.abs(found.values - expected) <= found.margin
    assert is_within.mean() >= 0.9


def test_one_feature_is_all_of_the_difference(table: Table) -> None:
    _pipeline, _rows, _background, found = explained(
        table, ["signal"], model={"name": "decision_tree"}
    )
    np.testing.assert_allclose(found.values[:, 0], found.output - found.base, atol=1e-6)


# --- What fits the time -------------------------------------------------------------------
@pytest.mark.parametrize("name", sorted(TREES))
def test_larger_trees_are_explained_by_paths(
    table: Table, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(trees, "PAIR_SECONDS", 1.0)
    pipeline, model, X = fitted(table, {"model": settings_of(name)})
    found = explain_rows(model, model.table(X), background_of(table, model), seed=3)
    unit = "log_odds" if name in BOOSTERS else "probability"
    assert (found.method, found.unit, found.background_rows) == ("tree_paths", unit, 0)
    assert units_of(model) == (unit,)
    probability = pipeline.predict_proba(X)[:, 1]
    output = logit(probability) if unit == "log_odds" else probability
    np.testing.assert_allclose(found.output, output, atol=1e-5)
    np.testing.assert_allclose(found.base + found.values.sum(axis=1), found.output, atol=1e-5)


def test_the_largest_are_sampled(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "SECONDS", 0.0)
    _pipeline, model, X = fitted(table, {"model": settings_of("lightgbm")})
    found = explain_rows(model, model.table(X)[:2], background_of(table, model), seed=3)
    assert (found.method, found.unit) == ("sampled", "probability")
    assert units_of(model) == ("probability",)


def test_trees_with_more_nodes_than_shap_can_number_are_not_given_to_it(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    _pipeline, model, _X = fitted(table, {"model": settings_of("random_forest")})
    assert isinstance(model.estimator, RandomForestClassifier)
    leaves = max(tree.tree_.n_leaves for tree in model.estimator.estimators_)
    monkeypatch.setattr(trees, "MAX_LEAVES", leaves)
    assert trees.tree_method(model, 1, 1) == "interventional"
    monkeypatch.setattr(trees, "MAX_LEAVES", leaves - 1)
    assert trees.tree_method(model, 1, 1) == "tree_path_dependent"


def test_a_slow_model_is_compared_with_fewer_rows(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    _pipeline, model, X = fitted(table, {"model": {"name": "k_nearest_neighbours"}})
    rows, background = model.table(X)[:2], background_of(table, model)
    assert explain_rows(model, rows, background, seed=1).background_rows == 100
    monkeypatch.setattr(sampling, "MICROSECONDS_PER_ROW", 1_000)
    found = explain_rows(model, rows, background, seed=1)
    assert sampling.MIN_BACKGROUND <= found.background_rows < 100
    assert found.orders == sampling.MIN_ORDERS


# --- By seed ------------------------------------------------------------------------------
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
    monkeypatch.setattr(sampling, "CHUNK", 1)
    piecewise = explain_rows(model, rows[3:4], background[:7], seed=1)
    monkeypatch.undo()
    whole = explain_rows(model, rows[3:4], background[:7], seed=1)
    np.testing.assert_allclose(piecewise.values, whole.values, atol=1e-12)


def test_the_seed_draws_the_background_and_the_orders(table: Table) -> None:
    _pipeline, model, X = fitted(table, {"model": settings_of("gaussian_naive_bayes")})
    rows, background = model.table(X)[:2], background_of(table, model)
    first, again, other = (explain_rows(model, rows, background, seed=n) for n in (1, 1, 2))
    np.testing.assert_array_equal(first.values, again.values)
    assert first.base != other.base


def test_numpy_s_own_generator_goes_on_as_before(table: Table) -> None:
    _pipeline, model, X = fitted(table, {"model": settings_of("gaussian_naive_bayes")})
    np.random.seed(4)
    expected = np.random.random(2)
    np.random.seed(4)
    first = np.random.random()
    explain_rows(model, model.table(X)[:1], background_of(table, model), seed=1)
    sampling.warm_up()
    assert [first, np.random.random()] == list(expected)


def test_the_summary_has_the_strongest_first() -> None:
    values = np.array([[1.0, -3.0], [-2.0, 0.0]])
    found = Contributions(("a", "b"), "log_odds", "linear", 0.0, values, np.zeros(2))
    assert summary(found) == [("a", 1.5), ("b", 1.5)]
    found = Contributions(("a", "b"), "log_odds", "linear", 0.0, 2 * values[:1], np.zeros(1))
    assert summary(found) == [("b", 6.0), ("a", 2.0)]
