"""The train–test gap with its own 95 % interval.

Train and test rows are different rows, so their intervals are independent. They are put
together by the "method of variance estimates recovery" (Zou and Donner 2008, "Construction of
confidence intervals about effect measures", Statistics in Medicine 27), which keeps each one's
asymmetry: near 1, a score can hardly be higher than it is.
"""

from __future__ import annotations

import math

from engine.judge.numbers import Interval
from engine.judge.uncertainty.intervals import Judged, metric_names
from engine.spec.metrics import METRICS


def gaps(learned: Judged, unseen: Judged) -> dict[str, Interval]:
    """By how much a model does better on the rows it learned from, of every metric.

    Args:
        learned, unseen: its predictions for train and for test.

    Returns:
        95 % intervals, positive where the training score is better; a metric whose ends are
        no numbers has none.
    """
    found = {}
    for name in metric_names(learned.costs):
        ends = _difference(name, learned, unseen)
        if all(math.isfinite(end) for end in ends):
            found[name] = ends
    return found


def _difference(metric: str, learned: Judged, unseen: Judged) -> Interval:
    """Train minus test where higher is better, else test minus train."""
    better, worse = learned, unseen
    if not METRICS[metric].higher_is_better:
        better, worse = unseen, learned
    high_side, low_side = better.estimates[metric], worse.estimates[metric]
    high_ends, low_ends = better.interval(metric), worse.interval(metric)
    gap = high_side - low_side
    down = math.hypot(high_side - high_ends[0], low_ends[1] - low_side)
    up = math.hypot(high_ends[1] - high_side, low_side - low_ends[0])
    return gap - down, gap + up
