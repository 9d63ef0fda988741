"""95 % intervals of the test metrics, and of what two runs differ by on the same rows.

`benchmarks/judgement/coverage.py` measures how often they hold what is true.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property

import numpy as np
from scipy.stats import rankdata

from engine.build.runtime_helpers import scores, scores_and_cost
from engine.judge.numbers import Difference, Interval
from engine.judge.uncertainty import cells as counting
from engine.judge.uncertainty.dependence import INDEPENDENT, Rows
from engine.judge.uncertainty.means import mean_interval
from engine.judge.uncertainty.predictions import Predictions
from engine.judge.uncertainty.ranks import (
    Ranking,
    Together,
    auc_interval,
    average_precision_interval,
    paired_interval,
    ranking,
    skew_of,
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
    """

    def __init__(
        self,
        y: np.ndarray,
        predictions: Predictions,
        *,
        costs: Costs | None = None,
        rows: Rows = INDEPENDENT,
    ) -> None:
        self.y, self.predictions, self.costs, self.rows = y, predictions, costs, rows
        self.positives = int((y == 1).sum())
        self.smaller_class = min(self.positives, len(y) - self.positives)

    @cached_property
    def estimates(self) -> dict[str, float]:
        """Every metric, as scikit-learn computes it."""
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
    def losses(self) -> dict[str, np.ndarray]:
        return self.predictions.losses(self.y)

    @cached_property
    def _cells(self) -> np.ndarray:
        return np.bincount(self.kinds, minlength=4).astype(float)

    def influence(self, metric: str) -> np.ndarray:
        """How a ranking metric answers to each row, shape (n_rows,)."""
        own = self.ranking
        return own.auc_influence if metric == "roc_auc" else own.ap_influence

    def interval(self, metric: str) -> Interval:
        """The interval of one metric; it holds the metric's own value."""
        return _stretched(metric, self._ends(metric), self.estimates[metric])

    def _ends(self, metric: str) -> Interval:
        if metric in LOSSES:
            values = self.losses[metric]
            return mean_interval(values, self.rows.variance(values), LEVEL)
        if metric in RANKS:
            return self._of_ranks(metric)
        formula = counting.formulas(self.costs)[metric]
        slope, _share = counting.influence(formula, self._cells)
        effect = self.rows.design_effect(slope[self.kinds])
        low, high = counting.interval(metric, formula, self._cells / effect, LEVEL)
        return float(low), float(high)

    def _of_ranks(self, metric: str) -> Interval:
        own = self.influence(metric)
        effect, variance = self.rows.design_effect(own), np.array(self.rows.variance(own))
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


def difference(metric: str, first: Judged, second: Judged) -> Difference:
    """One metric of the second run minus the first's, on the same rows.

    It has no width only where the metric reads the same of both.
    """
    estimate = second.estimates[metric] - first.estimates[metric]
    ends = _paired_ends(metric, first, second)
    if ends is None:
        return Difference(0.0, 0.0, 0.0)
    lowest, highest = METRICS[metric].lowest, METRICS[metric].highest
    low, high = ends
    if lowest is not None and highest is not None:
        most = highest - lowest
        low, high = max(low, -most), min(high, most)
    return Difference(estimate, min(low, estimate), max(high, estimate))


def _paired_ends(metric: str, first: Judged, second: Judged) -> Interval | None:
    """None where there is no difference to be uncertain about."""
    if metric in LOSSES:
        values = second.losses[metric] - first.losses[metric]
        if not values.any():
            return None
        return mean_interval(values, first.rows.variance(values), LEVEL)
    if metric in RANKS:
        return _paired_ranks(metric, first, second)
    return _paired_cells(metric, first, second)


def _paired_cells(metric: str, first: Judged, second: Judged) -> Interval | None:
    before, after = first.predictions.said, second.predictions.said
    if np.array_equal(before, after):
        return None
    formula = counting.formulas(first.costs)[metric]
    kinds = counting.paired_kinds_of(first.y, before, after)
    pairs = np.bincount(kinds, minlength=8).astype(float)
    slope, _share = counting.paired_influence(formula, pairs)
    effect = first.rows.design_effect(slope[kinds])
    low, high = counting.paired_interval(formula, pairs / effect, LEVEL)
    return float(low), float(high)


def _paired_ranks(metric: str, first: Judged, second: Judged) -> Interval | None:
    one, other, rows = first.influence(metric), second.influence(metric), first.rows
    if np.array_equal(*(rankdata(side.predictions.probability) for side in (first, second))):
        return None
    before, after = rows.variance(one), rows.variance(other)
    moved = other - one
    effect = rows.design_effect(moved)
    together = Together(
        before=np.array(before),
        after=np.array(after),
        covariance=np.array((before + after - rows.variance(moved)) / 2),
        skew=np.array(skew_of(moved)),
        rows=np.array(len(moved) / effect),
        smaller_class=np.array(first.smaller_class / effect),
    )
    parts = [
        tuple(map(np.array, (side.estimates[metric], *side.interval(metric))))
        for side in (first, second)
    ]
    low, high = paired_interval(parts[0], parts[1], together, LEVEL)  # type: ignore[arg-type]
    return float(low), float(high)


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


def paired_differences(
    y: np.ndarray,
    first: Predictions,
    second: Predictions,
    *,
    costs: Costs | None = None,
    rows: Rows = INDEPENDENT,
    only: Collection[str] | None = None,
) -> dict[str, Difference]:
    """Every metric of the second predictions minus the first's.

    Args:
        y: true classes, shape (n_rows,), 1 for the positive class; both occur.
        rows: how they depend on each other.
    """
    before, after = (Judged(y, side, costs=costs, rows=rows) for side in (first, second))
    names = only if only is not None else metric_names(costs)
    return {name: difference(name, before, after) for name in names}
