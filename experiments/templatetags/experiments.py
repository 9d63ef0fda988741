"""How numbers are written on pages."""

from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext

from experiments.models import Run

register = template.Library()


@register.filter
def test_score(run: Run, metric: str) -> float | None:
    """The run's score on test."""
    return run.score("test", metric)


@register.filter
def score(value: float | None, decimals: int = 3) -> str:
    """A score with its locale's decimal mark; a dash where there is none."""
    return "–" if value is None else number_format(value, decimals)


@register.filter
def signed(value: float | None, decimals: int = 3) -> str:
    """A difference that says its sign, with a true minus."""
    if value is None:
        return "–"
    text = number_format(abs(value), decimals)
    return ("−" if value < 0 else "+") + text


@register.filter
def seconds(value: float | None) -> str:
    """A duration, with as many digits as it deserves."""
    if value is None:
        return "–"
    return gettext("%(seconds)s s") % {
        "seconds": number_format(value, 2 if value < 10 else 0)
    }


@register.filter
def lookup(mapping: dict[str, Any], key: str) -> Any:
    """An entry by a key that only the loop knows."""
    return mapping.get(key)
