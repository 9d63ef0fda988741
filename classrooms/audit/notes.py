"""Write to the audit log of a Dojo, and read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from classrooms.models import AuditEntry, Dojo, Seat, User

Action = AuditEntry.Action
# Who goes on reading one record has opened it once.
READING = timedelta(minutes=10)


def note(
    dojo: Dojo,
    actor: User,
    action: AuditEntry.Action,
    *,
    about: Seat | None = None,
    detail: str = "",
) -> None:
    """Note that somebody did something.

    Args:
        about: whose record or seat it concerns.
        detail: a code or a number, never a text that people typed.
    """
    AuditEntry.objects.create(
        dojo=dojo,
        actor=actor,
        action=action,
        subject=about.public_id if about else "",
        detail=detail[:40],
    )


def note_reading(reader: Seat, actor: User, about: Seat) -> None:
    """Note that a facilitator opened somebody's record; their own is their own."""
    if not reader.is_facilitator or reader.pk == about.pk:
        return
    since = timezone.now() - READING
    before = AuditEntry.objects.filter(
        dojo=reader.dojo_id,
        actor=actor,
        action=Action.OPENED,
        subject=about.public_id,
        at__gt=since,
    )
    if not before.exists():
        note(reader.dojo, actor, Action.OPENED, about=about)


@dataclass(frozen=True)
class Line:
    """An entry in words."""

    at: datetime
    actor: str
    action: str
    subject: str
    detail: str


def entries_of(dojo: Dojo) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(dojo=dojo).select_related("actor")


def in_words(dojo: Dojo, entries: list[AuditEntry]) -> list[Line]:
    """Entries with the names of who is there now, in one query for all of them."""
    names = dict(
        Seat.objects.filter(
            dojo=dojo, public_id__in={entry.subject for entry in entries}
        ).values_list("public_id", "display_name")
    )
    return [
        Line(
            entry.at,
            entry.actor.email if entry.actor else _("a deleted account"),
            entry.get_action_display(),
            names.get(entry.subject, _("somebody who is gone")) if entry.subject else "",
            entry.detail,
        )
        for entry in entries
    ]
