"""One drawing of a ruler, on pages, in the log, the notebook and the slides."""

import base64
import io
import json
import re

import pytest
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils import translation
from PIL import Image

from classrooms.models import Seat
from engine.judge.verdict import Forecast
from experiments.exports.documents.deck import html_deck
from experiments.exports.documents.html_log import html_log
from experiments.exports.documents.log import experiment_log
from experiments.exports.notebooks.notebook import build_notebook
from experiments.exports.record import record_of
from experiments.forecasts.drawing import HEIGHT, ruler_png, ruler_svg
from experiments.forecasts.ruler import draw_ruler
from experiments.models import Experiment, Run
from experiments.pages.run_page import run_page
from experiments.talks.slides import Deck
from tests import factories

FORECAST = Forecast("rises", size=0.02, low=0.01, high=0.03)


@pytest.fixture
def member(db: None) -> Seat:
    member = factories.join(factories.make_dojo(language="en"))
    first = factories.submit(member, "logistic_regression")
    factories.finish(first, test=0.9)
    second = factories.submit(member, "decision_tree", compared_to=first, expected_effect=0.05)
    factories.finish(second)
    found = {"roc_auc": {"low": 0.01, "high": 0.08, "estimate": 0.05}}
    Run.objects.filter(experiment=second).update(comparison={"differences": found})
    return member


def test_every_document_has_the_drawing_of_the_page(member: Seat) -> None:
    result = run_page(Experiment.objects.get(seat=member, number=2))
    assert result.ruler is not None
    drawing, record = ruler_svg(result.ruler), record_of(member)
    page = render_to_string("experiments/forecast/verdict.html", {"result": result})
    with translation.override("en"):
        deck = html_deck(Deck(record))
    for document in (page, html_log(record), deck):
        assert drawing in document
    assert "tooltip" in page
    assert "tooltip" not in html_log(record) + deck
    line = "ROC AUC: forecast range +0.025 … +0.075; measured +0.010 … +0.080; too small"
    assert line in experiment_log(record)
    cells = {
        one["id"]: "".join(one["source"]) for one in json.loads(build_notebook(record))["cells"]
    }
    picture = re.fullmatch(r"!\[.+\]\(data:image/png;base64,(.+)\)", cells["ruler-2"])
    assert picture is not None
    assert base64.b64decode(picture[1]) == ruler_png(result.ruler)
    assert line in cells["results-2"]
    assert "ruler-1" not in cells


def test_what_was_not_forecast_has_none(member: Seat) -> None:
    QuerySet(Experiment).filter(seat=member).update(forecast_kind="")
    record = record_of(member)
    assert 'class="ruler' not in html_log(record)
    assert '"ruler-2"' not in build_notebook(record)


def test_its_places_are_numbers_in_every_language() -> None:
    ruler = draw_ruler(FORECAST, margin=0.005, visible=0.0123, measured=(0.004, 0.021))
    with translation.override("en"):
        english = ruler_svg(ruler)
    with translation.override("fr"):
        assert ruler_svg(ruler) == english
    assert not re.search(r'="[\d.]*,', english)


def test_the_picture_shows_the_same_marks() -> None:
    ruler = draw_ruler(FORECAST, margin=0.005, measured=(0.004, 0.021), estimate=0.012)
    picture = Image.open(io.BytesIO(ruler_png(ruler))).convert("RGB")
    assert ruler.forecast
    assert ruler.margin

    def at(x: float, y: float) -> tuple[int, ...]:
        pixel = picture.getpixel((x * picture.width / 100, y * picture.height / HEIGHT))
        assert isinstance(pixel, tuple)
        return pixel

    assert at(ruler.forecast.middle, 6) == (0xAE, 0x3E, 0xC9)
    assert at(ruler.forecast.middle, 2) == (255, 255, 255)
    assert at(ruler.margin.x + 1, 2) == (212, 216, 220), "28% of the grey"
