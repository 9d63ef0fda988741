"""What people type reaches the database, once and as they meant it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from classrooms.models import Dojo, Seat
from experiments.models import Experiment, Framing
from tests import factories
from tests.browser.conftest import Person
from tests.product import Product, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MakePerson = Callable[..., Person]
TEXT = "Qui va partir, et pourquoi ?"
SAVE = "#main form:has(textarea[name=problem]) button[type=submit]"


@pytest.fixture(autouse=True)
def running(product: Product) -> Product:
    product.serve()
    return product


@pytest.fixture
def seat() -> Seat:
    return factories.join(factories.make_dojo(factories.make_user()), "Ada")


@pytest.fixture
def ada(person: MakePerson, seat: Seat) -> Person:
    return person("fr-FR").sit_down(seat.people.get())


def test_a_decimal_comma_is_stored_as_it_is_meant(ada: Person, seat: Seat) -> None:
    ada.open(f"/dojos/{seat.dojo.public_id}/experiments/new/")
    page = ada.page
    page.fill("textarea[name=claim]", "La régularisation aide.")
    page.fill("textarea[name=rationale]", "Elle simplifie.")
    page.locator("input[name=expected_effect]").press_sequentially("0,02")
    page.locator("input[name='model.C']").fill("")
    page.locator("input[name='model.C']").press_sequentially("0,1")
    page.locator("#experiment button[value=submit]").click()
    expect(page).not_to_have_url(re.compile("/new/"))
    made = Experiment.objects.get()
    assert (made.expected_effect, made.config["model"]["C"]) == (0.02, 0.1)


def test_a_double_click_clones_once(person: MakePerson, seat: Seat) -> None:
    facilitator = seat.dojo.seats.facilitators().get().people.get()
    who = person("fr-FR").sit_down(facilitator)
    who.open(f"/dojos/{seat.dojo.public_id}/prepare/")
    # Without its script, as where it has not loaded yet: the database alone keeps it to one.
    who.page.evaluate(
        """() => {
          const form = document.querySelector("form[action$='/clone/']");
          form.submit();
          form.submit();
        }"""
    )
    who.page.wait_for_url(lambda url: seat.dojo.public_id not in url)
    assert Dojo.objects.count() == 2
    assert Dojo.objects.latest("pk").public_id in who.page.url


def test_a_pressed_button_says_that_it_is_on_its_way(ada: Person, seat: Seat) -> None:
    path = f"/dojos/{seat.dojo.public_id}/framing/"
    ada.open(path)
    page = ada.page
    for name in ("problem", "data", "metric", "baseline"):
        page.fill(f"textarea[name={name}]", TEXT)
    # The page stays, so that it can be looked at: Playwright waits for a navigation to end.
    page.evaluate("addEventListener('submit', (event) => event.preventDefault())")
    button = page.locator(SAVE)
    button.click(no_wait_after=True)
    expect(button).to_be_disabled()
    expect(page.locator("#said")).to_have_text("Envoi en cours…")


def test_a_text_typed_while_the_login_ended_comes_back(ada: Person, seat: Seat) -> None:
    ada.open(f"/dojos/{seat.dojo.public_id}/framing/")
    page = ada.page
    page.fill("textarea[name=problem]", TEXT)
    for name in ("data", "metric", "baseline"):
        page.fill(f"textarea[name={name}]", "Des contrats.")
    Session.objects.all().delete()
    # A fragment that refreshes itself leaves the page where it is.
    page.evaluate("htmx.ajax('GET', location.pathname.replace('framing', 'clock'), 'body')")
    note = page.locator("#logged-out")
    expect(note).to_be_visible()
    expect(page.locator("textarea[name=problem]")).to_have_value(TEXT)
    with page.expect_popup() as popup:
        note.get_by_role("link").click()
    page = popup.value
    page.fill("input[name=login]", seat.people.get().email)
    page.fill("input[name=password]", factories.PASSWORD)
    page.click("main form button[type=submit]")
    page.wait_for_url("**/framing/")
    page.get_by_role("button", name="Rétablir").click()
    expect(page.locator("textarea[name=problem]")).to_have_value(TEXT)
    page.click(SAVE)
    page.wait_for_url("**/work/")
    assert Framing.objects.get().problem == TEXT
    assert page.evaluate("Object.keys(localStorage).filter((k) => k.startsWith('draft:'))") == []


def test_a_form_sent_without_a_login_comes_back_with_its_text(ada: Person, seat: Seat) -> None:
    ada.open(f"/dojos/{seat.dojo.public_id}/framing/")
    page = ada.page
    for name in ("problem", "data", "metric", "baseline"):
        page.fill(f"textarea[name={name}]", TEXT)
    Session.objects.all().delete()
    page.click(SAVE)
    page.fill("input[name=login]", seat.people.get().email)
    page.fill("input[name=password]", factories.PASSWORD)
    page.click("main form button[type=submit]")
    page.wait_for_url("**/framing/")
    page.get_by_role("button", name="Rétablir").click()
    expect(page.locator("textarea[name=problem]")).to_have_value(TEXT)


def test_a_text_sent_with_an_old_token_is_sent_again(ada: Person, seat: Seat) -> None:
    ada.open(f"/dojos/{seat.dojo.public_id}/framing/")
    page = ada.page
    for name in ("problem", "data", "metric", "baseline"):
        page.fill(f"textarea[name={name}]", TEXT)
    cookie = {"name": "csrftoken", "value": "b" * 32, "url": ada.url}
    page.context.add_cookies([cookie])  # type: ignore[list-item]
    page.click(SAVE)
    expect(page.get_by_role("heading", name="Pas encore envoyé")).to_be_visible()
    expect(page.get_by_text(TEXT).first).to_be_visible()
    page.get_by_role("button", name="Envoyer de nouveau").click()
    page.wait_for_url("**/work/")
    assert Framing.objects.get().problem == TEXT
    page.goto(f"{ada.url}/dojos/{seat.dojo.public_id}/framing/")
    expect(page.locator("textarea[name=problem]")).to_have_value(TEXT)
    expect(page.get_by_role("button", name="Rétablir")).to_have_count(0)


def test_drafts_are_forgotten_at_logout(ada: Person, seat: Seat) -> None:
    ada.open(f"/dojos/{seat.dojo.public_id}/framing/")
    page = ada.page
    page.fill("textarea[name=problem]", TEXT)
    drafts = "Object.keys(localStorage).filter((key) => key.startsWith('draft:')).length"
    wait_for(lambda: page.evaluate(drafts) == 1, "the draft to be kept")
    page.locator("[data-logout] button").click()
    page.wait_for_url(f"{ada.url}/")
    assert page.evaluate(drafts) == 0
