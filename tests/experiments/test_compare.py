"""Runs side by side: each is judged, by what was forecast where that was said of this pair."""

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from classrooms.models import Seat
from experiments.analysis.questions import ask_for_overview, ask_to_compare
from experiments.models import Question, Run
from experiments.pages.comparison_page import ComparisonPage
from experiments.pages.reads import experiments_of
from experiments.pages.run_page import run_page
from tests import factories

pytestmark = pytest.mark.django_db

CLOSE = {"roc_auc": {"low": -0.1, "high": 0.3, "estimate": 0.1}}
CLEAR = {"roc_auc": {"low": 0.15, "high": 0.25, "estimate": 0.2}}


@pytest.fixture
def member() -> Seat:
    """Three runs: the second was forecast against the first, the third against the second."""
    member = factories.join(factories.make_dojo())
    first = factories.submit(member, "logistic_regression")
    second = factories.submit(
        member, "decision_tree", compared_to=first, expected_effect=0.2, claim="Trees"
    )
    third = factories.submit(
        member, "random_forest", compared_to=second, expected_effect=0.1, claim="Forests"
    )
    for one in (first, second, third):
        factories.finish(one)
    Run.objects.filter(experiment=second).update(comparison={"differences": CLEAR})
    Run.objects.filter(experiment=third).update(comparison={"differences": CLOSE})
    return member


def page_of(member: Seat) -> ComparisonPage:
    chosen = list(experiments_of(member))
    runs = [one.run for one in chosen]
    asked, overview = ask_to_compare(runs), ask_for_overview(runs)
    return ComparisonPage(chosen, asked, overview)


def answer(member: Seat) -> None:
    """As a worker does: the differences of the second and the third from the first."""
    asked = page_of(member).question
    nobody = {"count": 0, "rows": []}
    changed = [{"won": nobody, "lost": nobody}] * 2
    Question.objects.filter(pk=asked.pk).update(
        status="succeeded",
        content={"differences": [CLEAR, CLEAR], "changed": changed, "charts": {}},
    )


def test_a_pair_that_was_forecast_has_the_verdict_of_its_result(member: Seat) -> None:
    second, third = page_of(member).pairs
    told = run_page(second.experiment)
    assert second.verdict == told.verdict
    assert second.verdict.code == "as_forecast"
    assert second.ruler == told.ruler is not None
    assert third.verdict is None, "nobody has compared these two yet"


def test_a_forecast_of_another_pair_says_nothing_of_this_one(member: Seat) -> None:
    answer(member)
    second, third = page_of(member).pairs
    assert run_page(third.experiment).verdict.code == "cannot_tell"
    assert third.verdict.code is None
    assert third.outcome.direction == "better"
    assert third.ruler is None
    assert third.forecast_against == second.experiment
    assert second.forecast_against is None


def test_the_page_shows_each_verdict(member: Seat) -> None:
    answer(member)
    with translation.override("en"):
        page = render_to_string("experiments/compare/differences.html", {"page": page_of(member)})
    assert page.count('class="verdict') == 2
    assert "As forecast" in page
    assert "Better: more than chance explains." in page
    assert page.count("Its forecast is against #2.") == 1
    assert page.count('class="ruler ') == 1
