"""What somebody may expect of a metric: no ROC AUC rises by 2."""

from __future__ import annotations

from django.template.defaultfilters import floatformat
from django.utils.translation import gettext

from engine.spec.metrics import Metric
from experiments.models import Experiment

# Pages show three decimals: who adds up what they read may be off by half a thousandth.
SLACK = 0.0005


def expectation_problem(
    expected: float, *, metric: Metric, compared_to: Experiment | None
) -> str | None:
    """Why this cannot come true; None if it can.

    Args:
        expected: a score, or the change against `compared_to`.
    """
    reference = compared_to.run.score("test", metric.name) if compared_to else None
    low: float | None
    high: float | None
    if compared_to and reference is None:
        if metric.lowest is None or metric.highest is None:
            return None
        most = metric.highest - metric.lowest
        low, high = -most, most
    else:
        low = None if metric.lowest is None else metric.lowest - (reference or 0.0)
        high = None if metric.highest is None else metric.highest - (reference or 0.0)
    if _is_within(expected, low, high):
        return None
    words = {
        "metric": gettext(metric.label),
        "low": _shown(low),
        "high": _shown(high),
        "number": compared_to.number if compared_to else "",
        "score": _shown(reference),
    }
    if reference is None:
        return _range_words(low, high) % words
    return gettext("#%(number)s has %(score)s.") % words + " " + _range_words(low, high) % words


def _is_within(value: float, low: float | None, high: float | None) -> bool:
    return (low is None or value >= low - SLACK) and (high is None or value <= high + SLACK)


def _range_words(low: float | None, high: float | None) -> str:
    if high is None:
        return gettext("With %(metric)s, write %(low)s or more.")
    if low is None:
        return gettext("With %(metric)s, write %(high)s or less.")
    return gettext("With %(metric)s, write a number from %(low)s to %(high)s.")


def _shown(value: float | None) -> str:
    return "" if value is None else floatformat(value, -3).replace("-", "−")
