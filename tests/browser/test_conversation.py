"""A message and a raised hand arrive by themselves, and nothing that is typed is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.browser.conftest import Person
from tests.product import Product

MakePerson = Callable[..., Person]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_message_arrives_while_somebody_types(
    product: Product, person: Callable[..., Person]
) -> None:
    product.serve()
    facilitator = factories.make_user("camille")
    dojo = factories.make_dojo(facilitator)
    member = factories.join(dojo, "alex")
    helper, participant = person(), person()
    helper.sit_down(facilitator)
    participant.sit_down(member.people.get())
    participant.open(f"/dojos/{dojo.public_id}/experiments/new/")
    helper.open(f"/dojos/{dojo.public_id}/cockpit/")

    participant.page.fill("textarea[name=claim]", "Half a hypothesis")
    participant.page.locator("#hand-menu summary").click()
    participant.page.fill("#hand-reason", "Which column")
    helper.page.fill("#announcements textarea", "Five minutes left.")
    helper.page.select_option("#announcements select", member.public_id)
    helper.page.locator("#announcements button[type=submit]").click()
    expect(participant.page.locator("#news")).to_contain_text("Five minutes left.")
    expect(participant.page.locator("#hand-reason")).to_be_focused()
    expect(participant.page.locator("#hand-reason")).to_have_value("Which column")
    participant.check()

    helper.page.fill("#announcements textarea", "Half a message")
    participant.page.locator("#hand button[type=submit]").click()
    expect(helper.page.locator("#hands")).to_contain_text("Which column")
    expect(helper.page.locator("#announcements textarea")).to_have_value("Half a message")
    helper.check()
    helper.page.locator("#hands .btn-primary").click()
    expect(participant.page.locator("#hand")).to_contain_text("Camille arrive")
    participant.page.locator("#news button").click()
    expect(participant.page.locator("#news")).not_to_contain_text("Five minutes left.")
    expect(helper.page.locator("#sent .text-green")).to_have_text("vue")
    expect(participant.page.locator("textarea[name=claim]")).to_have_value("Half a hypothesis")
