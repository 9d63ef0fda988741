"""Parts that all charts share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import altair as alt
import pandas as pd

from engine.charts.text import CODE_SUFFIX, ROWS, Chart, Title

Row = dict[str, Any]

HEIGHT = 280
ROW_HEIGHT = 24
# Longer names end in an ellipsis, and stand whole in the tooltip.
LABEL_LIMIT = 130
LEGEND_LIMIT = 260
MAX_NAME = 80
DIGITS = 6
DASHED = [5, 4]
SOLID = [1, 0]
# Of what shows only while it is pointed at.
HIDDEN, FAINT = 0, 0.15


def finished(
    layers: Sequence[alt.Chart | alt.LayerChart],
    rows: Iterable[Row],
    *,
    description: str,
    columns: dict[str, Title],
    series: dict[str, str] | None = None,
    height: int = HEIGHT,
    of: int | None = None,
    independent: Sequence[str] = (),
    datasets: dict[str, list[Row]] | None = None,
) -> Chart:
    """The layers with their data, as wide as their container.

    Args:
        rows: what a table shows; numbers are rounded to what a picture can show.
        series: code → label; colours go by their order.
        of: how many rows were given, where not all are drawn.
        independent: channels of which every layer has a scale of its own.
    """
    series = series or {}
    data = {ROWS: [_rounded(row) for row in rows]}
    if series:
        data["series"] = [{"code": code, "series": code} for code in series]
    data |= {name: [_rounded(row) for row in more] for name, more in (datasets or {}).items()}
    chart = alt.layer(*layers, data=alt.NamedData(ROWS), datasets=data)
    if independent:
        own: dict[str, Any] = dict.fromkeys(independent, "independent")
        chart = chart.resolve_scale(**own)
    chart = chart.properties(width="container", height=height, description=description)
    # Validation is the larger part of the time that a chart takes; the tests do it.
    spec = chart.to_dict(validate=False)
    # Altair's own theme: the embedder has one.
    spec.pop("config", None)
    shown = len(data[ROWS])
    return Chart(spec, series, columns, shown, shown if of is None else of)


def _rounded(row: Row) -> Row:
    return {
        name: float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value
        for name, value in row.items()
    }


def dataset(name: str) -> alt.Chart:
    """A layer over another dataset than the rows."""
    return alt.Chart(alt.NamedData(name))


def by_series(fields: Sequence[str]) -> alt.Chart:
    """A layer over the rows, one row for each of these fields, which are codes of series.

    Makes "value", and "series" as it is labelled.
    """
    labels = alt.LookupData(data=alt.NamedData("series"), key="code", fields=["series"])
    return (
        alt.Chart()
        .transform_fold(list(fields), as_=["code", "value"])
        .transform_lookup("code", from_=labels)
    )


def series_scale(series: Iterable[str]) -> alt.Scale:
    """A series keeps its colour, whatever its label in another language sorts as."""
    return alt.Scale(domain=list(series))


def series_colour(series: Iterable[str], *, columns: int = 2) -> alt.Color:
    """Colours by series, and what they mean where there are several.

    Args:
        columns: of the legend; two fit a phone, one where the axis has names.
    """
    codes = list(series)
    legend = _legend(columns=columns) if len(codes) > 1 else None
    return alt.Color("series:N", scale=series_scale(codes), legend=legend)


def _legend(**layout: Any) -> alt.Legend:
    return alt.Legend(title=None, labelLimit=LEGEND_LIMIT, symbolOpacity=1, **layout)


def rules_at(series: Sequence[str], x: Any) -> alt.Chart:
    """Vertical lines of the dataset "rules", by series: the first is solid, the others dashed."""
    dashes = [SOLID, *[DASHED] * (len(series) - 1)]
    dash = alt.StrokeDash(
        "series:N",
        scale=alt.Scale(domain=list(series), range=dashes),
        legend=_legend(orient="top", columns=1),
    )
    return dataset("rules").mark_rule(strokeWidth=1.5, aria=False).encode(x, dash)


def share_axis(field: str, title: Title, *, channel: type = alt.X) -> Any:
    """A number from 0 to 1, on an axis that shows all of it."""
    axis = alt.Axis(tickCount=5, grid=channel is alt.Y)
    return channel(field, title=title, scale=alt.Scale(domain=[0, 1]), axis=axis)


def span(values: Iterable[float], least: float) -> list[float]:
    """From the lowest value to the highest, and beyond where they hardly differ: an axis of
    one value has no numbers, and one of tiny differences makes much of them.

    Where no value is below 0, or above 1, nor is the axis.

    Args:
        least: what the axis spans at least, in the unit of the values; about, at 0 and 1.
    """
    found = list(values)
    low, high = min(found), max(found)
    room = max(0.0, least - (high - low)) / 2
    return [
        max(low - room, 0.0) if low >= 0 else low - room,
        min(high + room, 1.0) if high <= 1 else high + room,
    ]


def names_axis(field: str = "label", title: Title | None = None) -> alt.Y:
    """Users' names from top to bottom, as they come."""
    axis = alt.Axis(labelLimit=LABEL_LIMIT, ticks=False, domain=False, labelPadding=8)
    return alt.Y(f"{field}:N", sort=None, title=title, axis=axis)


def tooltip(columns: dict[str, Title], **formats: str) -> list[alt.Tooltip]:
    """Every column of a table, as text where no format is given."""
    return [
        alt.Tooltip(f"{field}:Q", title=title, format=formats[field])
        if field in formats
        else alt.Tooltip(f"{field}:N", title=title)
        for field, title in columns.items()
        if not field.endswith(CODE_SUFFIX)
    ]


def pointer_rule(x: Any, words: list[alt.Tooltip]) -> alt.Chart:
    """A vertical line at the row nearest to the pointer, with all its numbers."""
    nearest = alt.selection_point(
        name="nearest", nearest=True, on="pointermove", clear="pointerleave", encodings=["x"],
        empty=False,
    )  # fmt: skip
    opacity = alt.condition(nearest, alt.value(0.5), alt.value(HIDDEN))
    return (
        alt.Chart()
        .mark_rule(aria=False)
        .encode(x, opacity=opacity, tooltip=words)
        .add_params(nearest)
    )


def pointer_dot(x: Any, y: Any, words: list[alt.Tooltip]) -> alt.Chart:
    """A dot on the point nearest to the pointer, with its numbers."""
    nearest = alt.selection_point(
        name="nearest", nearest=True, on="pointermove", clear="pointerleave", empty=False
    )
    opacity = alt.condition(nearest, alt.value(1), alt.value(HIDDEN))
    dot = alt.Chart().mark_point(filled=True, size=60, aria=False)
    return dot.encode(x, y, opacity=opacity, tooltip=words).add_params(nearest)


def diagonal() -> alt.Chart:
    """From corner to corner; needs the dataset "diagonal"."""
    return (
        dataset("diagonal")
        .mark_rule(strokeDash=DASHED, opacity=0.5, aria=False)
        .encode(x="x:Q", y="x:Q", x2="end:Q", y2="end:Q")
    )


DIAGONAL: list[Row] = [{"x": 0, "end": 1}]


def rule_at(name: str, **where: Any) -> alt.Chart:
    """A dashed line at the one value of a dataset."""
    return dataset(name).mark_rule(strokeDash=DASHED, opacity=0.6, aria=False).encode(**where)


def short_names(values: Iterable[Any]) -> list[str]:
    """Users' values as labels that are short enough for a spec, and still differ."""
    seen: dict[str, int] = {}
    found = []
    for value in values:
        text = "—" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)
        if len(text) > MAX_NAME:
            text = f"{text[:MAX_NAME]}…"
        seen[text] = seen.get(text, 0) + 1
        found.append(text if seen[text] == 1 else f"{text} ({seen[text]})")
    return found


def evenly(count: int, most: int) -> list[int]:
    """Positions of at most so many of `count` things, from the first to the last."""
    if count <= most:
        return list(range(count))
    return [round(place * (count - 1) / (most - 1)) for place in range(most)]


def moments(values: list[Any]) -> list[str]:
    """Dates as a browser in any time zone reads them alike."""
    found = pd.to_datetime(pd.Series(values, dtype="object"), format="ISO8601", utc=True)
    form = "%Y-%m-%d" if found.dt.date.is_unique else "%Y-%m-%dT%H:%M:%SZ"
    return found.dt.strftime(form).tolist()
