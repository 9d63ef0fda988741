"""95 % intervals of the test metrics.

`benchmarks/judgement/coverage.py` measures how often they hold what is true.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cached_property

import numpy as np
from scipy.stats import rankdata

from engine.build.runtime_helpers import scores, scores_and_cost
from engine.judge.numbers import Interval
from engine.judge.uncertainty import cells as counting
from engine.judge.uncertainty.dependence import INDEPENDENT, Rows
from engine.judge.uncertainty.means import mean_interval
from engine.judge.uncertainty.predictions import Predictions
from engine.judge.uncertainty.ranks import (
    Ranking,
    auc_interval,
    average_precision_interval,
    ranking,
)
from engine.spec.metrics import METRICS
from engine.spec.schema import Costs

LEVEL = 0.95
RANKS = ("roc_auc", "average_precision")
LOSSES = ("log_loss", "brier")


class Judged:
    """One run's predictions for the test rows, with what its intervals are made of.

    Each part is computed when a metric needs it, once.

    Args:
        y: true classes, shape (n_rows,), 1 for the positive class; both occur.
        rows: how the rows depend on each other.
        scores: of the only metrics that will be asked for, where they are known already.
        intervals: of metrics, where they are known already.
    """

    def __init__(
        self,
        y: np.ndarray,
        predictions: Predictions,
        *,
        costs: Costs | None = None,
        rows: Rows = INDEPENDENT,
        scores: Mapping[str, float] | None = None,
        intervals: Mapping[str, Interval] | None = None,
    ) -> None:
        self.y, self.predictions, self.costs, self.rows = y, predictions, costs, rows
        self.positives = int((y == 1).sum())
        self.smaller_class = min(self.positives, len(y) - self.positives)
        self._scores, self._intervals = scores, dict(intervals or {})
        self._variances: dict[str, float] = {}

    @cached_property
    def estimates(self) -> Mapping[str, float]:
        """Every metric, as scikit-learn computes it."""
        if self._scores is not None:
            return self._scores
        found = self.predictions
        if self.costs is None:
            return scores(self.y, found.probability, found.threshold)
        costs = self.costs.model_dump()
        return scores_and_cost(self.y, found.probability, found.threshold, costs=costs)

    @cached_property
    def kinds(self) -> np.ndarray:
        """The confusion cell of each row."""
        return counting.kinds_of(self.y, self.predictions.said)

    @cached_property
    def ranking(self) -> Ranking:
        return ranking(self.y, self.predictions.probability)

    @cached_property
    def order(self) -> bytes:
        """Equal for two runs that order the rows alike."""
        return hashlib.sha256(rankdata(self.predictions.probability).tobytes()).digest()

    @cached_property
    def losses(self) -> dict[str, np.ndarray]:
        return self.predictions.losses(self.y)

    @cached_property
    def _cells(self) -> np.ndarray:
        return np.bincount(self.kinds, minlength=4).astype(float)

    def influence(self, metric: str) -> np.ndarray:
        """How a ranking metric answers to each row, shape (n_rows,)."""
        own = self.ranking
        return own.auc_influence if metric == "roc_auc" else own.ap_influence

    def variance(self, metric: str) -> float:
        """Of a ranking metric, by its influence."""
        if metric not in self._variances:
            self._variances[metric] = float(self.rows.variance(self.influence(metric)))
        return self._variances[metric]

    def interval(self, metric: str) -> Interval:
        """The interval of one metric; it holds the metric's own value."""
        if metric not in self._intervals:
            found = _stretched(metric, self._ends(metric), self.estimates[metric])
            self._intervals[metric] = found
        return self._intervals[metric]

    def _ends(self, metric: str) -> Interval:
        if metric in LOSSES:
            values = self.losses[metric]
            low, high = mean_interval(values, self.rows.variance(values), LEVEL)
            return float(low), float(high)
        if metric in RANKS:
            return self._of_ranks(metric)
        formula = counting.formulas(self.costs)[metric]
        slope, _share = counting.influence(formula, self._cells)
        effect = self.rows.design_effect(slope[self.kinds])
        low, high = counting.interval(metric, formula, self._cells / effect, LEVEL)
        return float(low), float(high)

    def _of_ranks(self, metric: str) -> Interval:
        effect = self.rows.design_effect(self.influence(metric))
        variance = np.array(self.variance(metric))
        positives = np.array(self.positives / effect)
        if metric == "roc_auc":
            negatives = np.array((len(self.y) - self.positives) / effect)
            value = np.array(self.ranking.auc)
            low, high = auc_interval(value, positives, negatives, variance, LEVEL)
        else:
            value = np.array(self.ranking.average_precision)
            low, high = average_precision_interval(value, positives, variance, LEVEL)
        return float(low), float(high)


def _stretched(metric: str, ends: Interval, estimate: float) -> Interval:
    """Within what the metric can be, and around its value."""
    low, high = ends
    lowest, highest = METRICS[metric].lowest, METRICS[metric].highest
    low = low if lowest is None else max(low, lowest)
    high = high if highest is None else min(high, highest)
    return min(low, estimate), max(high, estimate)


def metric_names(costs: Costs | None) -> Iterator[str]:
    """Every metric of a problem with these costs."""
    return (name for name, metric in METRICS.items() if costs or not metric.needs_costs)


def intervals(
    y: np.ndarray,
    predictions: Predictions,
    *,
    costs: Costs | None = None,
    rows: Rows = INDEPENDENT,
) -> dict[str, Interval]:
    """The interval of every metric on these rows.

    Args:
        y: true classes, shape (n_rows,), 1 for the positive class; both occur.
        rows: how they depend on each other.
    """
    judged = Judged(y, predictions, costs=costs, rows=rows)
    return {name: judged.interval(name) for name in metric_names(costs)}
