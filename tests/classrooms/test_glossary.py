"""The glossary: whole in both languages, on Help, and beside the words of the pages."""

import re
from pathlib import Path

from django.template import Context, Template
from django.utils import translation

from classrooms.glossary.terms import TERMS, sorted_terms
from experiments.forecasts.ruler import Band, Ruler
from experiments.leaderboard.rigour import COUNTS
from experiments.wording.verdict import VERDICTS
from tests.product import ROOT

USED = re.compile(r"{% term \"([a-z0-9_]+)\"")


def used_terms() -> set[str]:
    """Of pages, and of what they draw: the ruler and the rigour board."""
    pages = Path(ROOT / "templates").rglob("*.html")
    some = Band(0.1, 0.2, 0.0, 1.0)
    ruler = Ruler(0.0, 1.0, 0.5, margin=some, hidden=some, forecast=some, measured=some)
    return {
        *(key for page in pages for key in USED.findall(page.read_text())),
        *(key.term for key in ruler.keys),
        *(term for _label, term, _count in COUNTS),
    }


def test_each_term_that_a_page_explains_is_in_it() -> None:
    found = used_terms()
    assert {"forecast", "interval", "too_small"} <= found <= set(TERMS)


def test_each_verdict_and_metric_is_in_it() -> None:
    from engine.spec.metrics import METRICS

    named = {code for code in VERDICTS if code} - {"smaller", "larger"}
    assert named | set(METRICS) <= set(TERMS)


def test_it_is_sorted_in_the_readers_language_and_french_is_whole() -> None:
    with translation.override("en"):
        english = {term.key: str(term.sentence) for term in sorted_terms()}
    with translation.override("fr"):
        labels = [str(term.label).casefold() for term in sorted_terms()]
        same = [term.key for term in sorted_terms() if str(term.sentence) == english[term.key]]
    assert labels == sorted(labels)
    assert same == []
    assert len(labels) >= 55


def test_a_word_is_tied_to_its_explanation() -> None:
    with translation.override("en"):
        page = Template('{% load glossary %}{% term "recall" %}{% term "recall" "Recall!" %}')
        html = page.render(Context())
    first, second = re.findall(r'aria-describedby="([^"]+)"', html)
    assert first != second
    assert f'id="{first}"' in html
    assert ">Recall!</button>" in html
    assert "Of the positive rows, the share that is found." in html
