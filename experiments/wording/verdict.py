"""The verdict on a forecast, in words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from engine.judge.verdict import Forecast
from experiments.forecasts.outcomes import Guardrail, Outcome
from experiments.templatetags.experiments import between, clauses, percent, score, signed, whole

Words = str | Promise

VERDICTS: dict[str | None, Words] = {
    "not_believed": _("Not to be believed"),
    "equivalent": _("Equivalent"),
    "refuted": _("Refuted"),
    "opposite": _("Opposite"),
    "too_small": _("Too small to matter"),
    "as_forecast": _("As forecast"),
    "smaller": _("Smaller than forecast"),
    "larger": _("Larger than forecast"),
    "cannot_tell": _("Cannot tell"),
    None: _("No forecast"),
}
COLOURS: dict[str | None, str] = {
    "not_believed": "red",
    "equivalent": "green",
    "refuted": "red",
    "opposite": "red",
    "too_small": "orange",
    "as_forecast": "green",
    "smaller": "azure",
    "larger": "azure",
    "cannot_tell": "yellow",
    None: "secondary",
}
# What the interval says of a forecast difference.
REASONS: dict[str, Words] = {
    "not_believed": _(
        "A leak or a fault stands behind this number, so it says nothing about your forecast."
    ),
    "equivalent": _("The whole interval lies within ±%(margin)s: nothing changes that matters."),
    "refuted": _("The whole interval lies outside ±%(margin)s: it does change."),
    "opposite": _("The whole interval lies on the other side of 0."),
    "too_small": _(
        "The whole interval lies within ±%(margin)s: whatever the effect, it is too small to "
        "matter here."
    ),
    "as_forecast": _("The effect is there, and its size agrees with your range %(range)s."),
    "smaller": _("The effect is there, but smaller than your range %(range)s."),
    "larger": _("The effect is there, and larger than your range %(range)s."),
    "cannot_tell": _("The interval leaves open whether there is an effect that matters."),
}
SCORES: dict[str, Words] = {
    "not_believed": REASONS["not_believed"],
    "as_forecast": _("The interval overlaps your range %(range)s."),
    "smaller": _("The whole interval lies below your range %(range)s."),
    "larger": _("The whole interval lies above your range %(range)s."),
}
DIRECTIONS: dict[str, Words] = {
    "better": _("Better: more than chance explains."),
    "worse": _("Worse: more than chance explains."),
    "unclear": _("Too close to call: chance could explain the difference."),
}
GUARDS: dict[str, Words] = {
    "held": _("Guardrail held: %(metric)s gets worse by no more than %(allowed)s."),
    "broken": _("Guardrail broken: %(metric)s gets worse by more than %(allowed)s."),
    "not_shown": _(
        "Guardrail not shown: %(metric)s could be worse by more than %(allowed)s or not."
    ),
}
KINDS: dict[str, Words] = {
    "rises": _("%(metric)s rises by %(size)s"),
    "falls": _("%(metric)s falls by %(size)s"),
    "stays": _("%(metric)s stays the same, within ±%(margin)s"),
    "score": _("%(metric)s is %(score)s"),
}


@dataclass(frozen=True)
class Verdict:
    """One word, a colour for it, and sentences that say why.

    Attributes:
        sentences: the first is enough at a glance.
    """

    code: str | None
    label: str
    colour: str
    sentences: list[str]

    @property
    def reason(self) -> str:
        return " ".join(self.sentences)

    @property
    def glance(self) -> str:
        return self.sentences[0]

    @property
    def rest(self) -> str:
        """What the first sentence leaves to say; empty where nothing is left."""
        return " ".join(self.sentences[1:])


def verdict_of(outcome: Outcome) -> Verdict:
    """The verdict on a forecast, with its reason; without a forecast, the direction."""
    code = outcome.verdict
    return Verdict(code, str(VERDICTS[code]), COLOURS[code], _reasons(outcome))


def _reasons(outcome: Outcome) -> list[str]:
    forecast = outcome.forecast
    if forecast is None or outcome.verdict is None:
        return [str(DIRECTIONS[outcome.direction or "unclear"])]
    reasons = SCORES if forecast.kind == "score" else REASONS
    parts = [
        str(reasons[outcome.verdict])
        % {
            "margin": score(forecast.margin if forecast.kind == "stays" else outcome.margin),
            "range": range_words(forecast),
        }
    ]
    if outcome.is_same and forecast.kind != "score":
        parts.append(gettext("For this metric, both runs predict the same."))
    if outcome.rows_needed:
        parts.append(_needed(outcome, forecast))
    if outcome.guardrail:
        parts.append(guardrail_words(outcome.guardrail))
    return parts


def _needed(outcome: Outcome, forecast: Forecast) -> str:
    """Rows that would tell, as many digits as such a number deserves."""
    needed = outcome.rows_needed or 0
    if needed <= outcome.rows:
        return gettext(
            "With %(rows)s test rows, such an effect shows 4 times in 5; not this time."
        ) % {"rows": whole(outcome.rows)}
    wanted = gettext("no change") if forecast.kind == "stays" else signed(forecast.size)
    return gettext(
        "To show %(effect)s 4 times in 5, it takes about %(needed)s test rows; there are %(rows)s."
    ) % {"effect": wanted, "needed": whole(_rounded(needed)), "rows": whole(outcome.rows)}


def _rounded(rows: int) -> int:
    """Two digits that count."""
    digits = max(len(str(rows)) - 2, 0)
    return int(round(rows, -digits))


def guardrail_words(found: Guardrail) -> str:
    """What became of the guardrail, in a sentence."""
    return str(GUARDS[found.guard]) % {
        "metric": gettext(found.metric.label),
        "allowed": score(found.allowed),
    }


def range_words(forecast: Forecast) -> str:
    """The ends of a forecast range."""
    write = score if forecast.kind == "score" else signed
    return between(write(forecast.low), write(forecast.high))


def forecast_words(metric: str, forecast: Forecast, *, with_range: bool = True) -> str:
    """A forecast as it was registered, in one line."""
    told = str(KINDS[forecast.kind]) % {
        "metric": metric,
        "size": score(abs(forecast.size)),
        "margin": score(forecast.margin),
        "score": score(forecast.size),
    }
    parts = [told]
    if with_range and forecast.kind != "stays":
        parts.append(gettext("80%% range %(range)s") % {"range": range_words(forecast)})
    if forecast.chance is not None:
        parts.append(gettext("%(chance)s sure") % {"chance": percent(forecast.chance)})
    return clauses(parts)


# Below so many rows in the denominator, a share is known so badly that this comes first.
SCARCE = 10


def scarcity_words(metric: str, label: str, confusion: dict[str, int], reach: float) -> str:
    """What a metric cannot be told better than, where few rows decide it; else empty.

    Args:
        confusion: the run's, on the test rows.
        reach: half the width of the interval.
    """
    if not confusion:
        return ""
    positives = confusion["true_positives"] + confusion["false_negatives"]
    negatives = confusion["true_negatives"] + confusion["false_positives"]
    said = confusion["true_positives"] + confusion["false_positives"]
    words = {"metric": label, "reach": score(reach, 2)}
    if metric == "precision" and said < SCARCE:
        return ngettext(
            "%(count)s test row is predicted positive: %(metric)s cannot be told to better than "
            "±%(reach)s.",
            "%(count)s test rows are predicted positive: %(metric)s cannot be told to better "
            "than ±%(reach)s.",
            said,
        ) % (words | {"count": said})
    smaller = min(positives, negatives) if metric in OF_BOTH_CLASSES else positives
    if metric not in OF_BOTH_CLASSES | OF_POSITIVES or smaller >= SCARCE:
        return ""
    return ngettext(
        "%(count)s row of the smaller class in test: %(metric)s cannot be told to better than "
        "±%(reach)s.",
        "%(count)s rows of the smaller class in test: %(metric)s cannot be told to better than "
        "±%(reach)s.",
        smaller,
    ) % (words | {"count": smaller})


def mistakes_words(confusion: dict[str, int], positive_class: str) -> str:
    """Wrong predictions on the test rows, in words; empty where there are none to tell of.

    Args:
        confusion: the run's, on the test rows.
    """
    if not confusion:
        return ""
    missed, alarms = confusion["false_negatives"], confusion["false_positives"]
    positives = missed + confusion["true_positives"]
    first = ngettext(
        "Of %(rows)s test row that is “%(name)s”, %(missed)s missed",
        "Of %(rows)s test rows that are “%(name)s”, %(missed)s missed",
        positives,
    ) % {"rows": whole(positives), "name": positive_class, "missed": whole(missed)}
    second = ngettext("%(count)s false alarm", "%(count)s false alarms", alarms) % {
        "count": whole(alarms)
    }
    return clauses([first, second]) + "."


OF_POSITIVES = frozenset({"recall", "f1", "average_precision"})
OF_BOTH_CLASSES = frozenset({"roc_auc", "balanced_accuracy", "mcc"})


def result_sentence(
    *,
    metric: str,
    test: float,
    interval: list[float] | None,
    gap: float | None,
    gap_interval: list[float] | None,
    gap_is_notable: bool,
    reference: int | None = None,
    difference: float | None = None,
    difference_interval: tuple[float, float] | None = None,
    forecast: str = "",
) -> str:
    """The result in one sentence: score, difference from the reference, train–test gap.

    Args:
        metric: the primary one's label.
        gap: how much better train looks than test.
        gap_is_notable: it is more than chance and a little.
        reference: number of the experiment that the hypothesis names.
        forecast: what was said before, in words.
    """
    parts = [
        gettext("%(metric)s on the test set is %(score)s%(interval)s")
        % {"metric": metric, "score": score(test), "interval": _bracketed(interval)}
    ]
    if reference is not None and difference is not None:
        ends = difference_interval
        parts.append(
            # For a whole room, too, when it is on the projector.
            gettext("%(difference)s vs #%(number)s%(interval)s")
            % {
                "difference": signed(difference),
                "number": reference,
                "interval": f" {between(*map(signed, ends))}" if ends else "",
            }
        )
    if forecast:
        parts.append(gettext("forecast: %(forecast)s") % {"forecast": forecast})
    if gap is not None:
        words = {
            True: gettext("large train–test gap: %(gap)s%(interval)s"),
            False: gettext("train–test gap: %(gap)s%(interval)s"),
        }[gap_is_notable]
        around = f" {between(*map(signed, gap_interval))}" if gap_interval else ""
        parts.append(words % {"gap": signed(gap), "interval": around})
    return clauses(parts) + "."


def _bracketed(interval: list[float] | None) -> str:
    return f" {between(*map(score, interval))}" if interval else ""
