"""Charts of features over many rows: importance, contributions, effects."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np

from engine.charts.parts import (
    ROW_HEIGHT,
    Row,
    by_series,
    dataset,
    evenly,
    finished,
    moments,
    names_axis,
    pointer_rule,
    series_colour,
    series_scale,
    short_names,
    tooltip,
)
from engine.charts.text import Chart, Title
from engine.messages import N_

MAX_COLUMNS = 20
MAX_CURVES = 30
MAX_POINTS = 1_200
MAX_CATEGORIES = 25
MEAN_SHAP = {
    "probability": N_("Mean |SHAP| (probability points)"),
    "log_odds": N_("Mean |SHAP| (log-odds)"),
}
# The longest bar ends a little before the edge.
ROOM = 1.02


# --- Importance -----------------------------------------------------------------------------
def importance_chart(
    importance: dict[str, Any],
    contributions: list[dict[str, Any]] | None = None,
    *,
    unit: str = "probability",
) -> Chart:
    """The most important columns; beside each bar that of its mean |SHAP|, on its own scale.

    Args:
        importance: `Importance.to_dict()`.
        contributions: {"name", "mean_abs"} of columns, in any order.
        unit: of the contributions, "probability" or "log_odds".
    """
    size = {one["name"]: one["mean_abs"] for one in contributions or []}
    series = {"permutation": N_("Permutation (bottom axis)")}
    if contributions:
        series["shap"] = N_("SHAP (top axis)")
    columns: dict[str, Title] = {
        "label": N_("Column"),
        "permutation": N_("Score drop when shuffled"),
        "std": N_("Standard deviation over repeats"),
    }
    if contributions:
        columns["shap"] = N_("Mean absolute contribution")
    rows = []
    drawn = importance["columns"][:MAX_COLUMNS]
    for label, column in zip(short_names(one["name"] for one in drawn), drawn, strict=True):
        mean, std = column["mean"], column["std"]
        row = {"label": label, "permutation": mean, "std": std}
        row |= {"low": mean - std, "high": mean + std}
        rows.append(row | ({"shap": size.get(column["name"], 0.0)} if contributions else {}))
    scales = _scales(rows)
    titles = {"permutation": N_("Score drop"), "shap": MEAN_SHAP[unit]}
    words = tooltip(columns, permutation=".4f", std=".4f", shap=".4f")
    across: dict[str, Any] = {
        "y": names_axis(),
        "yOffset": alt.YOffset("series:N", scale=series_scale(series)),
    }
    layers: list[Any] = []
    for code in series:
        is_first = code == "permutation"
        axis = alt.Axis(orient="bottom" if is_first else "top", tickCount=4, grid=is_first)
        along: dict[str, Any] = {"title": titles[code], "scale": scales[code], "axis": axis}
        bars = by_series([code]).mark_bar(cornerRadiusEnd=2)
        colour = series_colour(series, columns=1)
        layer = bars.encode(alt.X("value:Q", **along), colour, tooltip=words, **across)
        if is_first:
            spread = by_series([code]).mark_rule(strokeWidth=1.5, opacity=0.7, aria=False)
            layer = layer + spread.encode(alt.X("low:Q", **along), x2="high:Q", **across)
        layers.append(layer)
    return finished(
        layers,
        rows,
        description=N_("Feature importance"),
        columns=columns,
        series=series,
        height=(ROW_HEIGHT + 6 * (len(series) - 1)) * max(len(rows), 1),
        of=len(importance["columns"]),
        independent=("x",),
    )


def _scales(rows: list[Row]) -> dict[str, alt.Scale]:
    """One scale for each measure, with their zeros at the same place.

    However far importances fall below zero, a third of the width is left to what is above.
    """
    lowest = min([0.0, *(row["low"] for row in rows)])
    highest = {
        "permutation": max([-lowest / 2, *(row["high"] for row in rows)]) or 1.0,
        "shap": max([0.0, *(row.get("shap", 0.0) for row in rows)]) or 1.0,
    }
    below = lowest / highest["permutation"]
    return {
        code: alt.Scale(domain=[below * most * ROOM, most * ROOM], nice=False)
        for code, most in highest.items()
    }


# --- Effect of one column -----------------------------------------------------------------------
def effect_chart(effect: dict[str, Any]) -> Chart:
    """Predictions as one feature changes: the mean, and single rows behind it.

    Args:
        effect: `Effect.to_dict()`, of which are read "feature", "kind", "grid", "mean",
            "curves" and "deciles".
    """
    columns: dict[str, Title] = {
        "x": [effect["feature"]],
        "mean": N_("Mean predicted probability"),
    }
    if effect["kind"] == "category":
        return _effect_of_category(effect, columns)
    most = max(2, min(MAX_CURVES, MAX_POINTS // max(len(effect["grid"]), 1)))
    drawn = [effect["curves"][place] for place in evenly(len(effect["curves"]), most)]
    is_date = effect["kind"] == "date"
    grid = moments(effect["grid"]) if is_date else effect["grid"]
    deciles = moments(effect["deciles"]) if is_date else effect["deciles"]
    # The grid leaves out the furthest values; ticks there would stretch the picture.
    deciles = [value for value in deciles if grid[0] <= value <= grid[-1]]
    rows = [
        {
            "x": value,
            "mean": effect["mean"][place],
            "each": [round(float(curve[place]), 3) for curve in drawn],
            "curve": list(range(len(drawn))),
        }
        for place, value in enumerate(grid)
    ]
    x: Any = alt.X("x:Q", scale=alt.Scale(zero=False, nice=False))
    if is_date:
        x = alt.X("x:T", scale=alt.Scale(type="utc", nice=False))
    x = x.title(columns["x"]).axis(grid=False, tickCount=6, labelOverlap=True)
    up: dict[str, Any] = {"title": N_("Predicted probability"), "axis": alt.Axis(tickCount=5)}
    single = alt.Chart().transform_flatten(["each", "curve"])
    words = tooltip(columns, mean=".3f")
    layers = [
        single.mark_line(strokeWidth=1, opacity=0.25, aria=False).encode(
            x, alt.Y("each:Q", **up), detail="curve:N"
        ),
        alt.Chart().mark_line(strokeWidth=3.5, aria=False).encode(x, alt.Y("mean:Q", **up)),
        dataset("deciles")
        .mark_tick(orient="vertical", height=8, thickness=1, opacity=0.6, yOffset=-4)
        .encode(x, y=alt.value("height")),
        pointer_rule(x, words),
    ]
    return finished(
        layers,
        rows,
        description=N_("Effect of a feature"),
        columns=columns,
        of=len(rows),
        datasets={"deciles": [{"x": value} for value in deciles]},
    )


def _effect_of_category(effect: dict[str, Any], columns: dict[str, Title]) -> Chart:
    """Bars of the mean, with a line from the tenth to the ninetieth percentile of the rows."""
    curves = np.array(effect["curves"], dtype="float64").reshape(-1, len(effect["grid"]))
    low, high = np.quantile(curves, [0.1, 0.9], axis=0) if len(curves) else (effect["mean"],) * 2
    highest = np.argsort(-np.array(effect["mean"]), kind="stable")[:MAX_CATEGORIES].tolist()
    names = short_names(effect["grid"][place] for place in highest)
    rows = [
        {
            "x": name,
            "mean": effect["mean"][place],
            "low": float(low[place]),
            "high": float(high[place]),
        }
        for name, place in zip(names, highest, strict=True)
    ]
    columns |= {"low": N_("One row in ten is below"), "high": N_("One row in ten is above")}
    across: dict[str, Any] = {"title": N_("Predicted probability"), "axis": alt.Axis(tickCount=5)}
    y, words = names_axis("x", columns["x"]), tooltip(columns, mean=".3f", low=".3f", high=".3f")
    bars = alt.Chart().mark_bar(cornerRadiusEnd=2)
    spread = alt.Chart().mark_rule(strokeWidth=1.5, opacity=0.7, aria=False)
    return finished(
        [
            bars.encode(alt.X("mean:Q", **across), y, tooltip=words),
            spread.encode(alt.X("low:Q", **across), y, x2="high:Q"),
        ],
        rows,
        description=N_("Effect of a feature"),
        columns=columns,
        height=ROW_HEIGHT * max(len(rows), 1),
        of=len(effect["grid"]),
    )
