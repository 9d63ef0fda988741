"""What the pages of an analysis say of its numbers: sentences, rows and texts, without a page."""

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from experiments.analysis.error_form import ErrorFilterForm
from experiments.analysis.mistakes import laid_out
from experiments.analysis.rows import told_text
from experiments.analysis.scores import (
    _reading_of_calibration,
    _reading_of_curve,
    _reading_of_loss,
)
from experiments.wording.interpretation import contributions_in_words, units_in_words


@pytest.mark.parametrize(
    ("method", "unit", "words"),
    [
        ("trees", "probability", "Exact for these trees, by comparison with 100 training rows"),
        ("linear", "log_odds", "Exact for this linear model"),
        ("rescaled_trees", "probability", "converts them to probability points in proportion"),
        ("tree_paths", "log_odds", "shap offers no probabilities for these"),
        ("tree_paths", "probability", "follow the paths in its trees (path-dependent)."),
        ("sampled", "probability", "19 values in 20 are right to within ± 0.013."),
        ("constant", "probability", "The model ignores the features"),
    ],
)
def test_it_is_said_how_contributions_were_computed(method: str, unit: str, words: str) -> None:
    found = {"method": method, "unit": unit, "background_rows": 100, "margin": None}
    if method == "sampled":
        found["margin"] = 0.01201
    with translation.override("en"):
        assert words in contributions_in_words(found)
        assert units_in_words([unit]) == []


def test_counts_agree_with_their_nouns() -> None:
    def loss(*test: float) -> dict[str, object]:
        return {"test": list(test), "iterations": list(range(1, len(test) + 1))}

    with translation.override("fr"):
        assert "après 1 itération et" in _reading_of_loss(loss(0.1, 0.5))
        assert "après 2 itérations et" in _reading_of_loss(loss(0.5, 0.1, 0.5))
        assert "Dans 1 des 10 groupes" in _reading_of_calibration(10, 1, 0)
        assert "trop sûr" not in _reading_of_calibration(10, 1, 0)
        assert "Le modèle y est trop sûr de lui." in _reading_of_calibration(10, 1, 1)
        assert "Dans 2 de ces groupes" in _reading_of_calibration(10, 3, 2)


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
        assert "trained on once" in _reading_of_curve(curve(0.95, folds=1))
        assert "trained on once" not in _reading_of_curve(curve(0.95))


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


def test_the_words_of_a_text_are_marked_by_what_they_do() -> None:
    found = {
        "name": "message",
        "text": "Nothing works, <b>NOTHING</b> at all",
        "words": {"nothing": 0.4, "works": -0.12, "at": 0.0001, "all": 0.0},
    }
    told = told_text(found)
    assert "".join(piece["text"] for piece in told["pieces"]) == found["text"]
    marked = {piece["text"]: piece["mark"] for piece in told["pieces"] if piece["mark"]}
    assert marked == {"Nothing": "raises-3", "NOTHING": "raises-3", "works": "lowers-2"}
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
