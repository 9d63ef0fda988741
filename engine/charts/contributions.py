"""Charts of each feature's contribution to a prediction."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from engine.charts.parts import (
    ROW_HEIGHT,
    Row,
    evenly,
    finished,
    moments,
    names_axis,
    rule_at,
    series_colour,
    short_names,
    span,
    tooltip,
)
from engine.charts.text import Chart, Title
from engine.messages import N_

MAX_DOTS = 500
MAX_TICKS = 40
MAX_CATEGORIES = 25
MAX_BARS = 12
# Pixels to the right of the bars for their numbers, however few a phone leaves.
NUMBER_WIDTH = 48
# Log-odds or probability that the axis shows at least.
LEAST_SPAN = 0.1

UNITS = {"log_odds": N_("Log-odds"), "probability": N_("Probability")}
DECIMALS = {"log_odds": 2, "probability": 3}
CONTRIBUTIONS = {
    "log_odds": N_("Contribution (log-odds)"),
    "probability": N_("Contribution (probability points)"),
}
ZERO: dict[str, list[Row]] = {"zero": [{"contribution": 0}]}


# --- One column, many rows ------------------------------------------------------------------
def dependence_chart(effect: dict[str, Any]) -> Chart:
    """The contribution of one column over its value, a dot a row.

    Rows without a value have no place among numbers or dates; among categories they are one.

    Args:
        effect: `Effect.to_dict()`, of which are read "feature", "kind" and "dependence",
            {"unit": "log_odds" | "probability", "points": [(value, contribution), ...]}.
    """
    if effect["kind"] == "category":
        return _dependence_of_category(effect)
    is_date = effect["kind"] == "date"
    table = _points(effect)
    known = table[table["value"].notna()]
    drawn = known.iloc[evenly(len(known), MAX_DOTS)]
    values = moments(drawn["value"].tolist()) if is_date else drawn["value"].tolist()
    sizes = drawn["size"].tolist()
    rows = [{"x": x, "contribution": size} for x, size in zip(values, sizes, strict=True)]
    columns: dict[str, Title] = {
        "x": [effect["feature"]],
        "contribution": CONTRIBUTIONS[effect["dependence"]["unit"]],
    }
    x = alt.X(
        "x:T" if is_date else "x:Q",
        title=columns["x"],
        scale=alt.Scale(type="utc") if is_date else alt.Scale(zero=False),
        axis=alt.Axis(grid=False, tickCount=6, labelOverlap=True),
    )
    y = alt.Y("contribution:Q", title=columns["contribution"])
    dots = alt.Chart().mark_circle(size=28, opacity=0.45)
    return finished(
        [
            rule_at("zero", y=y),
            dots.encode(x, y, tooltip=tooltip(columns, contribution="+.3f")),
        ],
        rows,
        description=N_("Contribution of a feature by its value"),
        columns=columns,
        of=len(known),
        datasets=ZERO,
    )


def _points(effect: dict[str, Any]) -> pd.DataFrame:
    """Values of the column and the contributions there."""
    points = pd.DataFrame(effect["dependence"]["points"], columns=["value", "size"], dtype="object")
    return points.astype({"size": "float64"})


def _dependence_of_category(effect: dict[str, Any]) -> Chart:
    """Ticks for each of the most frequent categories, and their mean."""
    table = _points(effect)
    groups = [(value, part["size"]) for value, part in table.groupby("value", dropna=False)]
    groups.sort(key=lambda group: -len(group[1]))
    drawn = sorted(groups[:MAX_CATEGORIES], key=lambda group: -group[1].mean())
    names = short_names(None if pd.isna(value) else value for value, _sizes in drawn)
    rows = [
        {
            "x": name,
            "contribution": float(sizes.mean()),
            "count": len(sizes),
            "each": [round(float(sizes.iloc[n]), 3) for n in evenly(len(sizes), MAX_TICKS)],
        }
        for name, (_value, sizes) in zip(names, drawn, strict=True)
    ]
    columns: dict[str, Title] = {
        "x": [effect["feature"]],
        "contribution": N_("Mean contribution"),
        "count": N_("Rows"),
    }
    across: dict[str, Any] = {
        "title": CONTRIBUTIONS[effect["dependence"]["unit"]],
        "axis": alt.Axis(tickCount=5),
    }
    y, words = names_axis("x", columns["x"]), tooltip(columns, contribution="+.3f", count=",")
    ticks = alt.Chart().transform_flatten(["each"]).mark_tick(opacity=0.5, thickness=1, aria=False)
    means = alt.Chart().mark_point(filled=True, size=80, opacity=1)
    return finished(
        [
            rule_at("zero", x=alt.X("contribution:Q", **across)),
            ticks.encode(alt.X("each:Q", **across), y),
            means.encode(alt.X("contribution:Q", **across), y, tooltip=words),
        ],
        rows,
        description=N_("Contribution of a feature by its value"),
        columns=columns,
        height=ROW_HEIGHT * max(len(rows), 1),
        of=len(groups),
        datasets=ZERO,
    )


# --- One row, all columns -------------------------------------------------------------------
def waterfall_chart(waterfall: dict[str, Any]) -> Chart:
    """From the base value to one row's prediction, a bar a column, the largest first.

    Args:
        waterfall: {"base", "output", "unit": "log_odds" | "probability",
            "bars": [{"name", "value", "contribution"}]}; base and contributions sum to output.
    """
    series = {"raises": N_("Raises the prediction"), "lowers": N_("Lowers the prediction")}
    words = {
        "base": N_("Base value"),
        "rest": N_("All other features"),
        "output": N_("Prediction"),
    }
    columns: dict[str, Title] = {
        "label": N_("Column"),
        "contribution": N_("Contribution"),
        "end": UNITS[waterfall["unit"]],
    }
    rows = _waterfall_rows(waterfall)
    ends = [row["end"] for row in rows]
    across: dict[str, Any] = {
        "title": columns["end"],
        "scale": alt.Scale(
            domain=span(ends, LEAST_SPAN),
            nice=False,
            zero=False,
            rangeMin=4,
            rangeMax=alt.expr(f"width - {NUMBER_WIDTH}"),
        ),
        "axis": alt.Axis(tickCount=5),
    }
    return finished(
        _waterfall_layers(across, columns, series, DECIMALS[waterfall["unit"]]),
        rows,
        description=N_("Breakdown of one prediction"),
        columns=columns,
        series=series | words,
        height=ROW_HEIGHT * len(rows),
        of=len(waterfall["bars"]) + 2,
    )


def _waterfall_rows(waterfall: dict[str, Any]) -> list[Row]:
    """The base, a step from it for each column, and where the steps end."""
    bars = sorted(waterfall["bars"], key=lambda bar: -abs(bar["contribution"]))
    shown, rest = bars[:MAX_BARS], bars[MAX_BARS:]
    values = [short_names([bar["value"]])[0] for bar in shown]
    labels = short_names(
        f"{bar['name']} = {value}" for bar, value in zip(shown, values, strict=True)
    )
    steps: list[Row] = [
        {"label": label, "contribution": bar["contribution"]}
        for label, bar in zip(labels, shown, strict=True)
    ]
    if rest:
        left = sum(bar["contribution"] for bar in rest)
        steps.append({"label": "rest", "label_code": "rest", "contribution": left})
    at, output = waterfall["base"], waterfall["output"]
    rows: list[Row] = [{"label": "base", "label_code": "base", "start": at, "end": at}]
    for step in steps:
        start, size = rows[-1]["end"], step["contribution"]
        sign = "raises" if size >= 0 else "lowers"
        rows.append({**step, "series": sign, "start": start, "end": start + size})
    rows.append({"label": "output", "label_code": "output", "start": output, "end": output})
    for row, after in zip(rows, [*rows[1:], rows[-1]], strict=True):
        row["next"] = after["label"]
        if "label_code" in after:
            row["next_code"] = after["label_code"]
    return rows


def _waterfall_layers(
    across: dict[str, Any], columns: dict[str, Title], series: dict[str, str], decimals: int
) -> list[alt.Chart]:
    start, end, y = alt.X("start:Q", **across), alt.X("end:Q", **across), names_axis()
    is_bar = "isValid(datum.contribution)"
    bars = alt.Chart().transform_filter(is_bar)
    totals = alt.Chart().transform_filter(f"!{is_bar}")
    number = alt.Text("contribution:Q", format=f"+.{decimals}f")
    # Beside a bar that goes left there may be a column's name.
    right = alt.X("right:Q", **across)
    numbers = bars.transform_calculate(right="max(datum.start, datum.end)")
    sides: dict[str, Any] = {
        "y": names_axis().bandPosition(0.12),
        "y2": alt.Y2("label:N", bandPosition=0.88),
    }
    words = tooltip(columns, contribution="+.3f", end=".3f")
    # The base and the output are no contributions.
    total = tooltip({name: columns[name] for name in ("label", "end")}, end=".3f")
    sums = alt.Text("end:Q", format=f".{decimals}f")
    return [
        # All rows, in their order, before any layer that has only some.
        alt.Chart().mark_rule(opacity=0.35, aria=False).encode(end, y, y2="next:N"),
        bars.mark_bar(cornerRadius=2).encode(
            start, y, series_colour(series, columns=1), x2="end:Q", tooltip=words
        ),
        totals.mark_rule(strokeWidth=3).encode(end, tooltip=total, **sides),
        totals.mark_text(align="left", dx=7, fontWeight="bold", aria=False).encode(end, y, sums),
        numbers.mark_text(align="left", dx=5, aria=False).encode(right, y, number),
    ]
