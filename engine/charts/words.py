"""The chart of the effects of words."""

from __future__ import annotations

from typing import Any

import altair as alt

from engine.charts.parts import ROW_HEIGHT, finished, names_axis, rule_at, series_colour, tooltip
from engine.charts.text import Chart, Title
from engine.messages import N_

MAX_WORDS = 16


def words_chart(words: list[dict[str, Any]]) -> Chart:
    """Effect of each word on the probability, the largest increase first.

    Args:
        words: of `WordEffect.to_dict()`, those that do most first.
    """
    series = {"raises": N_("Raises the prediction"), "lowers": N_("Lowers the prediction")}
    columns: dict[str, Title] = {
        "label": N_("Word"),
        "effect": N_("Mean change in probability"),
        "texts": N_("Texts"),
    }
    shown = sorted(words[:MAX_WORDS], key=lambda one: -one["effect"])
    rows = [
        {
            "label": one["word"],
            "effect": one["effect"],
            "texts": one["texts"],
            "series": "raises" if one["effect"] >= 0 else "lowers",
        }
        for one in shown
    ]
    across = alt.X("effect:Q", title=columns["effect"], axis=alt.Axis(tickCount=5, format="+.2f"))
    words_told = tooltip(columns, effect="+.3f", texts=",")
    bars = alt.Chart().mark_bar(cornerRadius=2)
    return finished(
        [
            rule_at("zero", x=across),
            bars.encode(across, names_axis(), series_colour(series), tooltip=words_told),
        ],
        rows,
        description=N_("Effect of the words of a text"),
        columns=columns,
        series=series,
        height=ROW_HEIGHT * max(len(rows), 1),
        of=len(words),
        datasets={"zero": [{"effect": 0}]},
    )
