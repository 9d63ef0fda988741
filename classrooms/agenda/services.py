"""Services that change an agenda or a facilitator's templates. Each is one transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import F

from classrooms.agenda.variants import PhaseDraft
from classrooms.exceptions import AgendaMoved, NotNow, TitleTaken
from classrooms.models import AgendaTemplate, Dojo, Phase, User
from classrooms.topics import CLOCK
from live.models import touch

# Beyond every position that an agenda has, so that phases can change places.
ASIDE = 1000


@dataclass(frozen=True)
class AgendaEntry:
    """A phase as it is to be.

    Attributes:
        was: the position at which the phase stands now; None for a new one.
    """

    was: int | None
    draft: PhaseDraft


def agenda_digest(phases: Iterable[Phase]) -> str:
    """Hash of an agenda, to notice that it has changed since it was shown."""
    seen = [[phase.pk, phase.position, PhaseDraft.of(phase).as_json()] for phase in phases]
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()[:16]


def settled_phases(phases: Sequence[Phase]) -> int:
    """Number of leading phases that keep their place: all up to the last that started."""
    return max((place for place, phase in enumerate(phases, 1) if has_begun(phase)), default=0)


def has_begun(phase: Phase) -> bool:
    """Whether its clock has counted, even if the group has gone back since."""
    return phase.started_at is not None or bool(phase.counted)


def shown_minutes(phase: Phase) -> int:
    """Current length of a phase: planned minutes, plus or minus later changes."""
    return max(phase.planned_minutes + phase.extra_minutes, 1)


@transaction.atomic
def change_agenda(dojo: Dojo, entries: Sequence[AgendaEntry], *, seen: str) -> None:
    """Replace the agenda. Once the Dojo runs, the plan stays and minutes are added to it.

    Args:
        entries: the whole agenda, in order; what is not among them is removed.
        seen: the digest of the agenda that the entries were made of.

    Raises:
        NotNow: the Dojo has ended.
        AgendaMoved: somebody else changed it since, or a phase began.
    """
    dojo = Dojo.objects.select_for_update(no_key=True).get(pk=dojo.pk)
    if dojo.has_ended:
        raise NotNow
    phases = list(dojo.phases.all())
    if agenda_digest(phases) != seen or not _keeps_what_began(phases, entries):
        raise AgendaMoved
    by_position = {phase.position: phase for phase in phases}
    kept = {entry.was for entry in entries if entry.was is not None}
    dojo.phases.exclude(position__in=kept).delete()
    dojo.phases.update(position=F("position") + ASIDE)
    for position, entry in enumerate(entries, start=1):
        phase = by_position[entry.was] if entry.was is not None else Phase(dojo=dojo)
        _write(phase, entry.draft, keeps_plan=dojo.has_started and phase.pk is not None)
        phase.position = position
        phase.save()
    touch(dojo.pk, CLOCK)


def _keeps_what_began(phases: Sequence[Phase], entries: Sequence[AgendaEntry]) -> bool:
    """Return whether started phases keep their place, and change only their title or get longer."""
    settled = phases[: settled_phases(phases)]
    if [entry.was for entry in entries[: len(settled)]] != [phase.position for phase in settled]:
        return False
    return all(
        (draft.kind, draft.content, draft.deliverable)
        == (phase.kind, phase.content, phase.deliverable)
        and draft.planned_minutes >= shown_minutes(phase)
        for phase, draft in zip(settled, (entry.draft for entry in entries), strict=False)
        if has_begun(phase)
    )


def _write(phase: Phase, draft: PhaseDraft, *, keeps_plan: bool) -> None:
    minutes = draft.planned_minutes
    if keeps_plan:
        phase.extra_minutes = minutes - phase.planned_minutes
    else:
        phase.planned_minutes, phase.extra_minutes = minutes, 0
    phase.kind, phase.title = draft.kind, draft.title
    phase.content, phase.deliverable = draft.content, draft.deliverable


@transaction.atomic
def keep_template(owner: User, title: str, agenda: Sequence[PhaseDraft]) -> AgendaTemplate:
    """Keep an agenda, to open other Dojos with.

    Raises:
        TitleTaken: the person has one of this title.
    """
    try:
        with transaction.atomic():
            return AgendaTemplate.objects.create(
                owner=owner, title=title, phases=[draft.as_json() for draft in agenda]
            )
    except IntegrityError as error:
        raise TitleTaken from error


def rename_template(template: AgendaTemplate, title: str) -> None:
    """Give a kept agenda another title.

    Raises:
        TitleTaken: the person has another one of this title.
    """
    template.title = title
    try:
        with transaction.atomic():
            template.save(update_fields=["title"])
    except IntegrityError as error:
        raise TitleTaken from error
