"""Moving through the agenda: extend, give back, skip, go back, and do each thing once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from classrooms.agenda import timeline
from classrooms.agenda.timetable import Timetable, timetable_of
from classrooms.exceptions import NotNow
from classrooms.models import Dojo, Phase
from tests import factories

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)


@pytest.fixture
def dojo() -> Dojo:
    return factories.make_dojo()


def minutes(dojo: Dojo) -> list[int]:
    return [phase.minutes for phase in dojo.phases.all()]


def current(dojo: Dojo) -> int | None:
    dojo = Dojo.objects.get(pk=dojo.pk)
    return dojo.current_phase.position if dojo.current_phase else None


# --- Time -------------------------------------------------------------------------
def test_time_is_taken_from_the_longest_phase_to_come_and_the_end_stays(dojo: Dojo) -> None:
    timeline.extend_phase(dojo)
    assert minutes(dojo) == [50, 45, 55, 30, 30, 30]
    for _more in range(3):
        timeline.extend_phase(dojo)
    # The two longest are by now alike, and give in turns.
    assert minutes(dojo) == [65, 42, 43, 30, 30, 30]
    assert sum(minutes(dojo)) == 240


def test_when_no_phase_has_more_than_the_least_the_end_moves(dojo: Dojo) -> None:
    timeline.extend_phase(dojo, minutes=180)
    # Of 195 minutes to come, 170 can be taken.
    assert minutes(dojo) == [225, 5, 5, 5, 5, 5]
    assert sum(minutes(dojo)) == 250


def test_time_that_is_given_back_goes_where_it_was_taken(dojo: Dojo) -> None:
    timeline.extend_phase(dojo)
    timeline.shorten_phase(dojo)
    assert minutes(dojo) == [45, 45, 60, 30, 30, 30]
    timeline.shorten_phase(dojo)
    assert sum(minutes(dojo)) == 235
    Phase.objects.filter(dojo=dojo, position=1).update(extra_minutes=-41)
    with pytest.raises(NotNow):
        timeline.shorten_phase(dojo)


# --- The way through --------------------------------------------------------------
def test_a_skipped_phase_is_passed_over_and_can_be_taken_in_again(dojo: Dojo) -> None:
    timeline.skip_phase(dojo, position=2)
    timeline.skip_phase(dojo, position=3)
    timeline.unskip_phase(dojo, position=3)
    assert minutes(dojo)[1] == 0
    timeline.advance_dojo(dojo)
    assert current(dojo) == 3
    for position in (1, 2, 3):
        with pytest.raises(NotNow):
            timeline.skip_phase(dojo, position=position)
    with pytest.raises(NotNow):
        timeline.unskip_phase(dojo, position=2)


def test_the_last_phase_may_be_skipped_and_then_the_dojo_ends(dojo: Dojo) -> None:
    for position in range(2, 7):
        timeline.skip_phase(dojo, position=position)
    timeline.advance_dojo(dojo)
    assert Dojo.objects.get(pk=dojo.pk).has_ended


def test_going_back_goes_on_from_what_was_counted(dojo: Dojo) -> None:
    began = timezone.now() - timedelta(minutes=40)
    Phase.objects.filter(dojo=dojo, position=1).update(counting_since=began)
    timeline.advance_dojo(dojo)
    Phase.objects.filter(dojo=dojo, position=2).update(
        counting_since=timezone.now() - timedelta(minutes=3)
    )
    timeline.go_back(dojo)
    assert current(dojo) == 1
    first, second = dojo.phases.all()[:2]
    assert timedelta(minutes=40) <= first.elapsed() < timedelta(minutes=41)
    assert second.is_to_come
    timeline.advance_dojo(dojo)
    second.refresh_from_db()
    assert timedelta(minutes=3) <= second.elapsed() < timedelta(minutes=4)


def test_going_back_passes_over_what_was_skipped_and_ends_at_the_first(dojo: Dojo) -> None:
    timeline.skip_phase(dojo, position=2)
    timeline.advance_dojo(dojo)
    timeline.go_back(dojo)
    assert current(dojo) == 1
    with pytest.raises(NotNow):
        timeline.go_back(dojo)


def test_an_end_by_mistake_is_undone(dojo: Dojo) -> None:
    for _phase in range(6):
        timeline.advance_dojo(dojo)
    timeline.go_back(dojo)
    stored = Dojo.objects.get(pk=dojo.pk)
    assert (stored.state, stored.ended_at) == (Dojo.State.RUNNING, None)
    assert current(dojo) == 6


# --- Once -------------------------------------------------------------------------
def test_a_button_pressed_twice_does_a_thing_once(cast) -> None:
    client, path = cast.clients["facilitator"], f"/dojos/{cast.dojo.public_id}/clock/next/"
    seen = Dojo.objects.get(pk=cast.dojo.pk).moment
    for _press in range(2):
        page = client.post(path, {"seen": seen}, follow=True, headers={"accept-language": "en"})
    assert current(cast.dojo) == 2
    assert "Not changed" in page.content.decode()


def test_skipping_from_the_cockpit(cast) -> None:
    client, dojo = cast.clients["facilitator"], cast.dojo
    page = client.get(f"/dojos/{dojo.public_id}/cockpit/", headers={"accept-language": "en"})
    assert "Skip Iterations" in page.content.decode()
    seen = Dojo.objects.get(pk=dojo.pk).moment
    for position in ("3", "x", ""):
        client.post(f"/dojos/{dojo.public_id}/clock/skip/", {"seen": seen, "position": position})
    assert [phase.position for phase in dojo.phases.all() if phase.is_skipped] == [3]
    page = client.get(f"/dojos/{dojo.public_id}/cockpit/", headers={"accept-language": "en"})
    assert "60 minutes earlier than planned" in page.content.decode()


# --- In clock time ----------------------------------------------------------------
def schedule(dojo: Dojo, at: datetime) -> Timetable:
    dojo = Dojo.objects.get(pk=dojo.pk)
    return timetable_of(dojo, tuple(dojo.phases.all()), at)


def begin_at_start(dojo: Dojo) -> None:
    Dojo.objects.filter(pk=dojo.pk).update(started_at=START, time_zone="Europe/Paris")
    Phase.objects.filter(dojo=dojo, position=1).update(started_at=START, counting_since=START)


def test_times_are_told_in_the_dojo_s_zone(dojo: Dojo) -> None:
    begin_at_start(dojo)
    found = schedule(dojo, START + timedelta(minutes=10))
    assert [slot.planned[0].strftime("%H:%M") for slot in found.slots if slot.planned] == [
        "14:00",
        "14:45",
        "15:30",
        "16:30",
        "17:00",
        "17:30",
    ]
    assert (found.end, found.late_minutes) == (found.planned_end, 0)


def test_a_pause_or_a_phase_that_runs_over_moves_the_end(dojo: Dojo) -> None:
    begin_at_start(dojo)
    # Ten minutes were counted; the rest of the hour was a pause.
    Phase.objects.filter(dojo=dojo, position=1).update(
        counted=timedelta(minutes=10), counting_since=None
    )
    assert schedule(dojo, START + timedelta(minutes=60)).late_minutes == 50
    Phase.objects.filter(dojo=dojo, position=1).update(counting_since=START, counted=timedelta())
    found = schedule(dojo, START + timedelta(minutes=52))
    assert (found.late_minutes, found.slots[0].late) == (7, 7)
    assert found.slots[1].is_elsewhen


def test_a_dojo_that_is_late_to_begin_ends_late() -> None:
    dojo = factories.make_dojo(started=False)
    assert schedule(dojo, START).end is None
    Dojo.objects.filter(pk=dojo.pk).update(scheduled_for=START)
    assert schedule(dojo, START - timedelta(days=1)).late_minutes == 0
    assert schedule(dojo, START + timedelta(minutes=20)).late_minutes == 20
