"""Documents in a browser: laid out, made by workers, read as a page, presented by keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from classrooms.models import Seat
from experiments.models import Run
from experiments.submit.services import record_analysis
from tests import factories
from tests.browser.conftest import Person
from tests.product import PATIENCE_MS, Product, wait_for

pytestmark = [pytest.mark.serverless, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MakePerson = Callable[..., Person]


@pytest.fixture
def member(product: Product) -> Seat:
    """Somebody with two experiments that really ran."""
    product.serve()
    member = factories.join(factories.make_dojo(variant="advanced"), "robin")
    first = factories.submit(member)
    factories.submit(member, "logistic_regression", compared_to=first, expected_effect=0.4)
    done = Run.objects.filter(status="succeeded")
    wait_for(lambda: done.count() == 2, "two runs", seconds=120)
    record_analysis(first, analysis="No error is rare.", decision="keep", next_step="A line")
    return member


def test_a_document_from_the_first_title_to_the_slides(member: Seat, person: MakePerson) -> None:
    robin = person(language="en-GB").sit_down(member.people.get())
    page, base = robin.page, f"/dojos/{member.dojo.public_id}"

    # Order and texts are laid out without losing what is typed.
    robin.open(f"{base}/take-home/document/")
    page.get_by_label("Title").fill("Benign or not?")
    page.get_by_role("button", name="Move #2 up").click()
    expect(page.locator("input[name=order]").first).to_have_value("2")
    expect(page.get_by_label("Title")).to_have_value("Benign or not?")
    page.get_by_label("Conclusion").press_sequentially("A line is enough.")
    page.get_by_label("Conclusion").press("Tab")
    page.locator("main").get_by_role("button", name="Save the document").last.click()
    page.wait_for_url("**/take-home/")
    robin.check()

    # Workers make the PDF and vouch for the notebook; the page tells without a reload.
    page.get_by_role("button", name="Create the PDF").click()
    expect(page.get_by_role("link", name="PDF", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("button", name="Execute my notebook on the server").click()
    expect(page.get_by_text("verified", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    robin.check()

    # The page is read where nothing may run.
    page.goto(f"{robin.url}{base}/take-home/page/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Experiment Log: Benign or not?")
    expect(page.locator(".charts svg").first).to_be_visible()
    assert not robin.problems

    # Keys turn the slides, each of them, however fast they come.
    page.goto(f"{robin.url}{base}/talks/{member.public_id}/slides/")
    slides = page.locator("section")
    expect(slides.first).to_be_in_viewport(ratio=0.9)
    for _press in range(3):
        page.keyboard.press("ArrowRight")
    expect(slides.nth(3)).to_be_in_viewport(ratio=0.9)
    page.keyboard.press("End")
    expect(slides.last).to_be_in_viewport(ratio=0.9)
    assert not robin.problems
