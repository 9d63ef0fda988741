"""Checks against other models on the same test rows: one that looks at nothing, and boosting."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from engine.judge.checks.check import (
    NO_BETTER_THAN_BASELINE,
    SLOW_TO_PREDICT,
    WORSE_THAN_BOOSTING,
    Check,
    found_if,
    not_applicable,
)
from engine.judge.numbers import Difference
from engine.judge.uncertainty.differences import difference
from engine.judge.uncertainty.intervals import Judged
from engine.judge.uncertainty.predictions import Predictions
from engine.spec.metrics import METRICS

# So many times slower than boosting, and so slow that somebody would wait.
SLOWER = 10.0
SECONDS_PER_1000_ROWS = 0.1


@dataclass(frozen=True, eq=False)
class Reference:
    """A model of the same dataset and split, on no board.

    Attributes:
        probability: of the positive class, shape (n_test_rows,).
        seconds_per_1000_rows: that its predictions took.
    """

    probability: np.ndarray = field(repr=False)
    threshold: float
    seconds_per_1000_rows: float


def against_baseline(metric: str, run: Judged, share: float) -> Check:
    """Whether the run beats saying the same of every row, beyond chance.

    Args:
        share: of the positive class in train, which the baseline says of every row.
    """
    code = NO_BETTER_THAN_BASELINE
    constant = Predictions(np.full(len(run.y), share), run.predictions.threshold)
    baseline = Judged(run.y, constant, costs=run.costs, rows=run.rows)
    gain = _gain(metric, baseline, run)
    if gain is None:
        return not_applicable(code)
    return found_if(
        code,
        gain.low <= 0,
        metric=metric,
        score=run.estimates[metric],
        baseline=baseline.estimates[metric],
        low=gain.low,
        high=gain.high,
    )


def against_boosting(metric: str, run: Judged, reference: Reference | None) -> Check:
    """Whether histogram boosting at its defaults does better, beyond chance."""
    code = WORSE_THAN_BOOSTING
    if reference is None:
        return not_applicable(code)
    said = Predictions(reference.probability, reference.threshold)
    boosted = Judged(run.y, said, costs=run.costs, rows=run.rows)
    gain = _gain(metric, boosted, run)
    if gain is None:
        return not_applicable(code)
    return found_if(
        code,
        gain.high < 0,
        metric=metric,
        score=run.estimates[metric],
        boosting=boosted.estimates[metric],
        low=gain.low,
        high=gain.high,
    )


def speed(seconds_per_1000_rows: float, reference: Reference | None) -> Check:
    """Whether predictions take so much longer than boosting's that somebody would wait."""
    code = SLOW_TO_PREDICT
    if reference is None or reference.seconds_per_1000_rows <= 0:
        return not_applicable(code)
    times = seconds_per_1000_rows / reference.seconds_per_1000_rows
    return found_if(
        code,
        times >= SLOWER and seconds_per_1000_rows >= SECONDS_PER_1000_ROWS,
        seconds=seconds_per_1000_rows,
        boosting=reference.seconds_per_1000_rows,
        times=times,
    )


def _gain(metric: str, first: Judged, second: Judged) -> Difference | None:
    """How much better the second is, negative if it is worse; None where nobody can say."""
    found = difference(metric, first, second)
    if not all(math.isfinite(value) for value in (found.estimate, found.low, found.high)):
        return None
    if METRICS[metric].higher_is_better:
        return found
    return Difference(-found.estimate, -found.high, -found.low)
