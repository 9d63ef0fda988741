"""The verdict on a hypothesis, out of an interval. Imports no scientific library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from experiments.engine.bootstrap import Difference, Interval

Verdict = Literal["supported", "refuted", "inconclusive"]
Effect = Literal["as_predicted", "smaller_than_predicted", "larger_than_predicted", "none"]


@dataclass(frozen=True)
class Judgement:
    """What the difference says of the hypothesis.

    Attributes:
        verdict: None where no effect was predicted.
        effect: the size of a supported effect, against the predicted one.
        direction: of the primary metric, "unclear" where the interval holds 0.
    """

    verdict: Verdict | None
    effect: Effect
    direction: Literal["better", "worse", "unclear"]


def judge(difference: Difference, expected: float | None, *, higher_is_better: bool) -> Judgement:
    """The verdict on a predicted difference.

    Supported: the difference has the predicted sign beyond doubt, whatever its size.
    Refuted: the interval excludes the predicted effect and shows none of its sign; or
    none was predicted and there is one. Inconclusive: the interval holds both, and
    with it a prediction of no effect, which no sample can prove.
    """
    low, high = difference.low, difference.high
    direction: Literal["better", "worse", "unclear"] = "unclear"
    if low > 0 or high < 0:
        direction = "better" if (low > 0) == higher_is_better else "worse"
    if expected is None:
        return Judgement(None, "none", direction)
    if expected == 0:
        return Judgement("inconclusive" if low <= 0 <= high else "refuted", "none", direction)
    if expected < 0:
        low, high, expected = -high, -low, -expected
    if low > 0:
        effect: Effect = "as_predicted"
        if high < expected:
            effect = "smaller_than_predicted"
        elif low > expected:
            effect = "larger_than_predicted"
        return Judgement("supported", effect, direction)
    refuted = high < expected
    return Judgement("refuted" if refuted else "inconclusive", "none", direction)


def judge_score(interval: Interval, expected: float, *, higher_is_better: bool) -> Verdict:
    """The verdict on a predicted score, where there is no run to compare to."""
    low, high = interval if higher_is_better else (-interval[1], -interval[0])
    expected = expected if higher_is_better else -expected
    if low >= expected:
        return "supported"
    return "refuted" if high < expected else "inconclusive"
