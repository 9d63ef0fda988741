"""Verbs that change people and time. Each is one transaction."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from classrooms.agenda import AGENDAS
from classrooms.identifiers import new_join_code
from classrooms.models import Dataset, Dojo, Membership, Phase
from classrooms.models.dojos import Variant
from classrooms.models.live import touch
from experiments.engine.schema import Costs

CLOCK = "clock"
ROOM = "room"
LEADERBOARD = "leaderboard"


class NotNow(Exception):
    """The Dojo is not in the state that this action needs."""


class NameTaken(Exception):
    """Somebody else in the Dojo already has this display name."""


@transaction.atomic
def create_dojo(
    *,
    facilitator: User,
    display_name: str,
    title: str,
    language: str,
    variant: str,
    dataset: Dataset,
    primary_metric: str,
    success_threshold: float,
    costs: Costs | None = None,
) -> Dojo:
    """Open a Dojo with the agenda of its variant, written in its language."""
    dojo = Dojo(
        title=title,
        language=language,
        variant=variant,
        dataset=dataset,
        primary_metric=primary_metric,
        success_threshold=success_threshold,
        costs=costs.model_dump() if costs else {},
    )
    while Dojo.objects.filter(join_code=dojo.join_code).exists():
        dojo.join_code = new_join_code()
    dojo.save()
    with translation.override(language):
        Phase.objects.bulk_create(
            Phase(
                dojo=dojo,
                position=position,
                kind=plan.kind,
                title=str(plan.kind.label),
                content=str(plan.content),
                deliverable=str(plan.deliverable),
                planned_minutes=plan.minutes,
            )
            for position, plan in enumerate(AGENDAS[Variant(variant)], start=1)
        )
    Membership.objects.create(
        dojo=dojo, user=facilitator, role=Membership.Role.FACILITATOR, display_name=display_name
    )
    touch(dojo.pk, CLOCK)
    return dojo


def join_dojo(*, dojo: Dojo, user: User, display_name: str) -> Membership:
    """Give this person a place in the Dojo, or the one that they already have.

    Raises:
        NotNow: the Dojo has ended, or is somebody's solo session.
        NameTaken: another person has this display name.
    """
    existing = Membership.objects.filter(dojo=dojo, user=user).first()
    if existing:
        return existing
    if dojo.has_ended or dojo.is_solo:
        raise NotNow
    try:
        with transaction.atomic():
            membership = Membership.objects.create(
                dojo=dojo, user=user, display_name=display_name.strip()
            )
            touch(dojo.pk, ROOM, LEADERBOARD)
    except IntegrityError as error:
        existing = Membership.objects.filter(dojo=dojo, user=user).first()
        if existing:
            return existing
        raise NameTaken from error
    return membership


# --- The clock ----------------------------------------------------------------
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
