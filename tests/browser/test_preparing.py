"""What scripts add to preparing: phases moved by keyboard, minutes counted, solo that begins."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.test_dojo import MakePerson, running, sign_up
from tests.product import PATIENCE_MS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

__all__ = ["running"]


def test_an_agenda_by_keyboard_and_a_solo_session_that_begins_by_itself(person: MakePerson) -> None:
    robin = person("en-GB")
    page = robin.page
    sign_up(robin, "alone@example.org")

    # A worker splits the data; the session begins when it is ready, without a click.
    robin.open("/solo/")
    page.click("form:has(input[value=breast_cancer]) button")
    page.wait_for_url("**/work/", timeout=PATIENCE_MS)
    robin.check()
    page.get_by_role("button", name="Go to Setup").click()
    expect(page.get_by_role("button", name="Go to Iterations")).to_be_visible()

    # Its dataset is theirs: a Dojo opens on it.
    robin.open("/dojos/new/agenda/")
    titles = page.locator("input[name$=-title]")
    expect(titles.nth(0)).to_have_value("Theory")
    page.locator("#down-new0").focus()
    page.keyboard.press("Enter")
    expect(titles.nth(0)).to_have_value("Setup")
    page.fill("input[name=phases-0-planned_minutes]", "30")
    page.keyboard.press("Tab")
    expect(page.locator("#timing")).to_contain_text("3 h 45 min")
    page.click("button.btn-primary[value=next]")
    robin.check()
    page.click("button.btn-primary[value=open]")
    page.wait_for_url("**/seats/inviting/")
    robin.check()
    page.get_by_role("link", name="Check the settings").click()
    page.wait_for_url("**/prepare/")
    robin.check()
    page.locator("a[href$='/prepare/agenda/']", has_text="Edit").click()
    robin.check()
    page.locator("#down-1").focus()
    for place in (1, 2):
        page.keyboard.press("Enter")
        expect(titles.nth(place)).to_have_value("Setup")
        expect(page.locator("#down-1")).to_be_focused()
    page.get_by_role("button", name="Save the agenda").click()
    expect(page.get_by_text("Agenda saved.")).to_be_visible()
