"""What the pages of an analysis say of its numbers: sentences, rows and texts, without a page."""

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from experiments.analysis.mistakes import laid_out
from experiments.analysis.rows import told_text
from experiments.analysis.scores import (
    _reading_of_calibration,
    _reading_of_curve,
    _reading_of_loss,
)
from experiments.error_form import ErrorFilterForm
from experiments.verdict import score_verdict


def test_counts_agree_with_their_nouns() -> None:
    def loss(*test: float) -> dict[str, object]:
        return {"test": list(test), "iterations": list(range(1, len(test) + 1))}

    with translation.override("fr"):
        assert "après 1 itération et" in _reading_of_loss(loss(0.1, 0.5))
        assert "après 2 itérations et" in _reading_of_loss(loss(0.5, 0.1, 0.5))
        assert "Pour 1 des 10 groupes" in _reading_of_calibration(10, 1, 0)
        assert "trop sûr" not in _reading_of_calibration(10, 1, 0)
        assert "Le modèle y est trop sûr de lui." in _reading_of_calibration(10, 1, 1)
        assert "Pour 2 d'entre eux" in _reading_of_calibration(10, 3, 2)


def test_a_learning_curve_that_falls_is_said_to_fall() -> None:
    def curve(last: float, folds: int = 3) -> dict[str, object]:
        points = [
            {"rows": rows, "train": 0.99, "check": check, "check_std": 0.0}
            for rows, check in ((100, 0.9), (2000, last))
        ]
        return {"metric": "roc_auc", "points": points, "folds": folds}

    with translation.override("en"):
        assert "From 100 to 2,000 rows" in _reading_of_curve(curve(0.85))
        assert "gets worse, by 0.05" in _reading_of_curve(curve(0.85))
        assert "still improves by 0.05" in _reading_of_curve(curve(0.95))
        assert "hardly moves" in _reading_of_curve(curve(0.901))
        assert "learned once" in _reading_of_curve(curve(0.95, folds=1))
        assert "learned once" not in _reading_of_curve(curve(0.95))


def test_a_category_may_be_called_missing() -> None:
    def row(number: int, value: str | None) -> dict[str, object]:
        return {"row": number, "kind": "false_positive", "confidence": 1.0, "cost": None} | {
            "values": [value]
        }

    table = {
        "columns": [{"name": "colour", "type": "categorical"}],
        "rows": [row(1, "(missing)"), row(2, "missing"), row(3, None), row(4, "=missing")],
    }
    offered = dict(ErrorFilterForm({"column": "colour"}, table=table).fields["value"].choices)
    found = [
        [
            row["row"]
            for row in ErrorFilterForm({"column": "colour", "value": v}, table=table).selected()
        ]
        for v in offered
        if v
    ]
    assert sorted(found) == [[1], [2], [3], [4]]


@pytest.mark.parametrize(
    ("interval", "higher_is_better"), [([0.5, 0.6], False), ([0.1, 0.2], True)]
)
def test_a_refuted_score_is_worse_whichever_way_the_metric_goes(
    interval: list[float], higher_is_better: bool
) -> None:
    with translation.override("en"):
        found = score_verdict(interval, 0.3, higher_is_better=higher_is_better)
    assert (found.label, found.reason) == (
        "Refuted",
        "The whole interval is worse than the score that you predicted.",
    )


def test_the_words_of_a_text_are_marked_by_what_they_do() -> None:
    found = {
        "name": "message",
        "text": "Nothing works, <b>NOTHING</b> at all",
        "words": {"nothing": 0.4, "works": -0.12, "at": 0.0001, "all": 0.0},
    }
    told = told_text(found)
    assert "".join(piece["text"] for piece in told["pieces"]) == found["text"]
    marked = {
        piece["text"]: (piece["strength"], piece["raises"])
        for piece in told["pieces"]
        if piece["strength"]
    }
    assert marked == {"Nothing": (3, True), "NOTHING": (3, True), "works": (2, False)}
    assert [one["word"] for one in told["ranked"]] == ["nothing", "works"]
    shown = render_to_string("experiments/analysis/words.html", {"text": told})
    assert '<mark class="raises-3">Nothing</mark> <mark class="lowers-2">works</mark>' in shown
    assert "&lt;" in shown
    assert "<b>" not in shown


def test_a_text_stands_first_among_errors_and_is_searched() -> None:
    columns = [{"name": "age", "type": "numeric"}, {"name": "message", "type": "text"}]
    rows = [
        {"row": n, "kind": "false_positive", "confidence": 1.0, "cost": None, "values": [n, text]}
        for n, text in enumerate(["Bravo again", "all is well"], start=1)
    ]
    table = {"rows": rows, "columns": columns}
    form = ErrorFilterForm({"column": "message", "contains": "bravo"}, table=table)
    assert [row["row"] for row in form.selected()] == [1]
    (cells,) = [row["cells"] for row in laid_out(form.selected(), table)]
    assert [cell["value"] for cell in cells] == ["Bravo again", 1]
