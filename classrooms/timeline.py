"""Verbs that move a Dojo through its agenda. Each is one transaction."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from classrooms.exceptions import NotNow
from classrooms.models import Dojo, Phase
from classrooms.models.live import touch
from classrooms.topics import CLOCK, LEADERBOARD, ROOM


def _lock(dojo: Dojo, *states: str) -> Dojo:
    locked = Dojo.objects.select_for_update().get(pk=dojo.pk)
    if locked.state not in states:
        raise NotNow
    return locked


def _set_state(dojo: Dojo, state: str, **fields: object) -> None:
    Dojo.objects.filter(pk=dojo.pk).update(state=state, **fields)
    touch(dojo.pk, CLOCK)


def _stop_counting(dojo: Dojo) -> Phase | None:
    """Bank the time of the current phase."""
    phase = dojo.current_phase
    if phase and phase.is_counting:
        phase.counted, phase.counting_since = phase.elapsed(), None
        phase.save(update_fields=["counted", "counting_since"])
    return phase


def _begin(phase: Phase) -> None:
    phase.started_at = phase.counting_since = timezone.now()
    phase.save(update_fields=["started_at", "counting_since"])


@transaction.atomic
def start_dojo(dojo: Dojo) -> None:
    """Begin the first phase.

    Raises:
        NotNow: it has already begun.
    """
    dojo = _lock(dojo, Dojo.State.DRAFT)
    _begin(dojo.phases.all()[0])
    _set_state(dojo, Dojo.State.RUNNING, started_at=timezone.now())


@transaction.atomic
def pause_dojo(dojo: Dojo) -> None:
    """Stop the clock for everyone."""
    dojo = _lock(dojo, Dojo.State.RUNNING)
    _stop_counting(dojo)
    _set_state(dojo, Dojo.State.PAUSED)


@transaction.atomic
def resume_dojo(dojo: Dojo) -> None:
    """Let the clock go on where it stood."""
    dojo = _lock(dojo, Dojo.State.PAUSED)
    if phase := dojo.current_phase:
        phase.counting_since = timezone.now()
        phase.save(update_fields=["counting_since"])
    _set_state(dojo, Dojo.State.RUNNING)


@transaction.atomic
def extend_phase(dojo: Dojo, *, minutes: int) -> None:
    """Give the current phase more time."""
    dojo = _lock(dojo, Dojo.State.RUNNING, Dojo.State.PAUSED)
    phase = dojo.current_phase
    if phase is None:
        raise NotNow
    phase.extra_minutes += minutes
    phase.save(update_fields=["extra_minutes"])
    touch(dojo.pk, CLOCK)


@transaction.atomic
def advance_dojo(dojo: Dojo) -> None:
    """End the current phase and begin the next; after the last one the Dojo ends."""
    dojo = _lock(dojo, Dojo.State.RUNNING, Dojo.State.PAUSED)
    phase = _stop_counting(dojo)
    if phase is None:
        raise NotNow
    phase.ended_at = timezone.now()
    phase.save(update_fields=["ended_at"])
    following = dojo.phases.filter(position__gt=phase.position).first()
    if following is None:
        _set_state(dojo, Dojo.State.ENDED, ended_at=timezone.now())
        return
    _begin(following)
    _set_state(dojo, Dojo.State.RUNNING)


@transaction.atomic
def reveal_holdout(dojo: Dojo) -> None:
    """Show the scores on the hidden rows to everyone; there is no way back."""
    Dojo.objects.filter(pk=dojo.pk, holdout_revealed_at=None).update(
        holdout_revealed_at=timezone.now()
    )
    touch(dojo.pk, LEADERBOARD, ROOM)


CLOCK_ACTIONS = {
    "start": start_dojo,
    "pause": pause_dojo,
    "resume": resume_dojo,
    "extend": lambda dojo: extend_phase(dojo, minutes=5),
    "next": advance_dojo,
}
