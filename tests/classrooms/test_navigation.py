"""Where one can go in a Dojo: tabs on a wide screen, groups of them on a phone."""

from __future__ import annotations

import pytest

from classrooms.dojos.navigation import DESTINATIONS, GROUPS, Navigation
from classrooms.dojos.reads import dojo_clock
from classrooms.models import Seat
from tests import factories


@pytest.fixture
def participant(db: None) -> Seat:
    return factories.join(factories.make_dojo())


def navigation(seat: Seat, tab: str = "work") -> Navigation:
    return Navigation(seat, dojo_clock(seat.dojo), tab)


def test_a_participant_has_three_destinations_and_the_coach(participant: Seat) -> None:
    found = navigation(participant)
    assert [group.key for group in found.groups] == ["work", "data", "room", "coach"]
    assert found.groups[0].address == f"/dojos/{participant.dojo.public_id}/work/"


def test_every_page_is_in_one_group(participant: Seat) -> None:
    assert {one.group for one in DESTINATIONS} == set(GROUPS)
    facilitator = participant.dojo.seats.get(role=Seat.Role.FACILITATOR)
    for seat in (participant, facilitator):
        found = navigation(seat)
        grouped = [link.tab for group in found.groups for link in group.links]
        assert sorted(grouped) == sorted(link.tab for link in found.links)


def test_a_facilitator_who_takes_no_part_has_no_work_of_their_own(participant: Seat) -> None:
    facilitator = participant.dojo.seats.get(role=Seat.Role.FACILITATOR)
    tabs = {link.tab for link in navigation(facilitator).links}
    assert {"cockpit", "prepare", "people", "summary", "talks"} <= tabs
    assert not tabs & {"work", "take_home", "coach", "help"}


def test_the_siblings_of_the_open_page_are_offered(participant: Seat) -> None:
    assert [link.tab for link in navigation(participant).siblings] == ["work", "take_home"]
    assert [link.is_open for link in navigation(participant).siblings] == [True, False]
    assert navigation(participant, "data").siblings == []


def test_every_destination_opens(participant: Seat, client) -> None:
    client.force_login(participant.people.get())
    for link in navigation(participant).links:
        page = client.get(link.address)
        assert page.status_code == 200, link.tab
        assert 'aria-current="true"' in page.content.decode(), link.tab


def test_the_coach_has_no_drawer_over_its_own_page(participant: Seat, client) -> None:
    client.force_login(participant.people.get())
    base = f"/dojos/{participant.dojo.public_id}"
    assert 'id="coach-drawer"' in client.get(f"{base}/work/").content.decode()
    assert 'id="coach-drawer"' not in client.get(f"{base}/coach/").content.decode()
