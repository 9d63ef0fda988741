"""The tabs of a browser share one stream of changes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, Request, expect

from classrooms.agenda import timeline
from classrooms.models import Dojo, Seat
from tests import factories
from tests.browser.conftest import Person
from tests.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MakePerson = Callable[..., Person]


@pytest.fixture(autouse=True)
def running(product: Product) -> Product:
    product.serve()
    return product


@pytest.fixture
def dojo() -> Dojo:
    return factories.make_dojo()


@pytest.fixture
def seat(dojo: Dojo) -> Seat:
    return factories.join(dojo)


@pytest.fixture
def who(person: MakePerson, seat: Seat) -> Person:
    return person("en-GB").sit_down(seat.people.get())


@pytest.fixture
def streams(who: Person) -> list[Request]:
    """The streams that the person's tabs have opened so far."""
    opened: list[Request] = []
    who.page.context.on(
        "request", lambda one: opened.append(one) if "/events/" in one.url else None
    )
    return opened


def open_tabs(who: Person, seat: Seat, count: int) -> list[Page]:
    tabs = [who.page] + [who.page.context.new_page() for _more in range(count - 1)]
    for tab in tabs:
        tab.goto(f"{who.url}/dojos/{seat.dojo.public_id}/work/")
    return tabs


def expect_pause(tabs: list[Page], dojo: Dojo, *, paused: bool) -> None:
    """Everyone's clock follows the Dojo's, without a reload."""
    if paused:
        timeline.pause_dojo(dojo)
    else:
        timeline.resume_dojo(dojo)
    for tab in tabs:
        expect(tab.get_by_text("Paused")).to_have_count(int(paused))


def test_three_tabs_have_one_stream_and_survive_the_one_that_holds_it(
    who: Person, seat: Seat, dojo: Dojo, streams: list[Request]
) -> None:
    tabs = open_tabs(who, seat, 3)
    expect_pause(tabs, dojo, paused=True)
    assert len(streams) == 1

    leader = next(tab for tab in tabs if tab == streams[0].frame.page)
    tabs.remove(leader)
    leader.close()
    # It happens while nobody leads, or right after: the next leader catches up.
    expect_pause(tabs, dojo, paused=False)
    expect_pause(tabs, dojo, paused=True)
    assert len(streams) == 2
    assert not who.problems


def test_a_tab_hears_what_happened_before_it_listened(
    who: Person, seat: Seat, dojo: Dojo, streams: list[Request]
) -> None:
    (first,) = open_tabs(who, seat, 1)
    expect_pause([first], dojo, paused=True)
    expect_pause([first], dojo, paused=False)
    second = first.context.new_page()
    # Between rendering and listening the Dojo pauses: the first tab has heard it by then.
    script = "**/js/live*.js"
    second.route(
        script, lambda route: (expect_pause([first], dojo, paused=True), route.continue_())
    )
    second.goto(first.url)
    expect(second.get_by_text("Paused")).to_have_count(1)
    assert len(streams) == 1


def test_without_locks_each_visible_tab_has_its_own_stream(
    who: Person, seat: Seat, dojo: Dojo, streams: list[Request]
) -> None:
    who.page.context.add_init_script(
        "Object.defineProperty(Navigator.prototype, 'locks', {value: undefined})"
    )
    tabs = open_tabs(who, seat, 2)
    expect_pause(tabs, dojo, paused=True)
    assert len(streams) == 2


def test_a_session_that_ended_takes_no_page_away(who: Person, seat: Seat, dojo: Dojo) -> None:
    who.page.goto(f"{who.url}/dojos/{dojo.public_id}/framing/")
    who.page.fill("textarea[name=problem]", "Who will leave?")
    note = who.page.get_by_text("Your session has ended")
    expect(note).to_be_hidden()
    Session.objects.all().delete()
    factories.announce(dojo)
    expect(note).to_be_visible()
    who.check()
    expect(who.page.locator("textarea[name=problem]")).to_have_value("Who will leave?")


def test_a_page_that_no_stream_reaches_asks(
    who: Person, seat: Seat, dojo: Dojo, streams: list[Request]
) -> None:
    who.page.context.route("**/events/*", lambda route: route.abort())
    tabs = open_tabs(who, seat, 1)
    expect_pause(tabs, dojo, paused=True)
