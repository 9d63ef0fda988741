"""Number formats of pages."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django import template
from django.template.defaultfilters import floatformat
from django.utils.formats import number_format
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from experiments.forecasts.drawing import ruler_svg, swatch_svg
from experiments.models import Run

if TYPE_CHECKING:
    from experiments.holdout.scores import HiddenScore

register = template.Library()
register.filter("ruler_svg", ruler_svg)
register.filter("swatch_svg", swatch_svg)


@register.filter
def test_score(run: Run, metric: str) -> float | None:
    """The run's score on test."""
    return run.score("test", metric)


@register.filter
def score(value: float | None, decimals: int = 3) -> str:
    """A score, rounded, with its locale's decimal mark; a dash where there is none."""
    return "–" if value is None else floatformat(value, decimals).replace("-", "−")


@register.filter
def signed(value: float | None, decimals: int = 3) -> str:
    """A difference that says its sign, with a true minus."""
    if value is None:
        return "–"
    return ("−" if value < 0 else "+") + floatformat(abs(value), decimals)


@register.simple_tag
def between(low: str, high: str) -> str:
    """The two ends of an interval, already written; with decimal commas, no comma parts them."""
    return pgettext("interval", "[%(low)s, %(high)s]") % {"low": low, "high": high}


@register.filter
def interval(pair: list[float] | None) -> str:
    """An interval's two ends; a dash where there is none."""
    return between(score(pair[0]), score(pair[1])) if pair else "–"


@register.filter
def signed_interval(comparison: Any) -> str:
    """The two ends of a difference's interval, with their signs."""
    return between(signed(comparison.low), signed(comparison.high))


@register.filter
def signed_ends(pair: list[float]) -> str:
    """The two ends of an interval, with their signs."""
    return between(signed(pair[0]), signed(pair[1]))


@register.filter
def seconds(value: float | None) -> str:
    """A duration, with as many digits as it deserves."""
    if value is None:
        return "–"
    return gettext("%(seconds)s s") % {"seconds": floatformat(value, 2 if value < 10 else 0)}


@register.filter
def clauses(parts: Iterable[str]) -> str:
    """Parts that commas would blur; French sets a space before each semicolon."""
    return pgettext("between clauses", "; ").join(parts)


@register.filter
def percent(share: float | None, decimals: int = 0) -> str:
    """A share of 0 to 1 as a percentage, in the reader's way of writing it."""
    if share is None:
        return "–"
    return gettext("%(percent)s%%") % {"percent": floatformat(100 * share, decimals)}


@register.filter
def whole(count: int) -> str:
    """A whole number with the language's sign between the thousands."""
    return str(number_format(count, 0, force_grouping=True))


@register.filter
def cell(value: Any) -> str:
    """A value of a data row: whole numbers without decimals, a dash where it is missing."""
    if value is None:
        return "–"
    if isinstance(value, float):
        return str(number_format(int(value) if value.is_integer() else value))
    return str(value)


@register.inclusion_tag("experiments/leaderboard/interval.html")
def interval_bar(
    value: float | None, interval: list[float] | None, span: tuple[float, float]
) -> dict[str, object]:
    """A score with its 95 % interval as a small drawing, on a scale that rows share.

    Args:
        span: ends of the scale.
    """
    low, high = span
    width = (high - low) or 1.0

    def at(point: float) -> float:
        return round(100 * (point - low) / width, 2)

    ends = [at(end) for end in interval] if interval else None
    return {
        "interval": interval,
        "ends": ends,
        "width": round(ends[1] - ends[0], 2) if ends else 0,
        "at": at(value) if value is not None else None,
    }


@register.inclusion_tag("experiments/leaderboard/fall.html")
def fall_bar(
    test: float | None,
    hidden: "HiddenScore",
    span: tuple[float, float],
    is_latest: bool,
) -> dict[str, object]:
    """Test score, hidden score and what is left of it in production, on a scale that rows share.

    Args:
        span: ends of the scale.
        is_latest: it moves before everyone's eyes.
    """
    low, high = span
    width = (high - low) or 1.0

    def at(point: float | None) -> float | None:
        return None if point is None else round(100 * (point - low) / width, 2)

    return {
        "hidden": hidden,
        "test_at": at(test),
        "hidden_at": at(hidden.holdout),
        "production_at": at(hidden.production) if hidden.falls else None,
        "is_latest": is_latest,
    }


@register.filter
def marked(pieces: Iterable[Mapping[str, str]]) -> SafeString:
    """A text in pieces, with its words marked by their effect and no white space added."""
    return format_html_join("", "{}", ((_marked(piece),) for piece in pieces))


def _marked(piece: Mapping[str, str]) -> SafeString:
    if not piece["mark"]:
        return conditional_escape(piece["text"])
    return format_html('<mark class="{}">{}</mark>', piece["mark"], piece["text"])
