"""Charts of several runs."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import altair as alt
import numpy as np

from engine.charts.parts import (
    DIAGONAL,
    HIDDEN,
    dataset,
    diagonal,
    finished,
    series_colour,
    share_axis,
    tooltip,
)
from engine.charts.text import Chart, Title
from engine.explain.curves import thinned
from engine.messages import N_

POINTS_PER_RUN = 60
MAX_RUNS = 100
MAX_DIMENSIONS = 8
# Numbers of which the highest is so many times the lowest are spaced by their logarithm.
WIDE = 100


def roc_overlay_chart(runs: list[dict[str, Any]]) -> Chart:
    """ROC curves of two to six runs over one another.

    Args:
        runs: `RocCurve.to_dict()` of each, with its "name"; names differ.
    """
    columns: dict[str, Title] = {
        "series": N_("Run"),
        "x": N_("False positive rate"),
        "y": N_("Recall (true positive rate)"),
    }
    rows = []
    for run in runs:
        rates = run["false_positive_rate"], run["true_positive_rate"]
        kept = thinned(np.array(rates[0]), np.array(rates[1]), most=POINTS_PER_RUN)
        rows += [
            {"series": run["name"], "x": rates[0][place], "y": rates[1][place], "place": n}
            for n, place in enumerate(kept.tolist())
        ]
    colour = series_colour(run["name"] for run in runs)
    x, y = share_axis("x:Q", columns["x"]), share_axis("y:Q", columns["y"], channel=alt.Y)
    words = tooltip(columns, x=".3f", y=".3f")
    line = alt.Chart().mark_line(strokeWidth=2.5, aria=False)
    dots = alt.Chart().mark_point(filled=True, size=60, opacity=HIDDEN, aria=False)
    layers = [
        diagonal(),
        line.encode(x, y, colour, order=alt.Order("place:Q")),
        dots.encode(x, y, colour, tooltip=words),
    ]
    return finished(
        layers,
        rows,
        description=N_("ROC curves of several runs"),
        columns=columns,
        datasets={"diagonal": DIAGONAL},
    )


def parallel_chart(
    runs: list[dict[str, Any]], dimensions: list[dict[str, Any]], *, score: Title
) -> Chart:
    """One line a run over its hyperparameters and its score, which is also its colour.

    Numbers are placed from the lowest to the highest of all runs, by their logarithm where
    these are far apart; texts in the order of the alphabet; where a run has no value, its line
    passes without a dot.

    Args:
        runs: {"name", "score": float, "values": {key: number, text or None}}; names differ.
            The last ones are drawn where there are many.
        dimensions: {"key", "label", "words"} of what `values` holds, the first ones drawn;
            labels differ, and one in a list is not translated; `words` are the labels of
            values that are codes.
        score: the metric's label.
    """
    dimensions = dimensions[:MAX_DIMENSIONS]
    drawn = runs[-MAX_RUNS:]
    axes: list[tuple[list[Any], Title, dict[str, str]]] = [
        ([run["values"].get(one["key"]) for run in drawn], one["label"], one.get("words", {}))
        for one in dimensions
    ]
    axes.append(([run["score"] for run in drawn], score, {}))
    rows: list[dict[str, Any]] = [{"name": run["name"], "score": run["score"]} for run in drawn]
    ends = []
    series: dict[str, str] = {}
    for number, (values, label, words) in enumerate(axes):
        places, low, high = _placed(values)
        series |= {value: words[value] for value in values if value in words}
        name, code = _name_of(label, number)
        if code:
            series[code] = name
        ends.append(
            {"key": f"p{number}", "label": name, "low": low, "high": high}
            | ({"label": code, "label_code": code} if code else {})
            | {
                f"{end}_code": value
                for end, value in (("low", low), ("high", high))
                if value in words
            }
        )
        for row, value, place in zip(rows, values, places, strict=True):
            row |= {f"v{number}": value, f"p{number}": place}
            row |= {f"v{number}_code": value} if value in words else {}
    columns: dict[str, Title] = {"name": N_("Run")}
    columns |= {f"v{number}": label for number, (_values, label, _words) in enumerate(axes)}
    return finished(
        _parallel_layers(len(axes), columns, score),
        rows,
        description=N_("Runs by hyperparameter"),
        columns=columns,
        of=len(runs),
        series=series,
        datasets={"axes": ends},
    )


def _name_of(label: Title, number: int) -> tuple[str, str | None]:
    """The words of an axis, and the code that they are translated by, if they are ours."""
    return (label, f"axis_{number}") if isinstance(label, str) else (label[0], None)


def _written(field: str) -> str:
    """Numbers as the reader's language writes them, texts as they are."""
    value = f"datum.{field}"
    return f"isNumber({value}) ? format({value}, '.4~g') : isValid({value}) ? {value} : '—'"


def _placed(values: list[Any]) -> tuple[list[float | None], Any, Any]:
    """Values scaled from the lowest, 0, to the highest, 1; and these two values."""
    known = [value for value in values if value is not None]
    if not known:
        return [None] * len(values), "", ""
    place: Callable[[Any], float] = float
    low: Any
    high: Any
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in known):
        low, high = min(known), max(known)
        if low > 0 and high / low >= WIDE:
            place = math.log
    else:
        names = sorted({str(value) for value in known})
        low, high = names[0], names[-1]
        place = lambda value: float(names.index(str(value)))  # noqa: E731
    first, last = place(low), place(high)
    width = last - first
    placed = [
        None if value is None else round((place(value) - first) / width, 4) if width else 0.5
        for value in values
    ]
    return placed, low, high


def _parallel_layers(count: int, columns: dict[str, Title], score: Title) -> list[alt.Chart]:
    hovered = alt.selection_point(
        name="nearest", nearest=True, on="pointermove", clear="pointerleave", fields=["name"]
    )
    label = alt.LookupData(data=alt.NamedData("axes"), key="key", fields=["label"])
    base = (
        alt.Chart()
        .transform_fold([f"p{number}" for number in range(count)], as_=["key", "place"])
        .transform_lookup("key", from_=label)
    )
    axis = alt.Axis(
        labelAngle=-40, labelLimit=100, grid=True, ticks=False, domain=False, labelPadding=16
    )
    x = alt.X("label:N", sort=None, title=None, axis=axis, scale=alt.Scale(padding=0.4))
    y = alt.Y("place:Q", axis=None, scale=alt.Scale(domain=[-0.06, 1.06], nice=False))
    # A scale of samples does not fit a phone.
    legend = alt.Legend(type="gradient", gradientLength=160, tickCount=3)
    colour = alt.Color("score:Q", title=score, legend=legend)
    lit = alt.condition(hovered, alt.value(0.8), alt.value(0.08))
    dots = base.mark_point(filled=True, size=40, aria=False)
    line = base.mark_line(strokeWidth=2, invalid="filter", aria=False)
    ends = (
        dataset("axes")
        .mark_text(fontSize=10, opacity=0.75, limit=alt.ExprRef(f"width / {count}"))
        .transform_calculate(lowest=_written("low"), highest=_written("high"))
    )
    words = [
        alt.Tooltip("name:N" if field == "name" else f"w{field[1:]}:N", title=title)
        for field, title in columns.items()
    ]
    shown = {f"w{number}": _written(f"v{number}") for number in range(count)}
    return [
        # All axes, in their order, before the lines, which may begin without some.
        ends.encode(x, y=alt.value(0), text="highest:N"),
        ends.encode(x, y=alt.value("height"), text="lowest:N"),
        line.encode(x, y, colour, detail="name:N", opacity=lit),
        dots.encode(x, y, colour, opacity=lit, tooltip=words)
        .transform_calculate(**shown)
        .add_params(hovered),
    ]
