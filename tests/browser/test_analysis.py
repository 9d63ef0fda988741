"""Looking at a finished run in a real browser: every view, and what can be done in it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from classrooms.models import Seat
from experiments.analysis.catalogue import VIEWS
from experiments.models import Experiment, Interpretation, RowNote
from tests import factories
from tests.browser.conftest import Person
from tests.product import PATIENCE_MS, Product, wait_for

pytestmark = [pytest.mark.serverless, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MakePerson = Callable[..., Person]


@pytest.fixture
def member(product: Product) -> Seat:
    product.serve()
    return factories.join(factories.make_dojo(), "robin")


def interpreted(member: Seat, *models: str) -> list[Experiment]:
    """Finished experiments, each compared to the one before, with every view computed."""
    found: list[Experiment] = []
    for model in models:
        before = found[-1] if found else None
        found.append(factories.submit(member, model, compared_to=before, expected_effect=0.01))
    wanted = 4 * len(models)
    done = Interpretation.objects.filter(status="succeeded")
    wait_for(lambda: done.count() == wanted, "every stage of the interpretations", seconds=120)
    return found


def log_in(who: Person, member: Seat) -> None:
    who.open("/accounts/login/")
    who.page.fill("input[name=login]", member.people.get().email)
    who.page.fill("input[name=password]", factories.PASSWORD)
    who.page.click("main form button[type=submit]")
    who.page.wait_for_url(who.url + "/")


def test_every_view_of_a_run(member: Seat, person: MakePerson) -> None:
    first, second = interpreted(member, "gaussian_naive_bayes", "lightgbm")
    robin = person(language="en-GB")
    log_in(robin, member)
    page = robin.page

    # The result says in a sentence what happened, and leads to every question.
    robin.open(second.get_absolute_url())
    expect(page.locator("#run .verdict-line")).to_be_visible()
    for view in VIEWS:
        robin.open(f"{second.get_absolute_url()}analysis/{view.slug}/")
        expect(page.locator("#question")).to_be_visible()
        expect(page.get_by_text("What this view doesn't show")).to_be_visible()
        for figure in page.locator("figure[data-chart]").all():
            figure.scroll_into_view_if_needed()
            expect(figure.locator("svg").first).to_be_visible()
        robin.check()

    # The slider shows other errors at another threshold.
    analysis = f"{first.get_absolute_url()}analysis"
    robin.open(f"{analysis}/threshold/")
    positives = page.locator("[data-at=fp]")
    before = positives.inner_text()
    slider = page.locator("input[type=range]")
    slider.focus()
    slider.press("Home")
    expect(positives).not_to_have_text(before)

    # Errors are filtered as one chooses; a note stays.
    robin.open(f"{analysis}/errors/")
    page.select_option("select[name=kind]", "false_negative")
    page.wait_for_url("**kind=false_negative**")
    expect(page.locator("td", has_text="malignant").first).to_be_visible()
    expect(page.locator("tbody tr td:nth-child(2)", has_text="benign")).to_have_count(0)
    note = page.locator("form.note").first
    note.locator("input[name=text]").fill("Small, and yet malignant")
    note.get_by_role("button").click()
    expect(page.get_by_text("Note saved")).to_be_visible()
    assert RowNote.objects.get().text == "Small, and yet malignant"

    # Why this one? And what if it were larger? The worker answers while one waits.
    page.locator("tbody a").first.click()
    expect(page.get_by_text("Breakdown of the prediction")).to_be_visible()
    expect(page.locator("figure[data-chart] svg").first).to_be_visible()
    page.get_by_text("What if?").click()
    page.select_option("select[name=column1]", "worst_area")
    page.fill("input[name=value1]", "4000")
    page.get_by_role("button", name="Predict again").click()
    expect(page.get_by_text("With your changes", exact=True)).to_be_visible()
    robin.check()

    # What was seen begins the next hypothesis.
    robin.open(f"{analysis}/errors/")
    page.get_by_role("link", name="Next hypothesis from these errors").click()
    expect(page.locator("textarea[name=rationale]")).to_have_value(
        "Experiment #1 on the test set:"
        f" {first.runs.get().confusion['false_positives']} false positives,"
        f" {first.runs.get().confusion['false_negatives']} false negatives.\n"
        f"Row {RowNote.objects.get().row}: Small, and yet malignant"
    )

    # Side by side.
    robin.open(f"/dojos/{member.dojo.public_id}/work/")
    page.get_by_role("link", name="Compare").click()
    page.wait_for_url("**/compare/")
    for box in page.locator("input[name=run]").all():
        box.check()
    page.get_by_role("button", name="Compare").click()
    expect(
        page.get_by_role("heading", name="Predictions that changed from #1 to #2")
    ).to_be_visible()
    figure = page.locator("figure[data-chart]").first
    figure.scroll_into_view_if_needed()
    expect(figure.locator("svg").first).to_be_visible()
    robin.check()


def test_views_fit_a_phone(member: Seat, person: MakePerson) -> None:
    experiment = factories.submit(member, "logistic_regression")
    factories.finish(experiment)
    robin = person(viewport={"width": 390, "height": 800}, color_scheme="dark")
    log_in(robin, member)
    for view in VIEWS:
        robin.open(f"{experiment.get_absolute_url()}analysis/{view.slug}/")
        expect(robin.page.get_by_text("Ce que cette vue ne montre pas")).to_be_visible()
        width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert robin.page.evaluate(width) <= 0, view.slug
        expect(robin.page.locator(".questions [aria-current]")).to_be_in_viewport()


def test_what_is_typed_stays_while_an_answer_arrives(
    member: Seat, product: Product, person: MakePerson
) -> None:
    (experiment,) = interpreted(member, "logistic_regression")
    robin, camille = person(language="en-GB"), person(language="en-GB")
    log_in(robin, member)
    log_in(camille, member.dojo.seats.get(role=Seat.Role.FACILITATOR))
    product.kill("compute")
    for who in (robin, camille):
        who.open(f"{experiment.get_absolute_url()}analysis/row/")
        expect(who.page.get_by_text("Being computed")).to_be_visible()
    page = robin.page
    page.get_by_text("What if?").click()
    page.select_option("select[name=column1]", "worst_area")
    page.locator("input[name=value1]").press_sequentially("40")

    product.start("compute")
    for who in (robin, camille):
        # A worker that starts loads its libraries first.
        answer = who.page.get_by_text("Breakdown of the prediction")
        expect(answer).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("input[name=value1]")).to_be_focused()
    page.keyboard.type("00")
    expect(page.locator("input[name=value1]")).to_have_value("4000")
    expect(page.locator("select[name=column1]")).to_have_value("worst_area")
    robin.check()
