"""Nobody wins by a leak: the alarm on a phone, marking during a Dojo, and the final choice."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from classrooms.models import Dojo, Seat, User
from experiments.alarms.services import raise_alarms
from experiments.models import Experiment, Run
from experiments.submit.services import record_analysis
from tests import factories
from tests.browser.conftest import Person
from tests.experiments.predicted import ranked
from tests.product import PATIENCE_MS, Product

pytestmark = [pytest.mark.serverless, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COLUMN = "worst_area"
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True}
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
ASKED = {
    "fr-FR": ("Que sait l'une de vos colonnes", "Ce run n'est pas classé."),
    "en-US": ("What does one of your columns know", "This run doesn't rank."),
}


@pytest.fixture(autouse=True)
def running(product: Product) -> Product:
    product.serve()
    return product


def result(seat: Seat, test: float = 0.95) -> Experiment:
    experiment = factories.submit(seat, "logistic_regression")
    factories.finish(experiment, test=test)
    return Experiment.objects.get(pk=experiment.pk)


def keep(experiment: Experiment) -> None:
    record_analysis(experiment, analysis="Good enough.", decision="keep", next_step="")


def user_of(seat: Seat) -> User:
    return seat.people.get()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["fr-FR", "en-US"])
def test_the_alarm_comes_first_on_a_phone(
    person: Callable[..., Person], language: str, theme: str
) -> None:
    dojo = factories.make_dojo()
    seat = factories.join(dojo, "Amina")
    experiment = result(seat, test=1.0)
    raise_alarms(
        Run.objects.get(experiment=experiment),
        [{"column": COLUMN, "reason": "alone", "value": 0.99, "others": 0.7}],
    )
    reader = person(language, color_scheme=theme, **PHONE).sit_down(user_of(seat))
    reader.open(experiment.get_absolute_url())
    alarm = reader.page.locator(".leak-alarm")
    expect(alarm).to_be_visible()
    box, score = alarm.bounding_box(), reader.page.locator("#run .number").first.bounding_box()
    assert box is not None
    assert score is not None
    assert box["y"] + box["height"] <= score["y"], "above the score"
    assert box["y"] < 844, "seen without scrolling"
    assert reader.page.evaluate(FITS), "nothing is wider than the phone"
    for words in ASKED[language]:
        expect(alarm).to_contain_text(words)


def test_a_facilitator_closes_an_alarm_with_a_reason_that_participants_read(
    person: Callable[..., Person],
) -> None:
    dojo = factories.make_dojo()
    seat = factories.join(dojo, "Amina")
    experiment = result(seat)
    raise_alarms(
        Run.objects.get(experiment=experiment),
        [{"column": COLUMN, "reason": "alone", "value": 0.99, "others": 0.7}],
    )
    facilitator = person("en-US").sit_down(user_of(dojo.seats.get(role="facilitator")))
    facilitator.open(experiment.get_absolute_url())
    facilitator.page.get_by_text("It is known when you predict").click()
    facilitator.page.get_by_label("Why? Everyone in the Dojo reads it.").fill(
        "Measured at the first scan."
    )
    facilitator.page.get_by_role("button", name="Close the alarm for this Dojo").click()
    expect(facilitator.page.get_by_text("Measured at the first scan.")).to_be_visible()
    reader = person("en-US", **PHONE).sit_down(user_of(seat))
    reader.open(experiment.get_absolute_url())
    expect(reader.page.locator(".leak-alarm")).to_have_count(0)
    expect(reader.page.get_by_text("Measured at the first scan.")).to_be_visible()


def test_a_column_is_marked_while_the_dojo_goes_on(person: Callable[..., Person]) -> None:
    dojo = factories.make_dojo()
    seat = factories.join(dojo, "Amina")
    experiment = result(seat)
    keep(experiment)
    ranked(dojo)
    reader = person("en-US", **PHONE).sit_down(user_of(seat))
    reader.open(f"/dojos/{dojo.public_id}/leaderboard/")
    expect(reader.page.locator("#board tbody").first).not_to_contain_text("recorded after")
    facilitator = person("en-US").sit_down(user_of(dojo.seats.get(role="facilitator")))
    facilitator.open(f"/dojos/{dojo.public_id}/columns/")
    facilitator.page.get_by_label(COLUMN, exact=True).check()
    facilitator.page.get_by_role("button", name="Save and judge the runs anew").click()
    facilitator.page.wait_for_url("**/cockpit/**")
    # What the participant looks at changes by itself, and says why without blame.
    row = reader.page.locator("#board", has_text="recorded after the outcome")
    expect(row.first).to_be_visible(timeout=PATIENCE_MS)
    reader.open(experiment.get_absolute_url())
    expect(reader.page.locator(".leak-alarm")).to_contain_text("doesn't rank")
    expect(reader.page.locator(".leak-alarm")).to_contain_text("will you know it when you predict?")
    assert reader.page.evaluate(FITS)


def test_a_participant_chooses_which_kept_run_they_submit(person: Callable[..., Person]) -> None:
    dojo = factories.make_dojo()
    seat = factories.join(dojo, "Amina")
    first, second = result(seat, 0.91), result(seat, 0.97)
    for experiment in (first, second):
        keep(experiment)
    reader = person("fr-FR", **PHONE).sit_down(user_of(seat))
    reader.open(second.get_absolute_url())
    expect(reader.page.get_by_text("le classement prend ce run")).to_be_visible()
    reader.open(first.get_absolute_url())
    reader.page.get_by_role("button", name="à la place de").click()
    expect(reader.page.get_by_text("le classement prend ce run")).to_be_visible()
    assert Dojo.objects.get(pk=dojo.pk).seats.get(pk=seat.pk).experiments.get(pk=first.pk).chosen_at
    reader.open(second.get_absolute_url())
    expect(reader.page.get_by_role("button", name="à la place de")).to_be_visible()
