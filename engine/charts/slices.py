"""The chart of error rates by subgroup."""

from __future__ import annotations

from typing import Any

import altair as alt

from engine.charts.parts import DASHED, ROW_HEIGHT, finished, tooltip
from engine.charts.text import Chart, Title
from engine.messages import N_

MAX_SLICES = 15


def slices_chart(view: dict[str, Any]) -> Chart:
    """Error rate of each slice with its interval, beside the rate of all rows.

    Args:
        view: {"overall_rate", "slices": [{"label", "rate", "low", "high", "size"}]}; labels
            differ, and may be codes that `chart_text.relabelled` replaces.
    """
    columns: dict[str, Title] = {
        "label": N_("Subgroup"),
        "rate": N_("Error rate"),
        "low": N_("Lower bound of the interval (95%)"),
        "high": N_("Upper bound of the interval (95%)"),
        "size": N_("Rows"),
    }
    rows = [{name: one[name] for name in columns} for one in view["slices"][:MAX_SLICES]]
    most = max([row["high"] for row in rows] + [view["overall_rate"]], default=1.0)
    scale = alt.Scale(domain=[0, min(1.0, most * 1.05) or 1.0], nice=False)
    axis = alt.Axis(format="%", tickCount=5)
    # Conditions are long: they stand above their line, with the whole width for them.
    y = alt.Y("label:N", sort=None, axis=None)
    rate = alt.X("rate:Q", title=columns["rate"], scale=scale, axis=axis)
    low = alt.X("low:Q", title=columns["rate"], scale=scale, axis=axis)
    size = alt.Size("size:Q", legend=None, scale=alt.Scale(domainMin=0, range=[30, 260]))
    words = tooltip(columns, rate=".1%", low=".1%", high=".1%", size=",")
    beneath = alt.Y("label:N", sort=None, axis=None, bandPosition=0.48)
    overall = alt.Chart().mark_rule(strokeDash=DASHED, opacity=0.7, aria=False)
    text = alt.Chart().mark_text(
        align="left", baseline="bottom", dx=4, dy=-2, fontSize=12, limit=alt.expr("width - 8")
    )
    line = alt.Chart().mark_rule(strokeWidth=2, opacity=0.6, yOffset=9, aria=False)
    dot = alt.Chart().mark_point(filled=True, opacity=1, yOffset=9)
    layers = [
        overall.encode(
            alt.XDatum(view["overall_rate"]), beneath, y2=alt.Y2("label:N", bandPosition=1)
        ),
        line.encode(low, y, x2="high:Q"),
        dot.encode(rate, y, size, tooltip=words),
        text.encode(alt.XDatum(0), y, text="label:N"),
    ]
    return finished(
        layers,
        rows,
        description=N_("Error rate by subgroup"),
        columns=columns,
        height=2 * ROW_HEIGHT * max(len(rows), 1),
        of=len(view["slices"]),
    )
