"""Estimate what more rows, or more iterations, would bring."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any, Literal

import numpy as np
import pandas as pd
import sklearn.metrics as skm
from sklearn.calibration import CalibratedClassifierCV

from engine.build.instantiate import build_pipeline
from engine.build.spec_builder import source_columns
from engine.failures import CannotRun, learner_errors
from engine.run.evaluate import Folds, make_folds, scorer
from engine.run.split import Split
from engine.spec.config import ExperimentConfig
from engine.spec.schema import Schema

# Shares of a fold's train rows, scikit-learn's own of a learning curve.
SHARES = (0.1, 0.325, 0.55, 0.775, 1.0)
# Of all fits of a curve together, estimated from the run's own fit.
SECONDS = 1.2
FOLDS = 3
# What preparing and scoring take beside a fit and predictions, about.
SCORING_SECONDS = 0.05
# Of a fit on all rows: what a fit on the fewest takes.
LEAST_COST = 0.4
MAX_ITERATIONS = 40
# A loss is a mean, and moves little beyond so many rows.
MAX_ROWS = 2_500


# --- More rows -----------------------------------------------------------------------------
@dataclass(frozen=True)
class LearningPoint:
    """Scores of models that learned from so many rows.

    Attributes:
        rows: learned from, the mean over the folds.
        train: on the rows learned from, mean over the folds; `train_std` its spread.
        check: on the folds' other rows.
    """

    share: float
    rows: int
    train: float
    train_std: float
    check: float
    check_std: float


@dataclass(frozen=True)
class LeftOut:
    """A size that the model cannot learn from, and why: a code of `failures`,
    "fit_failed", or "too_slow"."""

    share: float
    rows: int
    reason: str


@dataclass(frozen=True)
class LearningCurve:
    """The score by number of training rows.

    Attributes:
        folds: how many of the run's folds were used.
        of_folds: how many there are.
    """

    metric: str
    points: tuple[LearningPoint, ...]
    left_out: tuple[LeftOut, ...]
    folds: int
    of_folds: int

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {
            "points": [asdict(point) for point in self.points],
            "left_out": [asdict(size) for size in self.left_out],
        }


def affordable(seconds: float) -> tuple[int, tuple[float, ...]]:
    """The folds, and the sizes of each, that a learning curve can afford.

    A fit is taken to cost in proportion to its rows, but never little: boosters and scores
    do not get much quicker with few. At least the two smallest sizes are tried, on one fold.

    Args:
        seconds: that a fit on all rows and their predictions take.
    """
    fits = SECONDS / (seconds + SCORING_SECONDS)
    costs = np.maximum(SHARES, LEAST_COST)
    folds = int(min(FOLDS, fits // costs.sum()))
    if folds >= 1:
        return folds, SHARES
    count = max(2, int((np.cumsum(costs) <= fits).sum()))
    return 1, SHARES[:count]


def learning_curve_view(
    config: ExperimentConfig,
    schema: Schema,
    frame: pd.DataFrame,
    split: Split,
    *,
    metric: str,
    threshold: float,
    folds: int = 3,
    shares: tuple[float, ...] = SHARES,
) -> LearningCurve:
    """Scores after training on a tenth to all of the training rows of the run's own folds.

    scikit-learn's `learning_curve` takes a fold's first rows, whatever their classes, and
    sizes by the smallest fold; here a size is a share of each fold, with equal shares of
    the classes, drawn with the config's seed, and smaller sizes are part of larger ones.

    Args:
        config: with the hyperparameters that a search found; none is made here.
        frame: the canonical frame, shape (n_rows, n_columns); only train rows are read.
        metric: a name of `metrics.METRICS`.
        threshold: of the run, for the metrics that need one.
        folds: how many of the run's folds to use, its last ones: in a split by time, those
            that learn from most rows. A fold costs 2.75 fits.
        shares: the sizes to try, the first of `SHARES`; the others are told as left out.

    Raises:
        CannotRun: the folds cannot be made, as in the run itself.
    """
    train = frame.iloc[split.train]
    X, y = train[source_columns(config, schema)], schema.encode_target(train)
    every = make_folds(config, schema, train, y)
    used = every[-folds:]
    orders = [_nested(y[rows], config.seed) for rows, _check in used]
    score = scorer(schema.costs)

    def scored(fit_rows: np.ndarray, check_rows: np.ndarray) -> tuple[float, float]:
        pipeline = build_pipeline(config, schema).fit(X.iloc[fit_rows], y[fit_rows])
        both = [pipeline.predict_proba(X.iloc[rows])[:, 1] for rows in (fit_rows, check_rows)]
        if not all(np.isfinite(probability).all() for probability in both):
            raise CannotRun("no_probability")
        on_fit, on_check = (
            score(y[rows], probability, threshold)[metric]
            for rows, probability in zip((fit_rows, check_rows), both, strict=True)
        )
        return float(on_fit), float(on_check)

    points, left_out = [], []
    for share in SHARES:
        parts = list(_parts(used, orders, share))
        rows = round(float(np.mean([len(fit_rows) for fit_rows, _check in parts])))
        if share not in shares:
            left_out.append(LeftOut(share, rows, "too_slow"))
            continue
        try:
            each = np.array([_fitted(scored, y, *part) for part in parts])
        except CannotRun as reason:
            left_out.append(LeftOut(share, rows, reason.code))
        except ValueError:
            left_out.append(LeftOut(share, rows, "fit_failed"))
        else:
            mean, std = each.mean(axis=0).tolist(), each.std(axis=0).tolist()
            points.append(LearningPoint(share, rows, mean[0], std[0], mean[1], std[1]))
    return LearningCurve(metric, tuple(points), tuple(left_out), len(used), len(every))


def _nested(y: np.ndarray, seed: int) -> np.ndarray:
    """An order of rows whose every beginning has about equal shares of the classes."""
    shuffled = np.random.default_rng(seed).permutation(len(y))
    classes = pd.Series(y[shuffled])
    rank = (classes.groupby(classes).cumcount() + 0.5) / classes.map(classes.value_counts())
    order: np.ndarray = shuffled[np.argsort(rank.to_numpy(), kind="stable")]
    return order


def _parts(
    folds: Folds, orders: list[np.ndarray], share: float
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Rows to fit and to check of each fold; in the file's order, as the run takes them."""
    for (fit_rows, check_rows), order in zip(folds, orders, strict=True):
        yield fit_rows[np.sort(order[: round(share * len(order))])], check_rows


def _fitted(
    scored: Callable[[np.ndarray, np.ndarray], tuple[float, float]],
    y: np.ndarray,
    fit_rows: np.ndarray,
    check_rows: np.ndarray,
) -> tuple[float, float]:
    """Scores on rows learned from and on others.

    Raises:
        CannotRun, ValueError: the model cannot learn from these rows.
    """
    if len(np.unique(y[fit_rows])) < 2:
        raise CannotRun("class_vanishes")
    with warnings.catch_warnings(), learner_errors():
        # What a library warns of here, it warned of in the run, whose warnings tell it.
        warnings.simplefilter("ignore")
        return scored(fit_rows, check_rows)


# --- More iterations -----------------------------------------------------------------------
@dataclass(frozen=True)
class LossCurve:
    """The loss after each of some iterations.

    Attributes:
        loss: "log_loss", unweighted; or "training_loss", what a neural network minimises
            on its train rows, its penalty of large weights included.
        test: None where only the loss on train is known.
        used: iterations that predictions use: fewer than were learned, where learning
            stopped early and went back to the best.
        uncalibrated: of the model inside a calibration.
        train_rows, test_rows: how many rows the losses are means of.
    """

    loss: Literal["log_loss", "training_loss"]
    iterations: tuple[int, ...]
    train: tuple[float, ...]
    test: tuple[float, ...] | None
    used: int
    uncalibrated: bool
    train_rows: int
    test_rows: int

    def to_dict(self) -> dict[str, Any]:
        test = None if self.test is None else list(self.test)
        plain = {"iterations": list(self.iterations), "train": list(self.train), "test": test}
        return asdict(self) | plain


def loss_per_iteration(
    pipeline: Any,
    config: ExperimentConfig,
    X_train: pd.DataFrame,
    y_train: np.ndarray,
    X_test: pd.DataFrame,
    y_test: np.ndarray,
) -> LossCurve | None:
    """The loss of a booster or a neural network while it learned; None for other models.

    At most 40 evenly spaced iterations, on at most 2,500 rows of each part, drawn with the
    config's seed. The rows are prepared once; nothing is fitted.

    Args:
        pipeline: fitted by the config, calibrated or not.
        X_train: what it was fitted on, shape (n_train_rows, n_columns).
        y_train: shape (n_train_rows,), 1 for the positive class.
    """
    uncalibrated = isinstance(pipeline, CalibratedClassifierCV)
    if uncalibrated:
        # Not an ensemble: its one estimator has learned from all rows.
        pipeline = pipeline.calibrated_classifiers_[0].estimator
    model = pipeline[-1]
    if config.model.name == "multilayer_perceptron":
        return _own_loss(model, uncalibrated, len(X_train))
    if config.model.name not in STAGED:
        return None
    parts = []
    for X, y in ((X_train, y_train), (X_test, y_test)):
        if len(X) > MAX_ROWS:
            rng = np.random.default_rng(config.seed)
            rows = np.sort(rng.choice(len(X), MAX_ROWS, replace=False))
            X, y = X.iloc[rows], y[rows]
        parts.append((pipeline[:-1].transform(X), y))
    learned, used, stages = STAGED[config.model.name](model)
    iterations = _spaced(learned)
    train, test = (
        tuple(float(skm.log_loss(y, found[:, 1], labels=[0, 1])) for found in stages(X, iterations))
        for X, y in parts
    )
    return LossCurve(
        loss="log_loss",
        iterations=tuple(iterations),
        train=train,
        test=test,
        used=used,
        uncalibrated=uncalibrated,
        train_rows=len(parts[0][1]),
        test_rows=len(parts[1][1]),
    )


def _spaced(learned: int) -> list[int]:
    """At most 40 iterations from the first to the last."""
    places = np.linspace(1, learned, min(learned, MAX_ITERATIONS)).round().astype(int)
    return places.tolist()


# Iterations learned, iterations that predictions use, and the probabilities after some.
Stages = Callable[[Any, list[int]], Iterator[np.ndarray]]
Staged = tuple[int, int, Stages]


def _hist_gradient_boosting(model: Any) -> Staged:
    def stages(X: Any, iterations: list[int]) -> Iterator[np.ndarray]:
        wanted = set(iterations)
        staged = enumerate(islice(model.staged_predict_proba(X), iterations[-1]), start=1)
        return (found for number, found in staged if number in wanted)

    return model.n_iter_, model.n_iter_, stages


def _xgboost(model: Any) -> Staged:
    def stages(X: Any, iterations: list[int]) -> Iterator[np.ndarray]:
        return (model.predict_proba(X, iteration_range=(0, number)) for number in iterations)

    learned = model.get_booster().num_boosted_rounds()
    stopped = model.early_stopping_rounds is not None
    return learned, model.best_iteration + 1 if stopped else learned, stages


def _lightgbm(model: Any) -> Staged:
    def stages(X: Any, iterations: list[int]) -> Iterator[np.ndarray]:
        return (model.predict_proba(X, num_iteration=number) for number in iterations)

    learned = model.booster_.current_iteration()
    return learned, model.best_iteration_ or learned, stages


STAGED: dict[str, Callable[[Any], Staged]] = {
    "hist_gradient_boosting": _hist_gradient_boosting,
    "xgboost": _xgboost,
    "lightgbm": _lightgbm,
}


def _own_loss(model: Any, uncalibrated: bool, rows: int) -> LossCurve:
    """The loss that a neural network recorded while training."""
    iterations = _spaced(model.n_iter_)
    used = model.n_iter_
    if model.early_stopping:
        used = int(np.argmax(model.validation_scores_)) + 1
    return LossCurve(
        loss="training_loss",
        iterations=tuple(iterations),
        train=tuple(float(model.loss_curve_[number - 1]) for number in iterations),
        test=None,
        used=used,
        uncalibrated=uncalibrated,
        train_rows=rows,
        test_rows=0,
    )
