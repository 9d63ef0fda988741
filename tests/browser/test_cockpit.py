"""A Dojo run by two facilitators with a projector: every screen follows by itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from classrooms.models import Dojo
from classrooms.people.services import add_facilitator
from classrooms.theory.deck import answer_slide
from classrooms.theory.questions import QUESTIONS
from classrooms.theory.services import show_slide
from tests import factories
from tests.browser.conftest import Person
from tests.product import Product, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MakePerson = Callable[..., Person]


@pytest.fixture(autouse=True)
def running(product: Product) -> Product:
    product.serve()
    return product


def stored(dojo: Dojo) -> Dojo:
    return Dojo.objects.get(pk=dojo.pk)


def test_two_facilitators_run_a_dojo_and_every_screen_follows(person: MakePerson) -> None:
    first_user = factories.make_user("camille")
    dojo = factories.make_dojo(first_user, started=False, language="fr", title="Le grand Dojo")
    base = f"/dojos/{dojo.public_id}"
    early = factories.join(dojo, "amina")
    second_user = factories.make_user("second")
    add_facilitator(dojo, second_user)
    first, second = person().sit_down(first_user), person().sit_down(second_user)
    projector = person(viewport={"width": 1920, "height": 1080}).sit_down(first_user)
    learner = person("en-US").sit_down(early.people.get())

    # Before the start: the projector shows how to join, the hub what is missing.
    projector.open(f"{base}/projector/")
    expect(projector.page.locator(".join-code")).to_have_text(dojo.join_code)
    first.open(f"{base}/prepare/")
    expect(first.page.locator("#checklist")).to_be_visible()
    first.check()
    learner.open(f"{base}/slides/")
    second.open(f"{base}/cockpit/")
    first.open(f"{base}/cockpit/")
    first.page.get_by_role("button", name="Démarrer le Dojo").click()

    # Theory: the slide is everyone's; an answer is counted while it is shown.
    expect(projector.page.locator(".slide h2")).to_be_visible()
    show_slide(dojo, answer_slide(QUESTIONS[0].key) - 1)
    learner.page.locator(".slide-choice input").nth(QUESTIONS[0].right).check()
    first.open(f"{base}/slides/")
    expect(first.page.locator("aside")).to_contain_text("1 sur 1")
    first.page.keyboard.press("ArrowRight")
    expect(projector.page.locator(".slide-bars [data-right=true]")).to_be_visible()
    expect(learner.page.locator(".slide-own")).to_be_visible()
    learner.check()
    projector.check()

    # The clock: the second facilitator's screen has moved before they press.
    first.open(f"{base}/cockpit/")
    first.page.get_by_role("button", name="+ 5 min").click()
    expect(second.page.locator("#controls .badge", has_text="+ 5 min")).to_be_visible()
    second.page.get_by_role("button", name="Sauter Interprétation").click()
    expect(first.page.locator("[data-state=skipped]")).to_have_count(1)
    second.page.get_by_role("button", name="Pause").click()
    expect(projector.page.locator(".countdown")).to_have_attribute("data-running", "false")
    expect(learner.page.locator(".clock-bar")).to_contain_text("Paused")
    first.page.get_by_role("button", name="Reprendre", exact=True).first.click()
    first.page.get_by_role("button", name="Phase suivante").click()
    expect(projector.page.locator(".projector-clock h1")).to_have_text("Mise en place")
    expect(learner.page.locator(".clock-bar")).to_contain_text("Setup")
    first.check()

    # A late joiner is told where the group is.
    late_member = factories.join(dojo, "zoé")
    late = person().sit_down(late_member.people.get())
    late.open(f"{base}/work/")
    expect(late.page.get_by_role("status").first).to_contain_text("Mise en place")

    # An issue is seen, and its question arrives.
    experiment = factories.submit(early, "decision_tree", claim="try", rationale="so")
    factories.finish(experiment, test=0.91)
    first.open(f"{base}/people/{early.public_id}/")
    first.page.get_by_role("button", name="Poser la question").first.click()
    expect(learner.page.locator("#news")).to_be_visible()
    learner.check()

    # Frozen, then told row by row, on the projector too.
    first.open(f"{base}/cockpit/")
    first.page.get_by_role("button", name="Geler le classement").click()
    wait_for(lambda: stored(dojo).stage.board_is_frozen, "a frozen board")
    first.page.get_by_role("button", name="Classement", exact=True).click()
    expect(projector.page.locator("#board")).to_contain_text("amina")
    factories.finish(factories.submit(late_member, "decision_tree"), test=0.8)
    expect(projector.page.locator("#board")).to_contain_text("zoé")
    learner.open(f"{base}/leaderboard/")
    first.open(f"{base}/leaderboard/")
    first.open(f"{base}/cockpit/")
    first.page.on("dialog", lambda dialog: dialog.accept())
    first.page.get_by_role("button", name="Révéler la ligne suivante").click()
    expect(learner.page.locator("#ceremony")).to_be_visible()
    expect(learner.page.locator(".revealed")).to_contain_text("0.930")
    learner.check()
    projector.check()


def test_without_a_stream_a_page_asks_and_the_clocks_agree(person: MakePerson) -> None:
    facilitator = factories.make_user("camille")
    dojo = factories.make_dojo(facilitator)
    member = factories.join(dojo, "alex")
    blocked, streaming = person().sit_down(member.people.get()), person().sit_down(facilitator)

    def refuse(route: Route) -> None:
        route.abort()

    blocked.page.route("**/events/**", refuse)
    blocked.page.goto(f"{blocked.url}/dojos/{dojo.public_id}/work/")
    streaming.open(f"/dojos/{dojo.public_id}/cockpit/")
    streaming.page.get_by_role("button", name="Phase suivante").click()
    for who in (streaming, blocked):
        expect(who.page.locator(".clock-bar .fw-medium")).to_have_text("Mise en place")

    def shown(who: Person) -> int:
        minutes, seconds = who.page.locator(".countdown").first.inner_text().split(":")
        return 60 * int(minutes) + int(seconds)

    assert abs(shown(blocked) - shown(streaming)) <= 1
