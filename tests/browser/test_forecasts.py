"""A forecast in a browser: the ruler answers while it is typed, and stands beside the verdict."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from classrooms.models import Seat
from experiments.models import Experiment, Run
from tests import factories
from tests.browser.conftest import Person
from tests.product import Product, wait_for

pytestmark = [pytest.mark.serverless, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MakePerson = Callable[..., Person]


@pytest.fixture
def member(product: Product) -> Seat:
    """Somebody with a baseline that really ran."""
    product.serve()
    member = factories.join(factories.make_dojo(), "robin")
    factories.submit(member, "logistic_regression")
    done = Run.objects.filter(status="succeeded")
    wait_for(lambda: done.count() == 1, "a run", seconds=120)
    return member


def test_the_ruler_answers_and_the_verdict_keeps_it(member: Seat, person: MakePerson) -> None:
    robin = person(language="en-GB").sit_down(member.people.get())
    page = robin.page
    robin.open(f"/dojos/{member.dojo.public_id}/experiments/new/")
    ruler = page.locator("#ruler")
    expect(ruler).to_contain_text("The smallest effect that this test shows 4 times in 5")
    expect(ruler).to_contain_text("Nothing is changed yet")
    page.fill("textarea[name=claim]", "Trees find more.")
    page.fill("textarea[name=rationale]", "They bend.")
    page.locator("input[name=expected_effect]").press_sequentially("0.005")
    expect(ruler).to_contain_text("The chance to see +0.005")
    # The fields of another model may come later than the ruler's question.
    page.route("**/experiments/new/", lambda route: (time.sleep(1), route.continue_()))
    page.select_option("select[name='model.name']", "decision_tree")
    expect(ruler).to_contain_text("another model")
    page.unroute("**/experiments/new/")

    # What contradicts itself is told beside its field.
    page.get_by_text("A finer forecast").click()
    page.fill("input[name=forecast_low]", "0.001")
    page.fill("input[name=forecast_high]", "0.02")
    page.fill("input[name=forecast_chance]", "60")
    page.locator("#experiment button[value=submit]").click()
    expect(page.locator("#experiment")).to_contain_text("Your range says about")
    robin.check()
    page.fill("input[name=forecast_chance]", "95")
    page.locator("#experiment button[value=submit]").click()
    expect(page).not_to_have_url(re.compile("/new/"))
    made = Experiment.objects.get(number=2)
    assert (made.forecast_low, made.forecast_high, made.forecast_chance) == (0.001, 0.02, 0.95)
    expect(page.locator(".verdict-line .badge")).to_be_visible()
    expect(page.locator(".ruler > svg")).to_be_visible()
    robin.check()
