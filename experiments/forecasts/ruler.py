"""A small ruler: what was forecast, what can be seen, and what was measured, on one scale."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext, pgettext

from engine.judge.numbers import Interval
from engine.judge.verdict import Forecast
from experiments.forecasts.outcomes import Outcome
from experiments.templatetags.experiments import clauses, score, signed

# Room beside the outermost mark, as a share of what is shown.
PARTICIPANTS = 0.08


@dataclass(frozen=True)
class Band:
    """A stretch of the ruler, in percent of its length.

    Attributes:
        low, high: its ends as values.
    """

    x: float
    width: float
    low: float
    high: float

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 2)


@dataclass(frozen=True)
class Key:
    """What a colour of the ruler stands for.

    Attributes:
        name: of the mark in the drawing.
        term: of the glossary.
    """

    name: str
    term: str
    label: str
    value: str


@dataclass(frozen=True)
class Ruler:
    """Bands and points of a ruler; all positions are percent of its length.

    Attributes:
        zero: where 0 lies; None of a score.
        margin: differences that do not matter.
        visible: effects too small to be seen, as a rule.
        forecast: the forecast range.
        measured: the 95 % interval, once there is one.
        point: the measured value.
    """

    low: float
    high: float
    zero: float | None
    margin: Band | None = None
    hidden: Band | None = None
    forecast: Band | None = None
    measured: Band | None = None
    point: float | None = None
    is_score: bool = field(default=False)

    @property
    def keys(self) -> list[Key]:
        """What each colour stands for, with its numbers."""
        write = score if self.is_score else signed
        found = []
        if self.forecast:
            ends = _stretch(write(self.forecast.low), write(self.forecast.high))
            found.append(
                Key("forecast", "forecast_range", pgettext("glossary", "forecast range"), ends)
            )
        if self.measured:
            ends = _stretch(write(self.measured.low), write(self.measured.high))
            found.append(Key("measured", "interval", gettext("measured"), ends))
        if self.margin:
            label = pgettext("glossary", "too small to matter")
            found.append(Key("margin", "too_small", label, f"±{score(self.margin.high)}"))
        if self.hidden:
            label = gettext("too small to be seen here")
            reach = f"±{score(self.hidden.high)}"
            found.append(Key("hidden-effects", "visible_effect", label, reach))
        return found


def _stretch(low: str, high: str) -> str:
    return f"{low} … {high}"


def ruler_words(ruler: Ruler, metric: str) -> str:
    """The ruler in one line, where nothing can be drawn."""
    parts = clauses(f"{key.label} {key.value}" for key in ruler.keys)
    return gettext("%(metric)s: %(parts)s.") % {"metric": metric, "parts": parts}


def ruler_of(outcome: Outcome) -> Ruler | None:
    """The ruler after the run; None where nothing was forecast."""
    if outcome.forecast is None:
        return None
    return draw_ruler(
        outcome.forecast,
        margin=outcome.margin,
        measured=outcome.interval,
        estimate=outcome.estimate,
    )


def draw_ruler(
    forecast: Forecast | None,
    *,
    margin: float = 0.0,
    visible: float | None = None,
    measured: Interval | None = None,
    estimate: float | None = None,
) -> Ruler:
    """A ruler with these marks.

    Args:
        visible: the smallest effect that is seen 4 times in 5.
    """
    is_score = forecast is not None and forecast.kind == "score"
    own = forecast.margin if forecast is not None and forecast.kind == "stays" else margin
    bands: dict[str, Interval] = {}
    if not is_score:
        bands["margin"] = (-own, own)
    if visible is not None:
        bands["hidden"] = (-visible, visible)
    if forecast is not None:
        bands["forecast"] = (forecast.low, forecast.high)
    if measured is not None:
        bands["measured"] = measured
    low, high = _span(bands.values(), with_zero=not is_score)
    length = (high - low) or 1.0

    def at(value: float) -> float:
        return round(100 * (value - low) / length, 2)

    drawn = {
        name: Band(at(ends[0]), round(max(at(ends[1]) - at(ends[0]), 0.6), 2), *ends)
        for name, ends in bands.items()
    }
    return Ruler(
        low,
        high,
        zero=None if is_score else at(0.0),
        point=at(estimate) if estimate is not None else None,
        is_score=is_score,
        **drawn,
    )


def _span(bands: Iterable[Interval], *, with_zero: bool) -> Interval:
    ends = [end for band in bands for end in band] + ([0.0] if with_zero else [])
    low, high = min(ends), max(ends)
    room = PARTICIPANTS * ((high - low) or 1.0)
    return low - room, high + room
