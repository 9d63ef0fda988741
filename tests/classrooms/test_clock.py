"""The agenda and its clock."""

from datetime import timedelta

import pytest
from django.utils import timezone

from classrooms.agenda import timeline
from classrooms.agenda.variants import AGENDAS
from classrooms.exceptions import NotNow
from classrooms.models import Dojo, Phase
from classrooms.models.dojos import Variant
from live.models import Topic, current_version
from tests import factories

pytestmark = pytest.mark.django_db


def minutes(variant: Variant) -> list[int]:
    return [plan.minutes for plan in AGENDAS[variant]]


def test_the_agenda_is_the_briefs() -> None:
    assert minutes(Variant.STANDARD) == [45, 45, 60, 30, 30, 30]
    assert sum(minutes(Variant.STANDARD)) == 240
    assert sum(minutes(Variant.DISCOVERY)) == 120
    assert sum(minutes(Variant.ADVANCED)) == 480


def test_the_agenda_is_written_in_the_dojos_language() -> None:
    dojo = factories.make_dojo(language="fr")
    assert dojo.phases.first().title == "Théorie"
    assert [phase.deliverable for phase in dojo.phases.all()][2] == "Journal d'expériences"


def test_a_pause_stops_the_clock_and_resuming_lets_it_go_on() -> None:
    dojo = factories.make_dojo()
    phase = dojo.phases.get(position=1)
    started = timezone.now() - timedelta(minutes=10)
    Phase.objects.filter(pk=phase.pk).update(counting_since=started)
    timeline.pause_dojo(dojo)
    phase.refresh_from_db()
    assert 600 <= phase.elapsed().total_seconds() < 602
    assert phase.elapsed(timezone.now() + timedelta(hours=1)) == phase.elapsed()
    timeline.resume_dojo(dojo)
    phase.refresh_from_db()
    later = timezone.now() + timedelta(minutes=5)
    assert 900 <= phase.elapsed(later).total_seconds() < 902
    assert phase.remaining(later) < timedelta(minutes=30, seconds=1)


def test_extending_adds_to_the_current_phase() -> None:
    dojo = factories.make_dojo()
    timeline.extend_phase(dojo, minutes=5)
    assert dojo.phases.get(position=1).duration == timedelta(minutes=50)


def test_moving_on_ends_with_the_last_phase() -> None:
    dojo = factories.make_dojo()
    for _phase in range(6):
        timeline.advance_dojo(dojo)
    dojo.refresh_from_db()
    assert dojo.state == Dojo.State.ENDED
    assert dojo.current_phase is None
    with pytest.raises(NotNow):
        timeline.advance_dojo(dojo)


def test_what_the_state_does_not_allow_changes_nothing() -> None:
    dojo = factories.make_dojo(started=False)
    for action in ("pause", "resume", "extend", "next"):
        with pytest.raises(NotNow):
            timeline.CLOCK_ACTIONS[action](dojo)
    timeline.start_dojo(dojo)
    with pytest.raises(NotNow):
        timeline.start_dojo(dojo)


def test_every_change_of_the_clock_is_announced() -> None:
    dojo = factories.make_dojo()
    seen = current_version(dojo.pk)
    timeline.pause_dojo(dojo)
    topic = Topic.objects.get(channel=dojo.pk, name="clock")
    assert topic.version == current_version(dojo.pk) > seen


def test_the_cockpit_says_so_when_it_was_too_late(cast) -> None:
    timeline.pause_dojo(cast.dojo)
    path = f"/dojos/{cast.dojo.public_id}/clock/pause/"
    page = cast.clients["facilitator"].post(path, follow=True, headers={"accept-language": "en"})
    assert "Not changed" in page.content.decode()
    missing = f"/dojos/{cast.dojo.public_id}/clock/explode/"
    assert cast.clients["facilitator"].post(missing).status_code == 404
