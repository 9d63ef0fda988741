"""Charts as people meet them: drawn under the product's own CSP, light and dark, in French."""

from __future__ import annotations

import csv
import io
import re
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect
from pytest_django.live_server_helper import LiveServer

from engine.charts import catalogue as charts
from tests.browser.chart_page import CURVE
from tests.browser.conftest import Person
from tests.engine.test_charts import CHARTS, NAMES, effect

pytestmark = [
    pytest.mark.serverless,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.browser.chart_page"),
]

MakeReader = Callable[..., Person]


@pytest.fixture
def reader(browser: Browser, live_server: LiveServer) -> Iterator[MakeReader]:
    contexts = []

    def make(
        *names: str, query: str = "", width: int = 1280, language: str = "fr-FR", **options: Any
    ) -> Person:
        context = browser.new_context(
            locale=language, viewport={"width": width, "height": 900}, **options
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        who = Person(context.new_page(), live_server.url)
        who.page.goto(f"{who.url}/charts/?{query}" + "".join(f"&name={name}" for name in names))
        return who

    yield make
    for context in contexts:
        context.close()


def svg(who: Person, place: int = 0) -> Locator:
    return who.page.locator("[data-chart]").nth(place).locator(".chart-area svg")


def strokes(who: Person) -> set[str]:
    paths = svg(who).locator("path[stroke]")
    return {path.get_attribute("stroke") or "" for path in paths.all()}


def saved(who: Person, kind: str) -> tuple[str, bytes]:
    with who.page.expect_download() as download:
        who.page.locator(f"[data-download={kind}]").first.click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


@pytest.mark.parametrize("width", [1280, 390])
def test_every_chart_is_drawn_and_fits(reader: MakeReader, width: int) -> None:
    who = reader(*CHARTS, width=width)
    for place in range(len(CHARTS)):
        who.page.locator("[data-chart]").nth(place).scroll_into_view_if_needed()
        expect(svg(who, place)).to_be_visible()
    assert who.page.evaluate("document.documentElement.scrollWidth") <= width
    too_wide = who.page.evaluate(
        "[...document.querySelectorAll('.chart-area svg')]"
        ".filter((svg) => svg.getBoundingClientRect().width > svg.parentElement.clientWidth + 1)"
        ".map((svg) => svg.closest('section').id)"
    )
    assert too_wide == []
    who.check()


def test_a_chart_below_is_drawn_only_when_it_comes_near(reader: MakeReader) -> None:
    who = reader(*list(CHARTS)[:8])
    expect(svg(who)).to_be_visible()
    expect(svg(who, 7)).to_have_count(0)
    # On paper it is its table.
    who.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert who.page.locator("[data-chart]").nth(7).locator("details").get_attribute("open") == ""
    assert who.page.locator("[data-chart]").nth(0).locator("details").get_attribute("open") is None
    who.page.locator("[data-chart]").nth(7).scroll_into_view_if_needed()
    expect(svg(who, 7)).to_be_visible()


def test_a_page_without_a_chart_does_not_load_vega(reader: MakeReader) -> None:
    who = reader()
    who.page.wait_for_load_state("networkidle")
    assert who.page.evaluate("window.vega === undefined")


def test_numbers_and_words_are_french(reader: MakeReader) -> None:
    who = reader("reliability")
    expect(svg(who)).to_contain_text("0,2")
    expect(svg(who)).to_contain_text("Part de positifs")
    assert "0.2" not in (svg(who).text_content() or "")
    svg(who).locator(".mark-symbol path").nth(3).hover(force=True)
    tip = who.page.locator("#vg-tooltip-element")
    expect(tip).to_be_visible()
    assert re.search(r"0,\d{3}", tip.inner_text())
    who.check()
    other = reader("reliability", language="en-GB")
    expect(svg(other)).to_contain_text("0.2")


def test_days_and_months_are_french(reader: MakeReader, monkeypatch: pytest.MonkeyPatch) -> None:
    days = [f"2024-{month:02d}-{day:02d}" for month in (2, 3) for day in (1, 8, 15, 22)]
    view = effect("date", days, days[2:4])
    monkeypatch.setitem(CHARTS, "effect of a date", lambda: charts.effect_chart(view))
    who = reader("effect of a date")
    expect(svg(who)).to_contain_text(re.compile(r"\b\d+ févr\.|\b\d+ mars"))
    who.check()


def test_a_long_name_leaves_the_drawing_its_room(
    reader: MakeReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = effect("number", [1.0, 2.0, 3.0], [2.0]) | {
        "feature": "a very long name of a column " * 4
    }
    monkeypatch.setitem(CHARTS, "effect of much", lambda: charts.effect_chart(view))
    who = reader("effect of much", width=390)
    expect(svg(who)).to_be_visible()
    # The plot itself, as wide as its horizontal grid lines.
    plot = who.page.locator(".chart-area svg .role-axis-grid line").evaluate_all(
        "lines => Math.max(...lines.map((line) => line.getBoundingClientRect().width))"
    )
    assert plot > 200


def test_the_other_theme_draws_it_again_in_other_colours(reader: MakeReader) -> None:
    who = reader("threshold", color_scheme="light")
    expect(svg(who)).to_be_visible()
    light = strokes(who)
    who.page.click("[data-theme-toggle]")
    expect(svg(who).locator(f"path[stroke='{first_colour(who)}']").first).to_be_visible()
    dark = strokes(who)
    assert len(dark & light) < len(light) / 2
    who.check()


def first_colour(who: Person) -> str:
    """The first series' colour of the theme that the page now has."""
    return str(
        who.page.evaluate(
            "getComputedStyle(document.documentElement).getPropertyValue('--chart-1').trim()"
        )
    )


def test_a_chart_that_htmx_brings_is_drawn(reader: MakeReader) -> None:
    who = reader("roc")
    expect(svg(who)).to_be_visible()
    who.page.evaluate(
        "htmx.ajax('GET', '/charts/?name=slices',"
        " {target: '#roc', select: '#slices', swap: 'outerHTML'})"
    )
    expect(who.page.locator("#slices .chart-area svg")).to_be_visible()
    who.check()


def test_a_chart_follows_the_width_of_its_place(reader: MakeReader) -> None:
    who = reader("roc")
    expect(svg(who)).to_be_visible()
    who.page.evaluate("document.querySelector('main .card').style.width = '400px'")
    expect(svg(who)).not_to_have_attribute("width", re.compile(r"^(4[0-9]{2}|[5-9]\d\d|\d{4})"))


def test_it_is_saved_as_picture_and_as_numbers(reader: MakeReader) -> None:
    who = reader("importance", query="title==Mes colonnes, à moi")
    expect(svg(who)).to_be_visible()
    width = float(svg(who).get_attribute("width") or 0)
    name, png = saved(who, "png")
    assert name == "mes-colonnes-à-moi.png"
    assert png.startswith(b"\x89PNG")
    assert struct.unpack(">I", png[16:20])[0] == pytest.approx(2 * width, abs=2)
    name, drawing = saved(who, "svg")
    assert name == "mes-colonnes-à-moi.svg"
    assert b"<svg" in drawing
    assert "Baisse du score" in drawing.decode()
    assert b'fill="#fff"' in drawing
    name, table = saved(who, "csv")
    assert name == "mes-colonnes-à-moi.csv"
    rows = list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))
    assert rows[0][0] == "Colonne"
    assert [row[0] for row in rows[1:3]] == NAMES[:2]
    assert [len(rows), rows[1][1]] == [21, "0.2"]
    who.check()


def test_a_csv_file_holds_no_formula(reader: MakeReader, monkeypatch: pytest.MonkeyPatch) -> None:
    def slices() -> Any:
        labels = ("=1+1", " @SUM(A1)", "＝x", "+x", "x=1")
        rows = [{"label": one, "rate": 0.2, "low": 0.1, "high": 0.3, "size": 9} for one in labels]
        return charts.slices_chart({"overall_rate": 0.1, "slices": rows})

    monkeypatch.setitem(CHARTS, "slices", slices)
    who = reader("slices")
    _name, table = saved(who, "csv")
    rows = list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == ["'=1+1", "' @SUM(A1)", "'＝x", "'+x", "x=1"]


def test_where_it_cannot_be_drawn_its_table_is_shown(reader: MakeReader) -> None:
    who = reader()
    who.page.route("**/vega.min.js", lambda route: route.abort())
    who.page.goto(f"{who.url}/charts/?name=roc")
    expect(who.page.get_by_text("n'a pas pu être dessiné")).to_be_visible()
    expect(who.page.locator("[data-chart] table")).to_be_visible()
    expect(who.page.locator(".chart-area")).to_be_hidden()


def test_without_script_the_numbers_are_there(reader: MakeReader) -> None:
    who = reader("roc", query="slider", java_script_enabled=False)
    expect(who.page.locator(".chart-area").first).to_be_hidden()
    who.page.locator("#roc summary").click()
    expect(who.page.locator("#roc table")).to_be_visible()
    place = CURVE["threshold"].index(0.5)
    expect(who.page.locator("[data-at=tp]")).to_have_text(str(CURVE["tp"][place]))


def test_the_slider_moves_the_matrix_and_the_line(reader: MakeReader) -> None:
    who = reader(query="slider")
    expect(svg(who)).to_be_visible()
    slider = who.page.get_by_label("Seuil", exact=True)
    counts = {name: who.page.locator(f"[data-at={name}]") for name in ("tn", "fp", "fn", "tp")}

    def shows(place: int) -> None:
        for name, element in counts.items():
            written = element.inner_text()
            assert int(re.sub(r"\D", "", written)) == CURVE[name][place]
        precision = f"{CURVE['precision'][place]:.3f}".replace(".", ",")
        expect(who.page.locator("[data-at=precision]")).to_have_text(precision)

    start = CURVE["threshold"].index(0.5)
    shows(start)
    slider.focus()
    slider.press("ArrowRight")
    shows(start + 1)
    expect(slider).to_have_attribute("aria-valuetext", "0,51")
    expect(who.page.locator("#slider output")).to_contain_text("Précision 0,")
    who.page.get_by_role("button", name="Meilleur").click()
    shows(CURVE["threshold"].index(0.31))
    who.page.get_by_role("button", name="seuil de cette exécution").click()
    shows(start)
    # The reader's line now lies on the solid one, the run's.
    line = who.page.locator(".threshold-line").bounding_box()
    rule = svg(who).locator(".mark-rule line").first.bounding_box()
    assert line is not None
    assert rule is not None
    assert line["x"] + line["width"] / 2 == pytest.approx(rule["x"] + rule["width"] / 2, abs=2)
    who.check()


def test_the_line_survives_the_other_theme(reader: MakeReader) -> None:
    who = reader(query="slider")
    expect(who.page.locator(".threshold-line")).to_be_visible()
    who.page.get_by_label("Seuil", exact=True).press("End")
    before = who.page.locator(".threshold-line").bounding_box()
    who.page.click("[data-theme-toggle]")
    expect(svg(who).locator(f"path[stroke='{first_colour(who)}']").first).to_be_visible()
    expect(who.page.locator(".threshold-line")).to_have_count(1)
    assert who.page.locator(".threshold-line").bounding_box() == before
