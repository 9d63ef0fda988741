"""Thresholds, ranking and calibration: what probabilities are worth, beyond one number."""

from __future__ import annotations

import heapq
from dataclasses import asdict, dataclass
from typing import Any, get_args

import numpy as np
import sklearn.metrics as skm
from scipy.stats import binomtest

from engine.build import runtime_helpers
from engine.run.evaluate import threshold_value
from engine.spec.metrics import ThresholdMetric
from engine.spec.schema import Costs

# The thresholds that a config may tune to: runtime_helpers.best_threshold tries the same.
THRESHOLDS = np.arange(1, 100) / 100
MAX_POINTS = 150


# --- Thresholds ---------------------------------------------------------------------------
@dataclass(frozen=True)
class ThresholdCurve:
    """The effect of each threshold from 0.01 to 0.99, one value per threshold.

    Attributes:
        tn, fp, fn, tp: rows of each outcome, as scikit-learn orders them.
        expected_cost: of a row, in euros; None where errors have no costs.
    """

    threshold: tuple[float, ...]
    tn: tuple[int, ...]
    fp: tuple[int, ...]
    fn: tuple[int, ...]
    tp: tuple[int, ...]
    precision: tuple[float, ...]
    recall: tuple[float, ...]
    f1: tuple[float, ...]
    accuracy: tuple[float, ...]
    balanced_accuracy: tuple[float, ...]
    mcc: tuple[float, ...]
    expected_cost: tuple[float, ...] | None = None

    def to_dict(self) -> dict[str, Any]:
        return {name: _listed(value) for name, value in asdict(self).items()}


@dataclass(frozen=True)
class BestThresholds:
    """The threshold that is best for each metric, on predictions of rows not learned from.

    Attributes:
        rows: how many rows had such a prediction.
        by_metric: of `metrics.ThresholdMetric`, "expected_cost" only with costs.
    """

    rows: int
    by_metric: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def threshold_curve(
    y: np.ndarray, probability: np.ndarray, *, costs: Costs | None = None
) -> ThresholdCurve:
    """Confusion counts and the metrics that follow from them, at every threshold.

    A ratio without a denominator is 0, as in the run's own metrics.

    Args:
        y: true classes, shape (n_rows,), 1 for the positive class.
        probability: of the positive class, shape (n_rows,).
    """
    # Compared in the probabilities' own precision, as the run's metrics compare them.
    thresholds = THRESHOLDS.astype(np.result_type(probability, 0.0))
    positive, negative = np.sort(probability[y == 1]), np.sort(probability[y == 0])
    tn, fn = np.searchsorted(negative, thresholds), np.searchsorted(positive, thresholds)
    tp, fp = len(positive) - fn, len(negative) - tn
    cost = None
    if costs is not None:
        cost = _floats(-runtime_helpers.cost_value(costs.model_dump())(tp, fp, fn, tn) / len(y))
    return ThresholdCurve(
        threshold=_floats(THRESHOLDS),
        tn=_integers(tn),
        fp=_integers(fp),
        fn=_integers(fn),
        tp=_integers(tp),
        precision=_floats(tp / np.maximum(tp + fp, 1)),
        recall=_floats(tp / np.maximum(tp + fn, 1)),
        f1=_floats(runtime_helpers.f1_value(tp, fp, fn, tn)),
        accuracy=_floats(runtime_helpers.accuracy_value(tp, fp, fn, tn)),
        balanced_accuracy=_floats(runtime_helpers.balanced_accuracy_value(tp, fp, fn, tn)),
        mcc=_floats(runtime_helpers.mcc_value(tp, fp, fn, tn)),
        expected_cost=cost,
    )


def best_thresholds(
    y: np.ndarray, out_of_fold: np.ndarray, *, costs: Costs | None
) -> BestThresholds:
    """The best threshold for each metric, chosen as a config that tunes it would choose.

    A run whose validation repeats may have tuned to a slightly different one: it pools the
    predictions of all repeats, and here is one mean of them per row.

    Args:
        y: classes of the train rows, shape (n_train_rows,), 1 for the positive class.
        out_of_fold: `Evaluated.out_of_fold`, shape (n_train_rows,); rows with NaN are left out.
    """
    known = np.isfinite(out_of_fold)
    metrics = [name for name in get_args(ThresholdMetric) if name != "none"]
    if costs is None:
        metrics.remove("expected_cost")
    best = {
        name: runtime_helpers.best_threshold(
            y[known], out_of_fold[known], threshold_value(name, costs)
        )
        for name in metrics
    }
    return BestThresholds(int(known.sum()), best)


# --- Ranking -----------------------------------------------------------------------------------
@dataclass(frozen=True)
class RocCurve:
    """Points of a ROC curve by rising rates, thinned to what a picture shows.

    Attributes:
        thresholds: of each point; None where no row is predicted positive.
        auc: of the whole curve.
    """

    false_positive_rate: tuple[float, ...]
    true_positive_rate: tuple[float, ...]
    thresholds: tuple[float | None, ...]
    auc: float

    def to_dict(self) -> dict[str, Any]:
        return {name: _listed(value) for name, value in asdict(self).items()}


@dataclass(frozen=True)
class PrecisionRecallCurve:
    """Points of a precision-recall curve by rising recall, thinned to what a picture shows.

    Attributes:
        thresholds: of each point; None where no row is predicted positive.
        average_precision: of the whole curve.
        base_rate: share of positive rows, which is the precision of guessing.
    """

    recall: tuple[float, ...]
    precision: tuple[float, ...]
    thresholds: tuple[float | None, ...]
    average_precision: float
    base_rate: float

    def to_dict(self) -> dict[str, Any]:
        return {name: _listed(value) for name, value in asdict(self).items()}


def roc(y: np.ndarray, probability: np.ndarray) -> RocCurve:
    """The ROC curve and the area under it.

    Args:
        y: true classes, shape (n_rows,), both present, 1 for the positive class.
        probability: of the positive class, shape (n_rows,).
    """
    false_rate, true_rate, thresholds = skm.roc_curve(y, probability)
    kept = thinned(false_rate, true_rate)
    return RocCurve(
        _floats(false_rate[kept]),
        _floats(true_rate[kept]),
        _finite(thresholds[kept]),
        float(skm.roc_auc_score(y, probability)),
    )


def precision_recall(y: np.ndarray, probability: np.ndarray) -> PrecisionRecallCurve:
    """The precision-recall curve and its average precision.

    Args:
        y: true classes, shape (n_rows,), both present, 1 for the positive class.
        probability: of the positive class, shape (n_rows,).
    """
    precision, recall, thresholds = skm.precision_recall_curve(y, probability)
    # Its last point, recall 0, stands for a threshold that no row reaches.
    precision, recall = precision[::-1], recall[::-1]
    thresholds = np.append(thresholds, np.inf)[::-1]
    kept = thinned(recall, precision)
    return PrecisionRecallCurve(
        _floats(recall[kept]),
        _floats(precision[kept]),
        _finite(thresholds[kept]),
        float(skm.average_precision_score(y, probability)),
        float(np.mean(y)),
    )


def thinned(x: np.ndarray, y: np.ndarray, most: int = MAX_POINTS) -> np.ndarray:
    """Positions of at most so many points whose polyline stays nearest to the whole curve's.

    From the first and the last point on, the point furthest from the line so far is added
    (Ramer 1972; Douglas and Peucker 1973).

    Args:
        x, y: the curve's points in order, shape (n_points,), in units of the picture.
    """
    kept = {0, len(x) - 1}
    waiting = [_furthest(x, y, 0, len(x) - 1)]
    while waiting and len(kept) < most:
        distance, place, first, last = heapq.heappop(waiting)
        if distance == 0:
            break
        kept.add(place)
        for part in ((first, place), (place, last)):
            heapq.heappush(waiting, _furthest(x, y, *part))
    return np.array(sorted(kept))


def _furthest(x: np.ndarray, y: np.ndarray, first: int, last: int) -> tuple[float, int, int, int]:
    """Minus the distance from the chord of the point furthest from it, and its position."""
    if last - first < 2:
        return 0.0, first, first, last
    dx, dy = x[last] - x[first], y[last] - y[first]
    across = x[first + 1 : last] - x[first], y[first + 1 : last] - y[first]
    length = np.hypot(dx, dy)
    distance = np.abs(dx * across[1] - dy * across[0]) / length if length else np.hypot(*across)
    place = int(np.argmax(distance))
    return -float(distance[place]), first + 1 + place, first, last


# --- Calibration -------------------------------------------------------------------------------
@dataclass(frozen=True)
class ReliabilityBin:
    """Rows of like probability.

    Attributes:
        probability: their mean.
        share: how many of them are positive, with its 95 % interval from `low` to `high`.
    """

    probability: float
    share: float
    low: float
    high: float
    count: int


@dataclass(frozen=True)
class Reliability:
    """Compares predicted probabilities with outcomes: do 70 of 100 rows given 0.7 turn out
    positive?

    Attributes:
        brier: mean squared distance of the probabilities from the truth.
        expected_calibration_error: mean distance of a bin's share from its probability,
            bins weighing by their rows (Naeini, Cooper and Hauskrecht 2015).
    """

    bins: tuple[ReliabilityBin, ...]
    rows: int
    base_rate: float
    brier: float
    expected_calibration_error: float

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"bins": [asdict(one) for one in self.bins]}


def reliability(y: np.ndarray, probability: np.ndarray, *, bins: int = 10) -> Reliability:
    """The reliability diagram, in bins of equal counts.

    Equal probabilities share a bin, so many ties give fewer and unequal ones. Intervals are
    Wilson's (1927).

    Args:
        y: true classes, shape (n_rows,), 1 for the positive class.
        probability: of the positive class, shape (n_rows,).
    """
    edges = np.quantile(probability, np.linspace(0, 1, bins + 1)[1:-1])
    _, place = np.unique(np.searchsorted(edges, probability), return_inverse=True)
    count = np.bincount(place)
    positives = np.bincount(place, weights=y).astype(int)
    mean = np.bincount(place, weights=probability) / count
    found = []
    for n, k, average in zip(count.tolist(), positives.tolist(), mean.tolist(), strict=True):
        interval = binomtest(k, n).proportion_ci(method="wilson")
        found.append(ReliabilityBin(average, k / n, float(interval.low), float(interval.high), n))
    return Reliability(
        bins=tuple(found),
        rows=len(y),
        base_rate=float(np.mean(y)),
        brier=float(skm.brier_score_loss(y, probability)),
        expected_calibration_error=float(np.sum(np.abs(positives / count - mean) * count) / len(y)),
    )


# --- Plain values ------------------------------------------------------------------------------
def _floats(values: np.ndarray) -> tuple[float, ...]:
    return tuple(values.astype("float64").tolist())


def _integers(values: np.ndarray) -> tuple[int, ...]:
    return tuple(values.tolist())


def _finite(values: np.ndarray) -> tuple[float | None, ...]:
    return tuple(value if np.isfinite(value) else None for value in values.tolist())


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
