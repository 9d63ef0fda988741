"""How large a lead luck alone would give: on the board and the projector, and a rule away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from classrooms.models import Dojo
from tests import factories
from tests.browser.conftest import Person
from tests.experiments.predicted import predicting, ranked
from tests.product import Product

pytestmark = [pytest.mark.serverless, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAMES = (
    "Amina",
    "Bruno",
    "Chloé Lefèvre-Dubois",
    "Diego",
    "Eva",
    "Farid",
    "Grace",
    "Hugo",
    "Inès",
    "Jonas",
)
SAID = {
    "fr-FR": ("configurations différentes ont été essayées", "plus que le hasard"),
    "en-US": ("different configs have been tried", "more than luck"),
}
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest.fixture(autouse=True)
def running(product: Product) -> Product:
    product.serve()
    return product


def room() -> Dojo:
    dojo = factories.make_dojo(language="fr")
    for number, name in enumerate(NAMES):
        predicting(factories.join(dojo, name), 3.0 if number < 2 else 0.3, seed=number)
    ranked(dojo)
    return dojo


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_the_board_says_it_in_both_languages(
    person: Callable[..., Person], width: int, theme: str
) -> None:
    dojo = room()
    user = dojo.seats.get(display_name="Bruno").people.get()
    for language, (tried, mark) in SAID.items():
        window = {"viewport": {"width": width, "height": 900}, "color_scheme": theme}
        reader = person(language, **window).sit_down(user)
        reader.open(f"/dojos/{dojo.public_id}/leaderboard/")
        expect(reader.page.locator("#luck")).to_contain_text(tried)
        expect(reader.page.locator("#board .badge", has_text=mark).first).to_be_visible()
        assert reader.page.evaluate(FITS), "nothing is wider than the window"


def test_the_projector_says_it_until_a_rule_leaves_it_out(person: Callable[..., Person]) -> None:
    dojo = room()
    user = dojo.seats.get(role="facilitator").people.get()
    projector = person(viewport={"width": 1920, "height": 1080}).sit_down(user)
    facilitator = person().sit_down(user)
    dojo.stage.scene = "leaderboard"
    dojo.stage.save(update_fields=["scene"])
    projector.open(f"/dojos/{dojo.public_id}/projector/")
    expect(projector.page.locator("#luck")).to_contain_text("par hasard, la meilleure")
    height = "document.documentElement.scrollHeight <= window.innerHeight"
    assert projector.page.evaluate(height), "all on one screen"
    facilitator.open(f"/dojos/{dojo.public_id}/prepare/rules/")
    box = facilitator.page.locator("#id_tells_luck")
    expect(box).to_be_checked()
    box.uncheck()
    facilitator.page.locator("main form button[type=submit]").last.click()
    expect(facilitator.page.locator("body")).to_contain_text("Non affichée")
    facilitator.check()
    expect(projector.page.locator("#board")).to_be_visible()
    expect(projector.page.locator("#luck")).to_have_count(0)
    projector.check()
