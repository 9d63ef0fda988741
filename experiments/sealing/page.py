"""The sealed record as people read it: the roots of phases, and the entries in their order."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from classrooms.agenda.readers import agenda_words
from classrooms.models import Dojo, Seat
from experiments.models import SealedEntry
from experiments.sealing.verify_record import in_groups


@dataclass(frozen=True)
class Root:
    """The root that was shown when a phase ended."""

    phase: str
    digest: str
    index: int
    at: datetime

    @property
    def short(self) -> str:
        return in_groups(self.digest)


def phase_roots(dojo: Dojo) -> list[Root]:
    """All of them, in their order; none where the Dojo's rules leave the record out."""
    if not dojo.rules.seals_record:
        return []
    return [_root(entry) for entry in _phase_entries(dojo)]


def latest_root(dojo: Dojo) -> Root | None:
    """That of the phase that ended last, if any."""
    if not dojo.rules.seals_record:
        return None
    last = _phase_entries(dojo).last()
    return _root(last) if last else None


def _phase_entries(dojo: Dojo) -> QuerySet[SealedEntry]:
    phases = SealedEntry.objects.filter(dojo=dojo, kind=SealedEntry.Kind.PHASE)
    return phases.order_by("index")


def _root(entry: SealedEntry) -> Root:
    title = json.loads(entry.content)["title"] if entry.content else ""
    return Root(agenda_words(title), entry.digest, entry.index, entry.sealed_at)


def root_lines(dojo: Dojo) -> list[str]:
    """The roots in words, for the log."""
    zone = ZoneInfo(dojo.time_zone)
    return [
        _("End of “%(phase)s” (%(time)s): %(root)s")
        % {
            "phase": root.phase,
            "time": date_format(localtime(root.at, zone), "SHORT_DATETIME_FORMAT"),
            "root": root.short,
        }
        for root in phase_roots(dojo)
    ]


@dataclass(frozen=True)
class EntryRow:
    """An entry as its reader may see it.

    Attributes:
        about: whose experiment it is of, or which phase ended.
        link: to the experiment, where the reader may open it.
    """

    entry: SealedEntry
    about: str
    link: str = ""

    @property
    def is_phase(self) -> bool:
        return self.entry.kind == SealedEntry.Kind.PHASE

    @property
    def short(self) -> str:
        return in_groups(self.entry.digest)


def entries_for(dojo: Dojo) -> QuerySet[SealedEntry]:
    """Latest first, with what their rows tell."""
    found = SealedEntry.objects.filter(dojo=dojo).select_related("experiment__seat__dojo")
    return found.order_by("-index")


def entry_row(entry: SealedEntry, reader: Seat) -> EntryRow:
    """A facilitator reads whose it is; a participant only which are their own."""
    experiment = entry.experiment
    if entry.kind == SealedEntry.Kind.PHASE:
        return EntryRow(entry, _root(entry).phase)
    if experiment is None or entry.is_erased:
        return EntryRow(entry, _("erased"))
    if not reader.is_facilitator and experiment.seat_id != reader.pk:
        return EntryRow(entry, _("somebody else"))
    about = _("Experiment #%(number)s") % {"number": experiment.number}
    if reader.is_facilitator and experiment.seat_id != reader.pk:
        about = f"{experiment.seat.display_name} · {about}"
    return EntryRow(entry, about, experiment.get_absolute_url())
