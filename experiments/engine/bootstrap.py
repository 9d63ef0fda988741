"""How sure the test metrics are: the percentile bootstrap, for every metric at once.

Rows are drawn with replacement, so many resamples are a matrix of counts; every
metric is a sum, or one pass over sorted rows, weighted by those counts (Efron and
Tibshirani, An Introduction to the Bootstrap, 1993).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.engine.schema import Costs

RESAMPLES = 2_000
# Beyond so many drawn rows in all, fewer resamples: their percentiles move little.
MAX_DRAWN = 80_000_000
# Counts per chunk: two megabytes, which caches hold.
CHUNK = 250_000

Interval = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Predictions:
    """What a run predicted for some rows.

    Attributes:
        probability: of the positive class, shape (n_rows,).
        threshold: from which on a row was predicted positive.
    """

    probability: np.ndarray
    threshold: float


@dataclass(frozen=True)
class Difference:
    """One metric of a second run minus that of a first, with its 95 % interval."""

    estimate: float
    low: float
    high: float


class _Ranked:
    """Predictions sorted once, to be scored under many counts of their rows."""

    def __init__(self, y: np.ndarray, predictions: Predictions, costs: Costs | None) -> None:
        probability = predictions.probability.astype("float64")
        self.order = np.argsort(-probability, kind="stable")
        self.in_order = bool(np.all(np.diff(self.order) == 1))
        y, probability = y[self.order], probability[self.order]
        said = probability >= predictions.threshold
        self.cells = np.stack([said & (y == 1), said & (y == 0), ~said & (y == 1)], axis=1)
        # Clipped as scikit-learn clips them.
        tiny = np.finfo("float64").eps
        clipped = np.clip(probability, tiny, 1 - tiny)
        surprise = -np.log(np.where(y == 1, clipped, 1 - clipped))
        self.losses = np.stack([surprise, (probability - y) ** 2], axis=1)
        # Rows of equal probability share a rank.
        self.starts = np.flatnonzero(np.r_[True, np.diff(probability) != 0])
        self.has_ties = len(self.starts) < len(y)
        self.positive = (y == 1).astype("float64")
        held = np.add.reduceat(self.positive, self.starts)
        self.with_positives = np.flatnonzero(held)
        self.costs = costs

    def scores(self, counts: np.ndarray) -> dict[str, np.ndarray]:
        """Every metric under each row of counts, shape (n_resamples,); NaN where undefined.

        Args:
            counts: how often each row was drawn, in the rows' own order,
                shape (n_resamples, n_rows).
        """
        if not self.in_order:
            counts = counts[:, self.order]
        weights = counts.astype("float64")
        total = weights.sum(axis=1)
        tp, fp, fn = (weights @ self.cells.astype("float64")).T
        losses = (weights @ self.losses) / total[:, None]
        found = _from_confusion(tp, fp, fn, total - tp - fp - fn)
        found |= self._ranking(weights, tp + fn, total)
        found |= {"log_loss": losses[:, 0], "brier": losses[:, 1]}
        if self.costs is not None:
            c = self.costs
            spent = c.true_positive * tp + c.false_positive * fp + c.false_negative * fn
            found["expected_cost"] = (spent + c.true_negative * (total - tp - fp - fn)) / total
        return found

    def _ranking(
        self, weights: np.ndarray, positive: np.ndarray, total: np.ndarray
    ) -> dict[str, np.ndarray]:
        """ROC AUC and average precision, summed over the ranks that hold a positive row."""
        ranks = self.with_positives
        if self.has_ties:
            own = np.add.reduceat(weights * self.positive, self.starts, axis=1)[:, ranks]
            weights = np.add.reduceat(weights, self.starts, axis=1)
            beside = weights[:, ranks] - own
        else:
            own = weights[:, ranks]
            beside = np.zeros(1)
        until = np.cumsum(weights, axis=1)[:, ranks]
        own_until = np.cumsum(own, axis=1)
        negative = total - positive
        with np.errstate(divide="ignore", invalid="ignore"):
            precision = np.where(until > 0, own_until / until, 0)
            average = np.einsum("ij,ij->i", own, precision) / positive
            # A negative row of the same rank counts half.
            below = negative[:, None] - (until - own_until) + beside / 2
            area = np.einsum("ij,ij->i", own, below) / (positive * negative)
        degenerate = (positive == 0) | (positive == total)
        return {
            "roc_auc": np.where(degenerate, np.nan, area),
            "average_precision": np.where(degenerate, np.nan, average),
        }


def _from_confusion(
    tp: np.ndarray, fp: np.ndarray, fn: np.ndarray, tn: np.ndarray
) -> dict[str, np.ndarray]:
    with np.errstate(divide="ignore", invalid="ignore"):
        mcc_base = np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
        return {
            "accuracy": (tp + tn) / (tp + fp + fn + tn),
            "balanced_accuracy": (tp / (tp + fn) + tn / (tn + fp)) / 2,
            "f1": 2 * tp / np.maximum(2 * tp + fp + fn, 1),
            "precision": tp / np.maximum(tp + fp, 1),
            "recall": tp / np.maximum(tp + fn, 1),
            "mcc": np.where(mcc_base > 0, (tp * tn - fp * fn) / mcc_base, 0.0),
        }


def scores_under(
    y: np.ndarray, predictions: Predictions, costs: Costs | None = None
) -> Callable[[np.ndarray], dict[str, np.ndarray]]:
    """A function of counts, as `draw_counts` makes them, to every metric of these rows.

    Args:
        y: true classes, shape (n_rows,), 1 for the positive class.
    """
    return _Ranked(y, predictions, costs).scores


def resamples_for(rows: int) -> int:
    """How many resamples are drawn of so many rows."""
    return max(200, min(RESAMPLES, MAX_DRAWN // max(rows, 1)))


def draw_counts(rows: int, resamples: int, seed: int) -> Iterator[np.ndarray]:
    """How often each row is drawn, in chunks of shape (some_resamples, n_rows)."""
    rng = np.random.default_rng(seed)
    step = max(1, CHUNK // rows)
    for start in range(0, resamples, step):
        counts = np.empty((min(step, resamples - start), rows), dtype=np.int64)
        for resample in counts:
            resample[:] = np.bincount(rng.integers(0, rows, rows, np.uint32), minlength=rows)
        yield counts


def _gather(parts: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _interval(values: np.ndarray, level: float) -> Interval:
    tail = 100 * (1 - level) / 2
    low, high = np.nanpercentile(values, [tail, 100 - tail])
    return float(low), float(high)


def intervals(
    y: np.ndarray,
    predictions: Predictions,
    *,
    costs: Costs | None = None,
    resamples: int | None = None,
    seed: int = 0,
    level: float = 0.95,
) -> dict[str, Interval]:
    """The interval of every metric on these rows.

    Resamples with one class only say nothing of the ranking metrics and of balanced
    accuracy, and are left out of theirs.

    Args:
        y: true classes, shape (n_rows,), 1 for the positive class.
        resamples: fewer for very many rows, where not given.
    """
    # Drawing is blind to the rows' order, so they may as well be sorted already.
    order = np.argsort(-predictions.probability, kind="stable")
    ordered = Predictions(predictions.probability[order], predictions.threshold)
    ranked = _Ranked(y[order], ordered, costs)
    count = resamples or resamples_for(len(y))
    found = _gather([ranked.scores(counts) for counts in draw_counts(len(y), count, seed)])
    return {name: _interval(values, level) for name, values in found.items()}


def paired_differences(
    y: np.ndarray,
    first: Predictions,
    second: Predictions,
    *,
    costs: Costs | None = None,
    resamples: int | None = None,
    seed: int = 0,
    level: float = 0.95,
) -> dict[str, Difference]:
    """Every metric of the second predictions minus the first's, on the same resampled rows.

    Args:
        y: true classes, shape (n_rows,), 1 for the positive class.
    """
    sides = [_Ranked(y, predictions, costs) for predictions in (first, second)]
    once = np.ones((1, len(y)), dtype=np.int64)
    points: list[dict[str, Any]] = [side.scores(once) for side in sides]
    count = resamples or resamples_for(len(y))
    parts = []
    for counts in draw_counts(len(y), count, seed):
        before, after = (side.scores(counts) for side in sides)
        parts.append({name: after[name] - before[name] for name in after})
    found = {}
    for name, values in _gather(parts).items():
        estimate = float(points[1][name][0] - points[0][name][0])
        found[name] = Difference(estimate, *_interval(values, level))
    return found
