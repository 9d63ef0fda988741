"""Services that move a Dojo through its agenda. Each is one transaction.

Buttons name the phase that they were about, so that a double click, or two facilitators
at once, do a thing once: see `act`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone

from classrooms.exceptions import DataNotReady, NotNow
from classrooms.models import Dataset, Dojo, Phase
from classrooms.topics import CLOCK
from live.models import touch

# Sent with `phase`, in the transaction that ends it.
phase_ended = Signal()

STEP_MINUTES = 5
# As much is left to a phase that others take time from.
LEAST_MINUTES = 5


def _lock(dojo: Dojo, *states: str) -> Dojo:
    locked = Dojo.objects.select_for_update(no_key=True).get(pk=dojo.pk)
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
    """Let the phase count: from nothing, or from what it had counted before."""
    phase.started_at = phase.started_at or timezone.now()
    phase.ended_at, phase.counting_since = None, timezone.now()
    phase.save(update_fields=["started_at", "ended_at", "counting_since"])


@transaction.atomic
def start_dojo(dojo: Dojo) -> None:
    """Begin the first phase that is not skipped.

    Raises:
        DataNotReady: its data is being split anew.
        NotNow: it has already begun, or every phase is skipped.
    """
    dojo = _lock(dojo, Dojo.State.DRAFT)
    if not Dataset.objects.ready().filter(pk=dojo.dataset_id).exists():
        raise DataNotReady
    first = dojo.phases.filter(ended_at=None).first()
    if first is None:
        raise NotNow
    _begin(first)
    _set_state(dojo, Dojo.State.RUNNING, started_at=timezone.now())


@transaction.atomic
def pause_dojo(dojo: Dojo) -> None:
    """Stop the clock for everyone."""
    dojo = _lock(dojo, Dojo.State.RUNNING)
    _stop_counting(dojo)
    _set_state(dojo, Dojo.State.PAUSED)


@transaction.atomic
def resume_dojo(dojo: Dojo) -> None:
    """Resume the clock where it stopped."""
    dojo = _lock(dojo, Dojo.State.PAUSED)
    if phase := dojo.current_phase:
        phase.counting_since = timezone.now()
        phase.save(update_fields=["counting_since"])
    _set_state(dojo, Dojo.State.RUNNING)


# --- Time -------------------------------------------------------------------------
@transaction.atomic
def extend_phase(dojo: Dojo, *, minutes: int = STEP_MINUTES) -> None:
    """Give the current phase more time, taken from later phases, the longest first.

    The Dojo ends as planned as long as a later phase has more than `LEAST_MINUTES`;
    then the end moves.

    Raises:
        NotNow: no phase is current.
    """
    phase, later = _current_and_later(dojo)
    _take(later, minutes)
    phase.extra_minutes += minutes
    _save_minutes([phase, *later])
    touch(dojo.pk, CLOCK)


@transaction.atomic
def shorten_phase(dojo: Dojo, *, minutes: int = STEP_MINUTES) -> None:
    """Give time of the current phase back: to later phases that some was taken from, the
    next one first; what none of them misses moves the end forward.

    Raises:
        NotNow: no phase is current, or it has not so many minutes to give.
    """
    phase, later = _current_and_later(dojo)
    if phase.minutes - minutes < 1:
        raise NotNow
    left = minutes
    for other in later:
        given = min(left, max(0, -other.extra_minutes))
        other.extra_minutes += given
        left -= given
    phase.extra_minutes -= minutes
    _save_minutes([phase, *later])
    touch(dojo.pk, CLOCK)


def _current_and_later(dojo: Dojo) -> tuple[Phase, list[Phase]]:
    """The current phase, and those that will come."""
    dojo = _lock(dojo, Dojo.State.RUNNING, Dojo.State.PAUSED)
    phase = dojo.current_phase
    if phase is None:
        raise NotNow
    return phase, [other for other in dojo.phases.all() if other.is_to_come]


def _take(phases: Sequence[Phase], minutes: int) -> None:
    """Take so many minutes, as far as there are, from the longest phases."""
    for _minute in range(minutes):
        longest = max(phases, key=lambda phase: phase.minutes, default=None)
        if longest is None or longest.minutes <= LEAST_MINUTES:
            return
        longest.extra_minutes -= 1


def _save_minutes(phases: Sequence[Phase]) -> None:
    Phase.objects.bulk_update(phases, ["extra_minutes"])


# --- The way through --------------------------------------------------------------
@transaction.atomic
def advance_dojo(dojo: Dojo) -> None:
    """End the current phase and begin the next one that is not skipped; after the last the
    Dojo ends.

    Raises:
        NotNow: no phase is current.
    """
    dojo = _lock(dojo, Dojo.State.RUNNING, Dojo.State.PAUSED)
    phase = _stop_counting(dojo)
    if phase is None:
        raise NotNow
    phase.ended_at = timezone.now()
    phase.save(update_fields=["ended_at"])
    phase_ended.send(sender=Phase, phase=phase)
    following = next((other for other in dojo.phases.all() if other.is_to_come), None)
    if following is None:
        _set_state(dojo, Dojo.State.ENDED, ended_at=timezone.now())
        return
    _begin(following)
    _set_state(dojo, Dojo.State.RUNNING)


@transaction.atomic
def go_back(dojo: Dojo) -> None:
    """Return to the phase before, whose clock goes on from where it stood; after the end,
    to the last one. The phase that is left keeps what it has counted.

    Raises:
        NotNow: there is no phase before.
    """
    dojo = _lock(dojo, Dojo.State.RUNNING, Dojo.State.PAUSED, Dojo.State.ENDED)
    current = _stop_counting(dojo)
    before = [phase for phase in dojo.phases.all() if phase.is_over and not phase.is_skipped]
    if not before:
        raise NotNow
    if current:
        current.started_at = None
        current.save(update_fields=["started_at"])
    _begin(before[-1])
    _set_state(dojo, Dojo.State.RUNNING, ended_at=None)


@transaction.atomic
def skip_phase(dojo: Dojo, *, position: int) -> None:
    """Leave a coming phase out.

    Raises:
        NotNow: it has begun, is skipped already, or is not there.
    """
    dojo = _lock(dojo, Dojo.State.DRAFT, Dojo.State.RUNNING, Dojo.State.PAUSED)
    coming = dojo.phases.filter(position=position, started_at=None, ended_at=None)
    if not coming.update(ended_at=timezone.now()):
        raise NotNow
    touch(dojo.pk, CLOCK)


@transaction.atomic
def unskip_phase(dojo: Dojo, *, position: int) -> None:
    """Take a skipped phase in again.

    Raises:
        NotNow: it is not skipped, or the group is past it.
    """
    dojo = _lock(dojo, Dojo.State.DRAFT, Dojo.State.RUNNING, Dojo.State.PAUSED)
    skipped = dojo.phases.filter(position=position, started_at=None, ended_at__isnull=False)
    current = dojo.current_phase
    if current and current.position > position:
        raise NotNow
    if not skipped.update(ended_at=None):
        raise NotNow
    touch(dojo.pk, CLOCK)


CLOCK_ACTIONS: dict[str, Callable[[Dojo], None]] = {
    "start": start_dojo,
    "pause": pause_dojo,
    "resume": resume_dojo,
    "extend": extend_phase,
    "shorten": shorten_phase,
    "next": advance_dojo,
    "back": go_back,
}
PHASE_ACTIONS: dict[str, Callable[..., None]] = {"skip": skip_phase, "unskip": unskip_phase}


@transaction.atomic
def act(dojo: Dojo, action: str, *, seen: str, position: int | None = None) -> None:
    """Do what a button says, unless the agenda has moved since the button was drawn.

    Args:
        action: a key of `CLOCK_ACTIONS`, or of `PHASE_ACTIONS` with the phase's position.
        seen: `Dojo.moment` when the button was drawn.

    Raises:
        KeyError: there is no such action.
        NotNow: somebody was faster, or the state does not allow it.
    """
    locked = Dojo.objects.select_for_update(no_key=True).get(pk=dojo.pk)
    if action in PHASE_ACTIONS:
        perform = partial(PHASE_ACTIONS[action], position=position)
    else:
        perform = partial(CLOCK_ACTIONS[action])
    if seen != locked.moment:
        raise NotNow
    perform(locked)
