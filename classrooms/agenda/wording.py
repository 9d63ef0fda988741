"""Sentences about the time that an agenda takes."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from classrooms.agenda.services import shown_minutes
from classrooms.agenda.timetable import timetable_of
from classrooms.agenda.variants import VARIANT_MINUTES
from classrooms.dojos.schedule import Schedule, clock_text
from classrooms.models import Dojo, Phase
from classrooms.models.dojos import Variant

# A phase, if there is one already, and how many minutes it is to last.
Length = tuple[Phase | None, int]


@dataclass(frozen=True)
class AgendaTiming:
    """How an agenda fits the time that there is, in words.

    Attributes:
        total: how long it takes.
        note: what its variant is meant to take, where that differs.
        end: when it ends, and when it was to end; empty where no start is planned.
    """

    total: str
    note: str
    end: str


def waiting_words(dojo: Dojo) -> str:
    """When a Dojo that has not started takes experiments."""
    if dojo.scheduled_for is None:
        return _("This Dojo takes experiments once the facilitator has started it.")
    start = dojo.scheduled_for.astimezone(ZoneInfo(dojo.time_zone))
    return _(
        "This Dojo takes experiments once the facilitator has started it. The start is planned "
        "for %(day)s, %(time)s (%(zone)s)."
    ) % {
        "day": date_format(start, "l j F Y"),
        "time": clock_text(dojo.scheduled_for, dojo.time_zone),
        "zone": dojo.time_zone,
    }


def duration_text(minutes: int) -> str:
    """Such as "4 h" or "1 h 30 min"."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)s min") % {"minutes": rest}
    if not rest:
        return _("%(hours)s h") % {"hours": hours}
    return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": rest}


def planned_timing(
    variant: str, lengths: Sequence[Length], schedule: Schedule | None
) -> AgendaTiming:
    """Of a Dojo that has not started."""
    total = total_minutes(lengths)
    meant = VARIANT_MINUTES.get(Variant(variant))
    end = ""
    if schedule and schedule.scheduled_for:
        planned = schedule.scheduled_for + timedelta(minutes=meant or total)
        end = _end_text(
            planned, schedule.scheduled_for + timedelta(minutes=total), schedule.time_zone
        )
    note = ""
    if meant and meant != total:
        note = _("This variant is designed for %(meant)s: a guide, not a limit.") % {
            "meant": duration_text(meant)
        }
    return AgendaTiming(duration_text(total), note, end)


def dojo_timing(dojo: Dojo, phases: Sequence[Phase], lengths: Sequence[Length]) -> AgendaTiming:
    """Of a Dojo, with these lengths in the place of those that its phases have."""
    if not dojo.has_started:
        schedule = Schedule(dojo.scheduled_for, dojo.time_zone)
        return planned_timing(dojo.variant, lengths, schedule)
    edited = tuple(_as_long_as(phase, minutes) for phase, minutes in lengths)
    planned, expected = (
        timetable_of(dojo, tuple(phases)).planned_end,
        timetable_of(dojo, edited).end,
    )
    end = _end_text(planned, expected, dojo.time_zone) if planned and expected else ""
    return AgendaTiming(duration_text(total_minutes(lengths)), "", end)


def lengths_of(phases: Sequence[Phase]) -> list[Length]:
    """Phases as long as they are now."""
    return [(phase, shown_minutes(phase)) for phase in phases]


def total_minutes(lengths: Sequence[Length]) -> int:
    return sum(minutes for phase, minutes in lengths if not (phase and phase.is_skipped))


def _as_long_as(phase: Phase | None, minutes: int) -> Phase:
    """A copy of the phase that lasts so long."""
    edited = copy(phase) if phase else Phase(planned_minutes=minutes)
    edited.extra_minutes = minutes - edited.planned_minutes
    return edited


def _end_text(planned: datetime, expected: datetime, zone: str) -> str:
    times = {"planned": clock_text(planned, zone), "expected": clock_text(expected, zone)}
    if times["planned"] == times["expected"]:
        return _("Ends at %(planned)s, as planned.") % times
    return _("Planned end %(planned)s; with this agenda, %(expected)s.") % times
