"""The verdict on a hypothesis, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from experiments.engine.judgement import judge_score
from experiments.templatetags.experiments import between, clauses, score, signed

VERDICTS: dict[str | None, str | Promise] = {
    "supported": _("Supported"),
    "refuted": _("Refuted"),
    "inconclusive": _("Inconclusive"),
    None: _("No prediction"),
}
COLOURS = {"supported": "green", "refuted": "red", "inconclusive": "yellow", None: "secondary"}

# By verdict and effect: what the interval says of the prediction.
EFFECTS: dict[tuple[str | None, str], str | Promise] = {
    ("supported", "as_predicted"): _("The effect is there, and its size agrees with yours."),
    ("supported", "smaller_than_predicted"): _(
        "The effect has the sign that you predicted, but is smaller."
    ),
    ("supported", "larger_than_predicted"): _("The effect is there, and larger than predicted."),
    ("refuted", "none"): _("The interval excludes the effect that you predicted."),
    ("inconclusive", "none"): _(
        "The interval holds both no effect and the one that you predicted: these test rows "
        "cannot tell."
    ),
}
DIRECTIONS: dict[str, str | Promise] = {
    "better": _("It is better beyond what chance explains."),
    "worse": _("It is worse beyond what chance explains."),
    "unclear": _("The difference is within what chance explains."),
}
SCORES: dict[str, str | Promise] = {
    "supported": _("The whole interval is at least as good as the score that you predicted."),
    "refuted": _("The whole interval is worse than the score that you predicted."),
    "inconclusive": _("The score that you predicted lies within the interval."),
}


@dataclass(frozen=True)
class Verdict:
    """One word, a colour for it, and a sentence that says why."""

    label: str
    colour: str
    reason: str


def verdict_of(judgement: dict[str, Any]) -> Verdict:
    """The verdict on a predicted difference, out of the engine's judgement."""
    verdict, effect = judgement["verdict"], judgement["effect"]
    reason = EFFECTS.get((verdict, effect)) or DIRECTIONS[judgement["direction"]]
    return Verdict(str(VERDICTS[verdict]), COLOURS[verdict], str(reason))


def score_verdict(interval: list[float], expected: float, *, higher_is_better: bool) -> Verdict:
    """The verdict on a predicted score, where there is no run to compare to."""
    low, high = interval
    verdict = judge_score((low, high), expected, higher_is_better=higher_is_better)
    return Verdict(str(VERDICTS[verdict]), COLOURS[verdict], str(SCORES[verdict]))


def result_sentence(
    *,
    metric: str,
    test: float,
    interval: list[float] | None,
    gap: float | None,
    gap_is_notable: bool | None,
    reference: int | None = None,
    difference: float | None = None,
    difference_interval: tuple[float, float] | None = None,
    expected: float | None = None,
) -> str:
    """What happened, in one sentence: score, difference to the compared-to run, gap.

    Args:
        metric: the primary one's label.
        gap: how much better train looks than test.
        gap_is_notable: None where nobody can say, as of a metric without bounds.
        reference: number of the experiment that the hypothesis names.
        expected: difference that was predicted; without a reference, the score.
    """
    parts = [
        gettext("%(metric)s on test is %(score)s%(interval)s")
        % {"metric": metric, "score": score(test), "interval": _bracketed(interval)}
    ]
    if reference is not None and difference is not None:
        ends = difference_interval
        parts.append(
            # For a whole room, too, when it is on the projector.
            gettext(
                "%(difference)s against #%(number)s%(interval)s, where %(expected)s was predicted"
            )
            % {
                "difference": signed(difference),
                "number": reference,
                "interval": f" {between(*map(signed, ends))}" if ends else "",
                "expected": signed(expected),
            }
        )
    elif expected is not None:
        parts.append(gettext("predicted was %(expected)s") % {"expected": score(expected)})
    if gap is not None:
        words = {
            True: gettext("train looks better by %(gap)s, which is a lot"),
            False: gettext("the gap to train is %(gap)s, which is little"),
            None: gettext("the gap to train is %(gap)s"),
        }[gap_is_notable]
        parts.append(words % {"gap": signed(gap)})
    return clauses(parts) + "."


def _bracketed(interval: list[float] | None) -> str:
    return f" {between(*map(score, interval))}" if interval else ""
