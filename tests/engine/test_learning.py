"""More rows and more iterations, against the run itself and against models fitted anew."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sklearn.metrics as skm
from sklearn.base import clone

from engine.explain import learning
from engine.explain.learning import SHARES, learning_curve_view, loss_per_iteration
from engine.run.evaluate import evaluate, fit, make_folds
from engine.run.split import Split
from engine.spec.config import ExperimentConfig, default_config
from tests.engine.conftest import Table


def configured(table: Table, model: str, **changes: Any) -> ExperimentConfig:
    """A default config with other hyperparameters, or other sections."""
    config = default_config(table.schema, model)
    sections = {
        name: changes.pop(name) for name in ("calibration", "validation") if name in changes
    }
    data = config.model_dump() | sections
    return ExperimentConfig.model_validate(data | {"model": data["model"] | changes})


# --- More rows ------------------------------------------------------------------------------
@pytest.mark.parametrize("metric", ["roc_auc", "f1"])
def test_all_rows_of_the_folds_give_the_run_s_own_scores(metric: str, table: Table) -> None:
    config = configured(table, "logistic_regression")
    run = evaluate(config, table.schema, table.frame, table.split).evaluation
    found = learning_curve_view(
        config, table.schema, table.frame, table.split, metric=metric, threshold=0.5, folds=2
    )
    last = [fold[metric] for fold in run.cross_validation["folds"][-2:]]
    assert [point.share for point in found.points] == list(SHARES)
    assert found.points[-1].check == np.mean(last)
    assert found.points[-1].check_std == np.std(last)
    assert (found.folds, found.of_folds, found.left_out) == (2, 5, ())
    json.dumps(found.to_dict(), allow_nan=False)


class Recorder:
    """Stands in for a pipeline, and notes which rows it learned from and was asked about."""

    def __init__(self) -> None:
        self.fits: list[pd.Index] = []
        self.asked: list[pd.Index] = []
        self.shares: list[float] = []

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> "Recorder":
        self.fits.append(X.index)
        self.shares.append(float(y.mean()))
        return self

    def predict_proba(self, X: pd.DataFrame) -> np.ndarray:
        self.asked.append(X.index)
        return np.tile([0.4, 0.6], (len(X), 1))


def test_sizes_are_parts_of_the_run_s_folds_and_no_test_row_is_seen(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, recorder = configured(table, "logistic_regression"), Recorder()
    monkeypatch.setattr(learning, "build_pipeline", lambda *arguments: recorder)
    found = learning_curve_view(
        config, table.schema, table.frame, table.split, metric="f1", threshold=0.5, folds=1
    )
    train = table.frame.iloc[table.split.train]
    y = table.schema.encode_target(train)
    fit_rows, check_rows = make_folds(config, table.schema, train, y)[-1]
    whole = train.index[fit_rows]
    assert [len(rows) for rows in recorder.fits] == [round(s * len(whole)) for s in SHARES]
    assert [point.rows for point in found.points] == [len(rows) for rows in recorder.fits]
    for smaller, larger in zip(recorder.fits, [*recorder.fits[1:], whole], strict=True):
        assert set(smaller) <= set(larger)
    assert recorder.shares == pytest.approx([y[fit_rows].mean()] * 5, abs=0.05)
    assert recorder.asked[0].equals(recorder.fits[0]), "the train score is of rows learned from"
    assert recorder.asked[1].equals(train.index[check_rows])
    seen = set().union(*recorder.asked, *recorder.fits)
    assert not seen & set(table.frame.index[table.split.test])


def test_a_size_that_a_model_cannot_learn_from_is_left_out_and_said(table: Table) -> None:
    config = configured(table, "k_nearest_neighbours", n_neighbors=40)
    found = learning_curve_view(
        config, table.schema, table.frame, table.split, metric="roc_auc", threshold=0.5, folds=2
    )
    assert [(size.share, size.reason) for size in found.left_out] == [
        (0.1, "too_many_neighbours"),
        (0.325, "too_many_neighbours"),
    ]
    assert [point.share for point in found.points] == list(SHARES[2:])


def test_a_size_without_a_positive_row_is_left_out(table: Table) -> None:
    y = table.schema.encode_target(table.frame)
    train = np.r_[np.flatnonzero(y == 1)[:5], np.flatnonzero(y == 0)[:60]]
    split = Split(np.sort(train), table.split.test, table.split.holdout)
    found = learning_curve_view(
        configured(table, "decision_tree"),
        table.schema,
        table.frame,
        split,
        metric="roc_auc",
        threshold=0.5,
    )
    assert [(size.share, size.reason) for size in found.left_out] == [(0.1, "class_vanishes")]


# --- More iterations ------------------------------------------------------------------------
Parts = tuple[pd.DataFrame, np.ndarray, pd.DataFrame, np.ndarray]


@pytest.fixture(scope="module")
def parts(table: Table) -> Parts:
    """Features and classes of the train rows and of the test rows."""
    columns = [column.name for column in table.schema.default_features]
    train, test = (table.frame.iloc[rows] for rows in (table.split.train, table.split.test))
    encode = table.schema.encode_target
    return train[columns], encode(train), test[columns], encode(test)


def fitted(table: Table, config: ExperimentConfig) -> Any:
    return fit(config, table.schema, table.frame, table.split.train)


BOOSTERS = {
    "hist_gradient_boosting": "max_iter",
    "xgboost": "n_estimators",
    "lightgbm": "n_estimators",
}


@pytest.mark.parametrize("model", BOOSTERS)
def test_the_loss_is_that_of_a_booster_which_ends_there(
    model: str, table: Table, parts: Parts
) -> None:
    config = configured(table, model, **{BOOSTERS[model]: 70})
    pipeline = fitted(table, config)
    found = loss_per_iteration(pipeline, config, *parts)
    assert found is not None
    assert found.test is not None
    assert (found.iterations[0], found.iterations[-1], len(found.iterations)) == (1, 70, 40)
    assert np.diff(found.iterations).max() <= 2
    assert (found.loss, found.used, found.uncalibrated) == ("log_loss", 70, False)
    assert (found.train_rows, found.test_rows) == (len(parts[0]), len(parts[2]))
    for place in (0, 24, 39):
        shorter = clone(pipeline)
        shorter[-1].set_params(**{BOOSTERS[model]: found.iterations[place]})
        shorter.fit(*parts[:2])
        for X, y, losses in ((*parts[:2], found.train), (*parts[2:], found.test)):
            assert losses[place] == pytest.approx(skm.log_loss(y, shorter.predict_proba(X)))
    json.dumps(found.to_dict(), allow_nan=False)


@pytest.mark.parametrize("model", BOOSTERS)
def test_a_booster_that_stopped_early_says_which_iterations_it_uses(
    model: str, table: Table, parts: Parts
) -> None:
    config = configured(table, model, early_stopping=True)
    pipeline = fitted(table, config)
    found = loss_per_iteration(pipeline, config, *parts)
    assert found is not None
    assert found.test is not None
    assert found.used <= found.iterations[-1] < 100
    # XGBoost remembers its ten trees without progress; LightGBM has forgotten them; and
    # scikit-learn's predicts with them.
    assert found.iterations[-1] - found.used == (10 if model == "xgboost" else 0)
    loss = skm.log_loss(parts[3], pipeline.predict_proba(parts[2]))
    assert found.test[found.iterations.index(found.used)] == pytest.approx(loss)


def test_a_calibrated_booster_shows_the_one_inside(table: Table, parts: Parts) -> None:
    config = configured(table, "lightgbm", n_estimators=12, calibration="sigmoid")
    raw = configured(table, "lightgbm", n_estimators=12)
    found = loss_per_iteration(fitted(table, config), config, *parts)
    inside = loss_per_iteration(fitted(table, raw), raw, *parts)
    assert found is not None
    assert inside is not None
    assert found.uncalibrated
    assert (found.train, found.test) == (inside.train, inside.test)


def test_rows_are_sampled_and_counted(
    table: Table, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = configured(table, "xgboost", n_estimators=5)
    pipeline = fitted(table, config)
    monkeypatch.setattr(learning, "MAX_ROWS", 45)
    found = loss_per_iteration(pipeline, config, *parts)
    assert found is not None
    assert (found.train_rows, found.test_rows) == (45, 45)
    assert found == loss_per_iteration(pipeline, config, *parts)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_neural_network_shows_the_loss_that_it_noted(table: Table, parts: Parts) -> None:
    config = configured(table, "multilayer_perceptron", max_iter=80)
    pipeline = fitted(table, config)
    found = loss_per_iteration(pipeline, config, *parts)
    assert found is not None
    assert (found.loss, found.test, len(found.iterations)) == ("training_loss", None, 40)
    assert [found.train[0], found.train[-1]] == [
        pipeline[-1].loss_curve_[0],
        pipeline[-1].loss_curve_[-1],
    ]
    assert found.used == 80


def test_a_neural_network_that_stopped_early_uses_its_best(table: Table, parts: Parts) -> None:
    config = configured(table, "multilayer_perceptron", early_stopping=True)
    pipeline = fitted(table, config)
    found = loss_per_iteration(pipeline, config, *parts)
    assert found is not None
    assert found.used < pipeline[-1].n_iter_
    scores = pipeline[-1].validation_scores_
    assert scores[found.used - 1] == max(scores) > max(scores[: found.used - 1], default=0)


def test_other_models_have_no_iterations_to_show(table: Table, parts: Parts) -> None:
    for model in ("random_forest", "linear_svm"):
        config = configured(table, model)
        assert loss_per_iteration(fitted(table, config), config, *parts) is None
