"""What is said about the time that an agenda takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from classrooms.agenda import VARIANT_MINUTES
from classrooms.models import Dojo, Phase
from classrooms.models.dojos import Variant
from classrooms.schedule import Schedule, clock_text


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


def duration_text(minutes: int) -> str:
    """Such as "4 h" or "1 h 30 min"."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)s min") % {"minutes": rest}
    if not rest:
        return _("%(hours)s h") % {"hours": hours}
    return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": rest}


def planned_timing(variant: str, minutes: Sequence[int], schedule: Schedule | None) -> AgendaTiming:
    """Of a Dojo that has not started."""
    total = sum(minutes)
    meant = VARIANT_MINUTES.get(Variant(variant))
    start = schedule.scheduled_for if schedule else None
    end = ""
    if schedule and start:
        planned = start + timedelta(minutes=meant or total)
        end = _end_text(planned, start + timedelta(minutes=total), schedule.time_zone)
    note = ""
    if meant and meant != total:
        note = _("The variant is meant for %(meant)s: that is a hint, not a limit.") % {
            "meant": duration_text(meant)
        }
    return AgendaTiming(duration_text(total), note, end)


def dojo_timing(dojo: Dojo, phases: Sequence[Phase], minutes: Sequence[int]) -> AgendaTiming:
    """Of a Dojo, with these minutes in the place of those that its phases have.

    Args:
        minutes: of each row of the edited agenda; its first ones are the phases that began.
    """
    if not dojo.started_at or dojo.has_ended:
        schedule = Schedule(dojo.scheduled_for, dojo.time_zone)
        return planned_timing(dojo.variant, minutes, schedule)
    planned = dojo.started_at + timedelta(minutes=sum(phase.planned_minutes for phase in phases))
    end = _end_text(planned, expected_end(phases, minutes), dojo.time_zone)
    return AgendaTiming(duration_text(sum(minutes)), "", end)


def expected_end(phases: Sequence[Phase], minutes: Sequence[int]) -> datetime:
    """When a Dojo under way ends if nothing holds it up."""
    now = timezone.now()
    over = sum(phase.is_over for phase in phases)
    current = next((phase for phase in phases if phase.is_current), None)
    left = timedelta(minutes=sum(minutes[over:]))
    if current:
        left -= min(current.elapsed(now), timedelta(minutes=sum(minutes[over : over + 1])))
    return now + left


def _end_text(planned: datetime, expected: datetime, zone: str) -> str:
    times = {"planned": clock_text(planned, zone), "expected": clock_text(expected, zone)}
    if times["planned"] == times["expected"]:
        return _("Ends at %(planned)s, as planned.") % times
    return _("Ends at %(planned)s as planned, at %(expected)s with this agenda.") % times
