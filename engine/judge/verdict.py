"""The verdict on a forecast: a function of one interval. Imports no scientific library.

Which of the verdicts holds depends on the 95 % interval that the page shows, on what was
forecast, and on the margin within which a difference does not matter; on nothing else.
`benchmarks/judgement/verdicts.py` measures how often each is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Literal

from engine.judge.numbers import Interval
from engine.judge.power import Z_80, Z_90, Z_95

Kind = Literal["rises", "falls", "stays", "score"]
Verdict = Literal[
    "not_believed",
    "equivalent",
    "refuted",
    "opposite",
    "too_small",
    "as_forecast",
    "smaller",
    "larger",
    "cannot_tell",
]
Guard = Literal["held", "broken", "not_shown"]
Direction = Literal["better", "worse", "unclear"]

# Verdicts that say what the rows show, and of these what the forecast had right.
DECIDED: frozenset[Verdict] = frozenset(
    {"equivalent", "refuted", "opposite", "too_small", "as_forecast", "smaller", "larger"}
)
RIGHT: frozenset[Verdict] = frozenset({"equivalent", "as_forecast"})
MISSED: frozenset[Verdict] = frozenset({"refuted", "opposite", "too_small"})


@dataclass(frozen=True)
class Forecast:
    """What somebody said before the run.

    Attributes:
        kind: "score" where there is no run to compare to.
        size: the expected difference, with its sign; of a score, its value.
        low, high: where the measured value lies in four of five cases, they think.
        chance: 0 to 1, that it lies on the forecast side, or within the margin; None if not
            said.
        margin: of "stays": as little as this is no change.
    """

    kind: Kind
    size: float
    low: float
    high: float
    chance: float | None = None
    margin: float = 0.0


def verdict_on(
    interval: Interval, forecast: Forecast, *, margin: float, is_believed: bool = True
) -> Verdict:
    """The verdict: the first that applies.

    Args:
        interval: 95 %, of the difference; of a score, of the score.
        margin: a smaller difference does not matter in this Dojo.
        is_believed: no fault and no leak stands behind the number.
    """
    if not is_believed:
        return "not_believed"
    if forecast.kind == "stays":
        return _on_no_change(interval, forecast.margin)
    if forecast.kind == "score":
        return _against_range(interval, forecast.low, forecast.high)
    low, high = interval
    wanted_low, wanted_high = forecast.low, forecast.high
    if forecast.kind == "falls":
        low, high, wanted_low, wanted_high = -high, -low, -wanted_high, -wanted_low
    if high < 0:
        return "opposite"
    if -margin <= low and high <= margin:
        return "too_small"
    if low > 0:
        return _against_range((low, high), wanted_low, wanted_high)
    return "cannot_tell"


def _on_no_change(interval: Interval, margin: float) -> Verdict:
    low, high = interval
    if -margin <= low and high <= margin:
        return "equivalent"
    if low > margin or high < -margin:
        return "refuted"
    return "cannot_tell"


def _against_range(interval: Interval, wanted_low: float, wanted_high: float) -> Verdict:
    low, high = interval
    if high < wanted_low:
        return "smaller"
    return "larger" if low > wanted_high else "as_forecast"


def guardrail(interval: Interval, allowed: float, *, higher_is_better: bool) -> Guard:
    """Whether a second metric got no worse than allowed.

    Args:
        interval: 95 %, of its difference.
        allowed: by how much it may get worse, 0 or more.
    """
    low, high = interval if higher_is_better else (-interval[1], -interval[0])
    if low > -allowed:
        return "held"
    return "broken" if high < -allowed else "not_shown"


def direction(interval: Interval, *, higher_is_better: bool) -> Direction:
    """What the interval says by itself: unclear where it holds 0."""
    low, high = interval
    if low <= 0 <= high:
        return "unclear"
    return "better" if (low > 0) == higher_is_better else "worse"


def rows_needed(interval: Interval, forecast: Forecast, *, margin: float, rows: int) -> int | None:
    """Test rows with which the forecast effect would be seen 4 times in 5.

    Of "stays", with which a true 0 would be shown to lie within the margin. It is never
    computed from the measured difference, which says nothing of what was expected (Hoenig
    and Heisey 2001).

    Args:
        rows: of the test set that the interval comes from.
    """
    error = (interval[1] - interval[0]) / (2 * Z_95)
    if forecast.kind == "score":
        return None
    if forecast.kind == "stays":
        aim, reach = forecast.margin, Z_95 + Z_90
    else:
        aim, reach = max(abs(forecast.size), margin), Z_95 + Z_80
    if aim <= 0:
        return None
    return ceil(rows * (reach * error / aim) ** 2)
