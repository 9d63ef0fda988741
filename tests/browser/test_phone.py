"""On a phone: a result without scrolling, and everything within reach of a thumb."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from experiments.models import Experiment, Run
from tests import factories
from tests.browser.conftest import Person
from tests.product import Product

pytestmark = [pytest.mark.serverless, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
# Of the page, from its top: what is read at a glance.
GLANCE = 400


@pytest.fixture(autouse=True)
def running(product: Product) -> Product:
    product.serve()
    return product


@pytest.fixture
def experiment(running: Product) -> Experiment:
    experiment = factories.submit(
        factories.join(factories.make_dojo(), "Amina"), "logistic_regression"
    )
    factories.finish(experiment)
    Run.objects.filter(experiment=experiment).update(intervals={"roc_auc": [0.93, 0.97]})
    return Experiment.objects.get(pk=experiment.pk)


@pytest.mark.parametrize(("language", "theme"), [("fr-FR", "light"), ("en-US", "dark")])
def test_a_result_is_read_without_scrolling(
    person: Callable[..., Person], experiment: Experiment, language: str, theme: str
) -> None:
    reader = person(language, color_scheme=theme, **PHONE)
    reader.sit_down(experiment.seat.people.get()).open(experiment.get_absolute_url())
    for part in ("#run .fs-1", "#run .verdict-line", "#run .ruler > svg"):
        box = reader.page.locator(part).first.bounding_box()
        assert box is not None, part
        assert box["y"] + box["height"] <= GLANCE, part
    way_on = reader.page.locator("#run a.btn-primary")
    expect(way_on).to_be_in_viewport(ratio=1)
    assert reader.page.evaluate(FITS), "nothing is wider than the phone"
    expect(reader.page.locator("#metrics table")).not_to_be_visible()
    reader.page.locator("#metrics summary").click()
    expect(reader.page.locator("#metrics table")).to_be_visible()
    reader.check()
    way_on.click()
    expect(reader.page.locator("textarea[name=analysis]")).to_be_in_viewport()


def test_three_destinations_and_the_coach_as_a_drawer(
    person: Callable[..., Person], experiment: Experiment
) -> None:
    reader = person("fr-FR", **PHONE).sit_down(experiment.seat.people.get())
    base = f"/dojos/{experiment.seat.dojo.public_id}"
    reader.open(f"{base}/work/")
    bar = reader.page.get_by_role("navigation", name="Pages principales")
    expect(bar.get_by_role("link")).to_have_text(["Travail", "Données", "Groupe", "Coach"])
    assert reader.page.evaluate(FITS), "nothing is wider than the phone"
    reader.check()

    bar.get_by_role("link", name="Coach").click()
    drawer = reader.page.get_by_role("dialog", name="Coach")
    expect(drawer.locator("textarea")).to_be_visible()
    expect(reader.page).to_have_url(re.compile("/work/$"))
    reader.check()
    drawer.get_by_role("button", name="Fermer").click()
    expect(drawer).not_to_be_visible()

    bar.get_by_role("link", name="Groupe").click()
    reader.page.get_by_role("link", name="Classement").last.click()
    expect(reader.page).to_have_url(re.compile("/leaderboard/$"))
    assert reader.page.evaluate(FITS), "nothing is wider than the phone"


def test_what_changes_is_said_while_one_scrolls(
    person: Callable[..., Person], experiment: Experiment
) -> None:
    reader = person("en-US", **PHONE).sit_down(experiment.seat.people.get())
    reader.open(f"/dojos/{experiment.seat.dojo.public_id}/experiments/new/")
    changes = reader.page.locator("#changes")
    expect(changes).to_contain_text("Nothing has changed since #1 yet.")
    # One step fills the screen; what can't be undone comes last.
    column, onwards = (
        reader.page.locator("input[value=mean_area]"),
        reader.page.get_by_role("button", name="Next step"),
    )
    expect(column).not_to_be_visible()
    onwards.click()
    column.uncheck()
    expect(changes).to_contain_text("1 change since #1: − column mean_area")
    reader.check()
    onwards.click()
    run = reader.page.get_by_role("button", name="Run the experiment")
    expect(run).to_be_in_viewport()
    reader.check()
    # An error opens the step that it is in.
    run.click()
    expect(reader.page.locator("textarea[name=claim]")).to_be_focused()
    reader.page.get_by_role("button", name="Undo the changes").click()
    expect(column).to_be_checked()
