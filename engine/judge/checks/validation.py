"""Checks of the scores of a run: over its folds, and on train against test."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.stats import t

from engine.judge.checks.check import (
    BETTER_ON_TRAIN,
    ODD_FOLD,
    Check,
    found_if,
    is_notable_gap,
    not_applicable,
)
from engine.judge.numbers import Interval

# Below, three folds or fewer, no value can be far from the others by Grubbs' measure.
FEWEST_FOLDS = 4
# Of runs whose folds all are alike, the share that is told of an odd one.
FALSE_ALARMS = 0.01


def folds_alike(metric: str, scores: Sequence[float], *, is_repeated: bool = False) -> Check:
    """Whether one fold is unlike the others: Grubbs' test (Technometrics 1969), two-sided.

    Args:
        scores: of each fold, in order.
        is_repeated: rows are in several of the folds, which then are not independent.
    """
    if is_repeated or len(scores) < FEWEST_FOLDS or not all(map(math.isfinite, scores)):
        return not_applicable(ODD_FOLD)
    values = np.asarray(scores, dtype=float)
    spread = float(values.std(ddof=1))
    if spread <= 1e-12:
        return found_if(ODD_FOLD, False)
    apart = np.abs(values - values.mean())
    place = int(apart.argmax())
    others = np.delete(values, place)
    return found_if(
        ODD_FOLD,
        apart[place] / spread > grubbs_limit(len(values)),
        metric=metric,
        fold=place + 1,
        folds=len(values),
        score=float(values[place]),
        low=float(others.min()),
        high=float(others.max()),
    )


def grubbs_limit(count: int) -> float:
    """Standard deviations that the furthest of so many values is from their mean, at most."""
    quantile = float(t.isf(FALSE_ALARMS / (2 * count), count - 2))
    return (count - 1) / math.sqrt(count) * math.sqrt(quantile**2 / (count - 2 + quantile**2))


def gap_beyond_chance(metric: str, gap: Interval | None, *, is_share: bool) -> Check:
    """Whether the model is better on train than on test by more than chance and a little.

    Args:
        gap: its 95 % interval, as `gap.gaps` gives it.
        is_share: whether the metric goes from 0 to 1, so that `LEAST_GAP` means something.
    """
    if gap is None or not is_share:
        return not_applicable(BETTER_ON_TRAIN)
    low, high = gap
    return found_if(BETTER_ON_TRAIN, is_notable_gap(low), metric=metric, low=low, high=high)
