"""The reveal on the projector: which claims hold, then the scores; a leak falls before everyone."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from classrooms.models import Dojo, DojoRules, DojoStage
from experiments.models import Experiment, HoldoutResult, Run
from tests import factories
from tests.browser.conftest import Person
from tests.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MARKED = {"code": "leaking_column", "context": {"names": ["worst_area"], "more": 0}}
# By person: the interval of their claim on the hidden rows, test and hidden score.
PEOPLE = {
    "Amina": ((0.01, 0.05), 0.953, 0.949),
    "Bruno": ((-0.02, 0.04), 0.948, 0.941),
    "Chloé Lefèvre-Dubois": ((-0.05, -0.01), 0.944, 0.902),
    "Diego": ((0.012, 0.045), 0.941, 0.946),
    "Eva": ((-0.004, 0.004), 0.938, 0.921),
    "Farid": ((0.002, 0.06), 0.931, 0.933),
    "Grace": ((-0.03, 0.03), 0.925, 0.918),
    "Hugo": ((0.02, 0.08), 0.915, 0.92),
}
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
ON_ONE_SCREEN = "document.documentElement.scrollHeight <= window.innerHeight"


@pytest.fixture(autouse=True)
def running(product: Product) -> Product:
    product.serve()
    return product


def room(language: str = "fr") -> Dojo:
    """Claims of everyone, and of two people a run that uses a marked column."""
    dojo = factories.make_dojo(language=language)
    DojoRules.objects.filter(dojo=dojo).update(margins={"roc_auc": 0.005})
    for number, (name, (interval, test, holdout)) in enumerate(PEOPLE.items()):
        member = factories.join(dojo, name)
        first = factories.submit(member, "logistic_regression")
        factories.finish(first, test=0.9, holdout=0.89)
        if number < 2:
            leak(factories.submit(member, "random_forest", expected_effect=None), 0.6 + number / 8)
        claim = factories.submit(
            member, "decision_tree", compared_to=first, expected_effect=0.02 + number / 500
        )
        run = factories.finish(claim, test=test, holdout=holdout)
        Run.objects.filter(pk=run.pk).update(
            intervals={"roc_auc": [round(test - 0.02, 3), round(test + 0.02, 3)]}
        )
        found = dict(zip(("low", "high"), interval, strict=True))
        HoldoutResult.objects.filter(run=run).update(differences={"roc_auc": found})
        Experiment.objects.filter(pk=claim.pk).update(decision="keep", concluded_at=timezone.now())
    DojoStage.objects.filter(dojo=dojo).update(scene="leaderboard")
    return dojo


def leak(experiment: Experiment, production: float) -> None:
    run = factories.finish(experiment, test=0.997, holdout=0.995)
    Run.objects.filter(pk=run.pk).update(warnings=[MARKED], intervals={"roc_auc": [0.99, 0.999]})
    HoldoutResult.objects.filter(run=run).update(
        missing_columns=["worst_area"], production_metrics={"roc_auc": production}
    )


def picture(person: Person, name: str) -> None:
    """A screenshot, where somebody asks for them."""
    if folder := os.environ.get("SCREENSHOTS"):
        person.page.wait_for_timeout(3_000)
        person.page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def test_claims_come_first_and_a_leak_falls_before_everyone(person: Callable[..., Person]) -> None:
    dojo = room()
    user = dojo.seats.get(role="facilitator").people.get()
    facilitator = person().sit_down(user)
    projector = person(viewport={"width": 1920, "height": 1080}).sit_down(user)
    projector.open(f"/dojos/{dojo.public_id}/projector/")
    expect(projector.page.locator("#board")).to_be_visible()
    facilitator.open(f"/dojos/{dojo.public_id}/cockpit/")
    facilitator.page.on("dialog", lambda dialog: dialog.accept())
    facilitator.page.get_by_role("button", name="Révéler quelles affirmations tiennent").click()
    expect(projector.page.locator(".claims")).to_contain_text("4 affirmations sur 8 tiennent")
    expect(projector.page.locator(".claims-bar rect")).to_have_count(5)
    assert "0,995" not in projector.page.locator("main").inner_text()
    picture(projector, "claims-fr-1920")
    assert projector.page.evaluate(ON_ONE_SCREEN), "all on one screen"
    projector.check()
    facilitator.page.get_by_role("button", name="Révéler la ligne suivante").click()
    last = projector.page.locator("#board tbody tr").last
    expect(last).to_contain_text("0,995")
    expect(last).to_contain_text("0,725")
    expect(last.locator(".production")).to_be_visible()
    ends = [last.locator(name).bounding_box() for name in (".production", ".hidden-score")]
    assert ends[0]["x"] < ends[1]["x"] - 50, "it falls, and everyone sees it"
    expect(projector.page.locator("#claims-told")).to_contain_text("4 affirmations sur 8 tiennent")
    picture(projector, "fall-fr-1920")
    assert projector.page.evaluate(ON_ONE_SCREEN), "all on one screen"
    projector.check()
    # Nothing is told of the others yet.
    assert "0,949" not in projector.page.locator("main").inner_text()
    for _row in range(3):
        facilitator.page.get_by_role("button", name="Révéler la ligne suivante").click()
        facilitator.page.wait_for_load_state()
    expect(projector.page.locator("#board tbody tr.revealed")).to_have_count(4)
    picture(projector, "scores-fr-1920")
    assert projector.page.evaluate(ON_ONE_SCREEN), "all on one screen"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("language", "width"), [("fr-FR", 390), ("en-US", 1440)])
def test_participants_read_it_on_their_pages(
    person: Callable[..., Person], language: str, width: int, theme: str
) -> None:
    dojo = room("en")
    DojoStage.objects.filter(dojo=dojo).update(
        claims_revealed_at=timezone.now(), holdout_revealed_at=timezone.now()
    )
    seat = dojo.seats.get(display_name="Amina")
    window = {"viewport": {"width": width, "height": 900}, "color_scheme": theme}
    reader = person(language, **window).sit_down(seat.people.get())
    said = {
        "fr-FR": ("4 affirmations sur 8 tiennent", "renseignée après coup"),
        "en-US": ("4 of 8 claims hold", "recorded after the outcome"),
    }[language]
    reader.open(f"/dojos/{dojo.public_id}/leaderboard/")
    expect(reader.page.locator(".claims")).to_contain_text(said[0])
    expect(reader.page.locator(".claims a")).to_have_count(1)
    assert reader.page.evaluate(FITS), "nothing is wider than the window"
    picture(reader, f"board-{language}-{width}-{theme}")
    leaking, claim = seat.experiments.get(number=2), seat.experiments.get(number=3)
    reader.open(leaking.get_absolute_url())
    expect(reader.page.locator("#holdout")).to_contain_text(said[1])
    assert reader.page.evaluate(FITS), "nothing is wider than the window"
    picture(reader, f"leak-{language}-{width}-{theme}")
    reader.open(claim.get_absolute_url())
    expect(reader.page.locator("#holdout .badge")).to_be_visible()
    picture(reader, f"claim-{language}-{width}-{theme}")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_small_projector_in_english(person: Callable[..., Person], theme: str) -> None:
    dojo = room("en")
    user = dojo.seats.get(role="facilitator").people.get()
    window = {"viewport": {"width": 1280, "height": 720}, "color_scheme": theme}
    projector = person("en-US", **window).sit_down(user)
    DojoStage.objects.filter(dojo=dojo).update(claims_revealed_at=timezone.now())
    projector.open(f"/dojos/{dojo.public_id}/projector/")
    expect(projector.page.locator(".claims")).to_contain_text("4 of 8 claims hold")
    assert projector.page.evaluate(FITS), "nothing is wider than the window"
    picture(projector, f"claims-en-1280-{theme}")
    DojoStage.objects.filter(dojo=dojo).update(revealed_rows=3)
    projector.open(f"/dojos/{dojo.public_id}/projector/")
    expect(projector.page.locator(".fall").first).to_be_visible()
    assert projector.page.evaluate(FITS), "nothing is wider than the window"
    assert projector.page.evaluate(ON_ONE_SCREEN), "all on one screen"
    projector.check()
    picture(projector, f"scores-en-1280-{theme}")
