"""The charts of pages: safe, translated, and readable without being drawn."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.template import engines
from django.utils import translation

from engine.charts.text import Chart

NASTY = "</script><b>"
CURVE: dict[str, Any] = {
    "threshold": [0.25, 0.5, 0.75],
    "tn": [10, 1500, 30],
    "fp": [9, 8, 7],
    "fn": [1, 2, 3],
    "tp": [60, 50, 40],
    "precision": [0.1, 0.2, 0.3],
    "recall": [0.9, 0.8, 0.7],
    "f1": [0.2, 0.4, 0.5],
    "accuracy": [0.5, 0.6, 0.7],
    "balanced_accuracy": [0.5, 0.6, 0.7],
    "mcc": [0.1, 0.2, 0.3],
    "expected_cost": None,
}
# What the slider shows: its name, and the number.
MEASURE = r'data-at="(\w+)">\s*([^<]*?)\s*<'


@pytest.fixture(autouse=True)
def french() -> Iterator[None]:
    with translation.override("fr"):
        yield


def stored(rows: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    spec = {
        "description": "Feature importance",
        "height": 100,
        "datasets": {"rows": rows},
        "encoding": {"x": {"field": "label", "title": [NASTY]}},
    }
    columns = {"label": "Column", "share": "Score drop", "theirs": [NASTY]}
    chart = Chart(spec, {}, columns, len(rows), len(rows))
    return chart.to_dict() | changes


def rendered(call: str, **context: Any) -> str:
    return engines["django"].from_string("{% load charts %}" + call).render(context)


def payload(html: str) -> dict[str, Any]:
    (text,) = re.findall(r'<script type="application/json">(.*?)</script>', html, re.DOTALL)
    found: dict[str, Any] = json.loads(text)
    return found


def test_users_text_stays_text() -> None:
    rows = [{"label": NASTY, "share": 0.5, "theirs": "<i>"}]
    html = rendered("{% chart stored title=title %}", stored=stored(rows), title=NASTY)
    assert NASTY not in html
    assert "<i>" not in html
    assert html.count("</script>") == 1
    found = payload(html)
    assert found["name"] == NASTY
    assert found["spec"]["datasets"]["rows"] == rows
    assert found["columns"][2] == ["theirs", NASTY]


def test_words_and_numbers_are_the_readers() -> None:
    rows = [
        {"label": "âge", "share": -0.123456, "theirs": 12345.6},
        {"label": None, "share": 2.0, "theirs": 3},
    ]
    with translation.override("fr"):
        html = rendered("{% chart stored %}", stored=stored(rows))
    assert 'aria-label="Importance des variables"' in html
    assert payload(html)["columns"][:2] == [
        ["label", "Colonne"],
        ["share", "Baisse du score"],
    ]
    cells = re.findall(r"<td class=\"([^\"]*)\">\s*([^<]*?)\s*<", html)
    assert [text for _look, text in cells] == ["âge", "−0,1235", "12346", "–", "2", "3"]
    assert ["text-end" in look for look, _text in cells] == [False, True, True, False, True, True]


@pytest.mark.parametrize(("count", "told"), [(50, ""), (51, "1 ligne"), (70, "20 lignes")])
def test_a_long_table_says_how_many_rows_are_left_out(count: int, told: str) -> None:
    rows = [{"label": str(n), "share": 0.1, "theirs": "x"} for n in range(count)]
    with translation.override("fr"):
        html = rendered("{% chart stored %}", stored=stored(rows, of=90))
    assert html.count("<tr>") == 1 + min(count, 50)
    assert ("fichier CSV" in html) == bool(told)
    assert told in html
    assert f"({count} sur 90)" in html
    assert len(payload(html)["spec"]["datasets"]["rows"]) == count


def test_a_chart_keeps_its_id_and_another_has_another() -> None:
    def id_of(share: float) -> str:
        rows = [{"label": "a", "share": share, "theirs": "x"}]
        html = rendered("{% chart stored %}", stored=stored(rows))
        return re.findall(r'<details id="(chart-\w+)"', html)[0]

    assert id_of(0.1) == id_of(0.1) != id_of(0.2)


def test_without_script_the_slider_shows_the_runs_threshold() -> None:
    call = "{% threshold_slider curve 0.49 negative_class=no positive_class=yes %}"
    with translation.override("fr"):
        html = rendered(call, curve=CURVE, no=NASTY, yes="oui")
    at = dict(re.findall(MEASURE, html))
    assert at == {
        "threshold": "0,50",
        "tn": "1\xa0500",
        "fp": "8",
        "fn": "2",
        "tp": "50",
        "precision": "0,200",
        "recall": "0,800",
        "f1": "0,400",
        "accuracy": "0,600",
    }
    assert 'value="1"' in html
    assert "Le seuil de cette exécution (0,49)" in html
    assert NASTY not in html
    assert html.count("data-place=") == 1
    assert "mcc" not in payload(html)


def test_the_slider_offers_the_best_threshold_and_the_cost() -> None:
    call = "{% threshold_slider curve 0.5 0.75 negative_class='no' positive_class='yes' %}"
    html = rendered(call, curve=CURVE | {"expected_cost": [3.0, 1.5, -2.25]})
    assert re.findall(r'data-place="(\d+)"', html) == ["1", "2"]
    assert dict(re.findall(MEASURE, html))["expected_cost"] == "1,500"
    assert payload(html)["expected_cost"] == [3.0, 1.5, -2.25]
