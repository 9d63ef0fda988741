"""The presentation queue on every screen, and somebody who works alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from classrooms.agenda import timeline
from classrooms.models import Dojo
from classrooms.solo.services import begin_solo
from experiments.models import Experiment
from experiments.submit.services import record_analysis
from tests import factories
from tests.browser.conftest import Person
from tests.product import Product, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MakePerson = Callable[..., Person]


@pytest.fixture(autouse=True)
def running(product: Product) -> Product:
    product.serve()
    return product


def test_a_queue_of_presentations_and_what_peers_learned(person: MakePerson) -> None:
    user = factories.make_user("camille")
    dojo = factories.make_dojo(user, language="fr")
    amina, bruno = factories.join(dojo, "Amina"), factories.join(dojo, "Bruno")
    for member in (amina, bruno):
        experiment = factories.submit(member, claim=f"L'idée de {member.display_name}.")
        factories.finish(experiment, test=0.91)
    while (phase := Dojo.objects.get(pk=dojo.pk).current_phase) and phase.kind != "presentation":
        timeline.advance_dojo(Dojo.objects.get(pk=dojo.pk))
    base = f"/dojos/{dojo.public_id}"
    facilitator, projector = person().sit_down(user), person().sit_down(user)
    presenter, peer = person().sit_down(amina.people.get()), person().sit_down(bruno.people.get())

    # The page that they present is begun by the record, and put into their own words.
    presenter.open(f"{base}/talks/mine/")
    presenter.page.fill("textarea[name=learned]", "Un écart sans intervalle ne dit rien.")
    presenter.page.locator("form:has(textarea[name=learned]) button[type=submit]").click()
    presenter.page.wait_for_url(f"**/talks/{amina.public_id}/")
    presenter.check()

    facilitator.open(f"{base}/cockpit/")
    facilitator.page.locator("button[name=scene][value=talk]").click()
    projector.page.goto(f"{projector.url}{base}/projector/")
    expect(projector.page.locator(".on-screen-queue li")).to_have_count(2)
    facilitator.open(f"{base}/talks/")
    peer.open(f"{base}/talks/")
    facilitator.page.locator(f"#start-{amina.public_id}").click()
    expect(projector.page.locator(".on-screen h1")).to_have_text("Amina")
    expect(projector.page.locator(".on-screen")).to_contain_text("Un écart sans intervalle")
    projector.check()

    # What a peer is writing stays while the screen moves on.
    peer.page.locator("textarea[name=text]").fill("Regarder l'intervalle d'abord.")
    facilitator.page.locator("#talk-end").click()
    expect(projector.page.locator(".on-screen")).not_to_contain_text("Un écart")
    facilitator.page.locator("#talk-back").click()
    expect(peer.page.locator("#stage")).to_contain_text("Un écart sans intervalle")
    peer.page.locator("textarea[name=text]").fill("Regarder l'intervalle d'abord.")
    peer.page.locator(f"#takeaway-{amina.public_id} [type=submit].btn-primary").click()
    peer.check()
    facilitator.page.locator("#talk-next").click()
    expect(projector.page.locator(".on-screen h1")).to_have_text("Bruno")
    presenter.open(f"{base}/talks/{amina.public_id}/")
    expect(presenter.page.locator("main")).to_contain_text("Regarder l'intervalle d'abord.")
    facilitator.page.locator("#talk-end").click()
    expect(facilitator.page.locator("#stage")).to_contain_text("Tout le monde a présenté")
    facilitator.check()


def test_somebody_works_alone_from_the_choice_to_the_next_phase(person: MakePerson) -> None:
    user = factories.make_user("solange")
    factories.make_dataset(user)
    alone = person("en-US").sit_down(user)
    alone.open("/solo/")
    card = alone.page.locator("form:has(input[value=breast_cancer])")
    card.get_by_role("button").click()
    alone.page.wait_for_url("**/work/")
    alone.check()
    dojo = Dojo.objects.get(variant="solo")
    first = alone.page.locator(".pace [aria-current=step]").inner_text()
    alone.page.get_by_role("button", name="Go to").click()
    expect(alone.page.locator(".pace [aria-current=step]")).not_to_have_text(first)

    # The same as in a Dojo: a real run, and the coach in the facilitator's place.
    experiment = factories.submit(dojo.seats.get(), "logistic_regression")
    wait_for(lambda: Experiment.objects.get(pk=experiment.pk).run.has_succeeded, "its result")
    record_analysis(experiment, analysis="Better than no model.", decision="keep", next_step="")
    alone.open(f"/dojos/{dojo.public_id}/coach/")
    expect(alone.page.locator("main")).to_contain_text("Coach")
    alone.page.get_by_role("link", name="My work").click()
    alone.page.get_by_role("button", name="Pause").click()
    expect(alone.page.locator(".clock-bar")).to_contain_text("Paused")
    assert begin_solo(user, dojo.dataset, language="en") == dojo, "one session per dataset"
