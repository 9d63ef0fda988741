"""Draw stored charts without a browser. Only workers import this."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import vl_convert
from PIL import Image

from engine.charts.text import Chart
from experiments.exports.documents.pictures import chart_digest, charts_to_draw
from experiments.models import Picture, Run

WIDTH = 360
PNG_SCALE = 1.6
COLOURS = 64

INK, AXIS, GRID = "#3b3f46", "#868c94", "#e6e8eb"
CATEGORY = ["#115fdb", "#db7100", "#24a480", "#ad419e", "#7b400b", "#4a4e4e"]
RAMP = ["#6a9be6", "#0a2a6b"]
WORDS = {"labelColor": INK, "titleColor": INK, "labelFontSize": 12, "titleFontSize": 12}
# The look of charts on pages (product.css), on paper.
CONFIG: dict[str, Any] = {
    "background": "white",
    "font": "Liberation Sans, Arial, sans-serif",
    "padding": {"left": 0, "right": 8, "top": 4, "bottom": 4},
    "view": {"stroke": None},
    "axis": WORDS
    | {"domainColor": AXIS, "tickColor": AXIS, "gridColor": GRID, "titleFontWeight": "normal"},
    "axisX": {"titleLimit": WIDTH - 80},
    "legend": WORDS | {"orient": "top", "titleFontWeight": "normal", "rowPadding": 4},
    "mark": {"color": CATEGORY[0]},
    "rule": {"color": INK},
    "text": {"color": INK, "fontSize": 12},
    "tick": {"color": INK},
    "range": {"category": CATEGORY, "ramp": RAMP, "heatmap": RAMP, "diverging": RAMP},
}
NUMBERS: Mapping[str, dict[str, Any]] = {
    "fr": {"decimal": ",", "thousands": "\u202f", "grouping": [3], "currency": ["", "\u00a0€"]},
    "en": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["€", ""]},
}


def draw_missing(run: Run, language: str) -> None:
    """Draw the charts of a run that are not drawn yet, or were recomputed since."""
    stored = dict(Picture.objects.filter(run=run, language=language).values_list("view", "digest"))
    for view, chart in charts_to_draw(run):
        digest = chart_digest(chart)
        if stored.get(view) == digest:
            continue
        svg, png = draw(chart, language)
        Picture.objects.update_or_create(
            run=run,
            view=view,
            language=language,
            defaults={"svg": svg, "png": png, "digest": digest},
        )


def draw(chart: Chart, language: str) -> tuple[str, bytes]:
    """The chart as SVG and as PNG."""
    spec = {key: value for key, value in chart.spec.items() if key != "params"}
    spec |= {"width": WIDTH, "config": CONFIG}
    settings: dict[str, Any] = {"format_locale": NUMBERS.get(language, NUMBERS["en"])}
    svg = vl_convert.vegalite_to_svg(spec, **settings)
    png = vl_convert.svg_to_png(svg, scale=PNG_SCALE)
    return svg, _small(png)


def _small(png: bytes) -> bytes:
    """The picture with as many colours as a chart has: a fifth of the bytes."""
    buffer = io.BytesIO()
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    picture.quantize(COLOURS).save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()
