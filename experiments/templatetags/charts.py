"""Stored charts on pages: drawn by the browser, and readable without scripts."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import Any

from django import template
from django.utils.translation import gettext

from engine.charts.text import Chart, localised, table
from engine.spec.metrics import METRICS
from experiments.templatetags.experiments import cell, score

register = template.Library()

# A page is no spreadsheet: all rows are in the CSV file.
MAX_ROWS = 50
COUNTS = ("tn", "fp", "fn", "tp")
MEASURES = ("precision", "recall", "f1", "accuracy", "expected_cost")


# --- Charts ----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Cell:
    """A value of a chart's table as it is written."""

    text: str
    is_number: bool


@register.inclusion_tag("experiments/chart.html")
def chart(stored: dict[str, Any], title: str = "") -> dict[str, Any]:
    """A figure with the chart, its table, and both to download.

    Args:
        stored: `Chart.to_dict()`, in English.
        title: stands above the chart and names it and its files; without one it is named
            by its description, and the page's own heading stands above it.
    """
    found = localised(Chart(**stored), gettext)
    numbers = table(found)
    name = title or found.spec["description"]
    content = {
        "name": name,
        "spec": found.spec,
        "columns": list(zip(found.columns, numbers.headers, strict=True)),
    }
    return {
        "title": title,
        "name": name,
        # The same chart has the same id, by which a table stays unfolded when a page is renewed.
        "id": f"chart-{zlib.crc32(json.dumps(content, default=str).encode()):08x}",
        "content": content,
        "headers": list(zip(numbers.headers, _number_columns(numbers.rows), strict=True)),
        "rows": [[_cell(value) for value in row] for row in numbers.rows[:MAX_ROWS]],
        "left": max(0, len(numbers.rows) - MAX_ROWS),
        "shown": found.shown,
        "of": found.of,
        "is_part": found.shown < found.of,
    }


def _number_columns(rows: tuple[tuple[Any, ...], ...]) -> list[bool]:
    columns = zip(*rows, strict=True)
    return [all(_is_number(value) or value is None for value in column) for column in columns]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _cell(value: Any) -> Cell:
    """Numbers with the digits that a reader compares; the CSV file has all that are stored."""
    if not _is_number(value):
        return Cell(cell(value), is_number=False)
    short = float(f"{value:.4g}") if abs(value) < 1_000 else float(round(value))
    return Cell(cell(short).replace("-", "−"), is_number=True)


# --- The threshold -----------------------------------------------------------------------------
@dataclass(frozen=True)
class Measure:
    """A metric at the threshold that is shown."""

    name: str
    label: str
    text: str


@register.inclusion_tag("experiments/threshold_slider.html")
def threshold_slider(
    curve: dict[str, Any],
    threshold: float,
    best: float | None = None,
    *,
    negative_class: str,
    positive_class: str,
    stored_chart: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Confusion matrix and metrics at a threshold that the reader moves.

    Args:
        curve: `ThresholdCurve.to_dict()`.
        threshold: the run's, shown first and without script; as the nearest of the curve's.
        best: what out-of-fold predictions choose.
        stored_chart: the threshold chart, drawn beside, with a line at the reader's threshold.
    """
    start = _nearest(curve["threshold"], threshold)
    names = [name for name in MEASURES if curve[name] is not None]
    if "precision" in names:
        curve = curve | {"precision": _where_anything_is_said(curve)}
    at = {name: curve[name][start] for name in (*COUNTS, *names)}
    values = {
        name: [None if v is None else round(v, 4) for v in curve[name]]
        for name in ("threshold", *COUNTS, *names)
    }
    return {
        "values": values,
        "start": start,
        "last": len(curve["threshold"]) - 1,
        "shown_threshold": score(curve["threshold"][start], 2),
        "run_threshold": score(threshold, 2),
        "best": None if best is None else _nearest(curve["threshold"], best),
        "best_threshold": score(best, 2),
        "at": at,
        "measures": [
            Measure(name, gettext(METRICS[name].label), score(at[name])) for name in names
        ],
        "negative_class": negative_class,
        "positive_class": positive_class,
        "stored_chart": stored_chart,
    }


def _where_anything_is_said(curve: dict[str, Any]) -> list[float | None]:
    """The precision at each threshold; None where no row is predicted positive."""
    points = zip(curve["precision"], curve["tp"], curve["fp"], strict=True)
    return [value if tp or fp else None for value, tp, fp in points]


def _nearest(thresholds: list[float], threshold: float) -> int:
    return min(range(len(thresholds)), key=lambda place: abs(thresholds[place] - threshold))
