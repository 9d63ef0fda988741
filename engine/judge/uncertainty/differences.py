"""What runs differ by on the same rows, with 95 % intervals: two runs, or one and many others.

`benchmarks/judgement/coverage.py` measures how often they hold what is true.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from engine.judge.numbers import Difference
from engine.judge.uncertainty import cells as counting
from engine.judge.uncertainty.dependence import INDEPENDENT, Rows
from engine.judge.uncertainty.intervals import LEVEL, LOSSES, RANKS, Judged, metric_names
from engine.judge.uncertainty.means import mean_interval
from engine.judge.uncertainty.predictions import Predictions
from engine.judge.uncertainty.ranks import Together, paired_interval, skew_of
from engine.spec.metrics import METRICS
from engine.spec.schema import Costs

# Values of all runs' rows that are looked at together: they stay in the processor's cache.
TOGETHER = 2**18

Ends = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, eq=False)
class Differences:
    """One metric of many runs minus that of a first, with 95 % intervals, shape (n_runs,)."""

    estimate: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def __getitem__(self, place: int) -> Difference:
        return Difference(*(float(part[place]) for part in (self.estimate, self.low, self.high)))


def difference(metric: str, first: Judged, second: Judged) -> Difference:
    """One metric of the second run minus the first's, on the same rows."""
    return differences(metric, first, [second])[0]


def differences(metric: str, first: Judged, others: Sequence[Judged]) -> Differences:
    """One metric of each other run minus the first's, on the same rows.

    One has no width only where the metric reads the same of both. What a pair gives does not
    depend on the other pairs, and is the same from either side, but for the sign.
    """
    size = max(1, TOGETHER // len(first.y))
    parts = [
        _together(metric, first, others[start : start + size])
        for start in range(0, len(others), size)
    ]
    return Differences(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _together(metric: str, first: Judged, others: Sequence[Judged]) -> tuple[np.ndarray, ...]:
    """Estimates, lows and highs."""
    find = _of_losses if metric in LOSSES else _of_ranks if metric in RANKS else _of_cells
    is_same, (low, high) = find(metric, first, others)
    lowest, highest = METRICS[metric].lowest, METRICS[metric].highest
    if lowest is not None and highest is not None:
        most = highest - lowest
        low, high = np.maximum(low, -most), np.minimum(high, most)
    estimate = np.array([one.estimates[metric] for one in others]) - first.estimates[metric]
    found = estimate, np.minimum(low, estimate), np.maximum(high, estimate)
    return tuple(np.where(is_same, 0.0, part) for part in found)


def _of_losses(metric: str, first: Judged, others: Sequence[Judged]) -> tuple[np.ndarray, Ends]:
    moved = np.stack([one.losses[metric] for one in others]) - first.losses[metric]
    return ~moved.any(axis=-1), mean_interval(moved, first.rows.variance(moved), LEVEL)


def _of_cells(metric: str, first: Judged, others: Sequence[Judged]) -> tuple[np.ndarray, Ends]:
    before, rows = first.predictions.said, first.rows
    after = np.stack([one.predictions.said for one in others])
    formula = counting.formulas(first.costs)[metric]
    kinds = counting.paired_kinds_of(first.y, before, after)
    pairs = np.array([np.bincount(own, minlength=8) for own in kinds], dtype=float)
    effect = np.ones(len(others))
    if rows.kind != "independent":
        slope, _share = counting.paired_influence(formula, pairs)
        effect = rows.design_effect(np.take_along_axis(slope, kinds, axis=-1))
    found = counting.paired_interval(formula, pairs / effect[:, np.newaxis], LEVEL)
    return (before == after).all(axis=-1), found


def _of_ranks(metric: str, first: Judged, others: Sequence[Judged]) -> tuple[np.ndarray, Ends]:
    rows = first.rows
    moved = np.stack([one.influence(metric) for one in others]) - first.influence(metric)
    before, after = first.variance(metric), np.array([one.variance(metric) for one in others])
    variance = rows.variance(moved)
    effect = rows.effect_of(variance, moved)
    together = Together(
        before=np.array(before),
        after=after,
        covariance=(before + after - variance) / 2,
        skew=skew_of(moved),
        rows=moved.shape[-1] / effect,
        smaller_class=first.smaller_class / effect,
    )
    own = np.array([first.estimates[metric], *first.interval(metric)])
    theirs = np.array([[one.estimates[metric], *one.interval(metric)] for one in others]).T
    is_same = np.array([one.order == first.order for one in others])
    parts = (own[0], own[1], own[2]), (theirs[0], theirs[1], theirs[2])
    return is_same, paired_interval(*parts, together, LEVEL)


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
