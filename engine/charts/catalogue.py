"""Views → Vega-Lite specs: one chart for the page, the notebook and the report.

Imports altair, so only workers and exports do. A spec has no colour, font or width of its
own: the theme of whoever embeds it gives them, and `range.category` the colours of series.
Fields have fixed names, because Vega reads `.` and `[` in a name as a path; users' text is
only ever a value, or a title in a list, which is not translated.
"""

from engine.charts.columns import effect_chart, importance_chart
from engine.charts.contributions import dependence_chart, waterfall_chart
from engine.charts.curves import (
    learning_chart,
    loss_chart,
    precision_recall_chart,
    reliability_chart,
    roc_chart,
    threshold_chart,
)
from engine.charts.runs import parallel_chart, roc_overlay_chart
from engine.charts.slices import slices_chart
from engine.charts.words import words_chart

__all__ = [
    "dependence_chart",
    "effect_chart",
    "importance_chart",
    "learning_chart",
    "loss_chart",
    "parallel_chart",
    "precision_recall_chart",
    "reliability_chart",
    "roc_chart",
    "roc_overlay_chart",
    "slices_chart",
    "threshold_chart",
    "waterfall_chart",
    "words_chart",
]
