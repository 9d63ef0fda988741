"""The agenda in clock time: planned, actual, and when it will end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from classrooms.models import Dojo, Phase


@dataclass(frozen=True)
class Slot:
    """One phase with its times, in the Dojo's time zone.

    Attributes:
        planned: start and end after the agenda as it was written; None without a start.
        actual: start and end as they were, or as they will be if nothing moves.
        begins, ends: minutes from the start of the Dojo.
        late: minutes that it lasts, or will last, longer than planned.
    """

    phase: Phase
    planned: tuple[datetime, datetime] | None
    actual: tuple[datetime, datetime] | None
    begins: int
    ends: int
    late: int

    @property
    def moved(self) -> int:
        """Minutes that were added, or taken by an earlier phase."""
        return 0 if self.phase.is_skipped else self.phase.extra_minutes

    @property
    def taken(self) -> int:
        """Minutes that an earlier phase took."""
        return max(0, -self.moved)

    @property
    def is_elsewhen(self) -> bool:
        """Whether its times differ from the plan by a minute or more."""
        if self.planned is None or self.actual is None:
            return False
        return any(
            abs(now - then) >= timedelta(minutes=1)
            for now, then in zip(self.actual, self.planned, strict=True)
        )


@dataclass(frozen=True)
class Timetable:
    """The whole agenda."""

    slots: tuple[Slot, ...]

    @property
    def planned_end(self) -> datetime | None:
        return self.slots[-1].planned[1] if self.slots and self.slots[-1].planned else None

    @property
    def end(self) -> datetime | None:
        """When it ended, or will if nothing moves."""
        return self.slots[-1].actual[1] if self.slots and self.slots[-1].actual else None

    @property
    def late_minutes(self) -> int:
        """Minutes after the planned end; negative: before it."""
        if self.end is None or self.planned_end is None:
            return 0
        return _minutes(self.end - self.planned_end)

    @property
    def early_minutes(self) -> int:
        """Minutes before the planned end; negative: after it."""
        return -self.late_minutes


def _minutes(duration: timedelta) -> int:
    return round(duration.total_seconds() / 60)


def timetable_of(dojo: Dojo, phases: tuple[Phase, ...], now: datetime | None = None) -> Timetable:
    """Times of every phase; clock times once the Dojo has begun or is scheduled.

    Args:
        now: of a phase that counts, and of a Dojo that is paused or late to begin.
    """
    now = now or timezone.now()
    zone = ZoneInfo(dojo.time_zone)
    plan = dojo.started_at or dojo.scheduled_for
    at = max(plan, now) if plan and not dojo.has_started else plan
    minute, slots = 0, []
    for phase in phases:
        length = timedelta(minutes=phase.minutes)
        planned = actual = None
        if plan is not None and at is not None:
            planned = (plan, plan + timedelta(minutes=phase.planned_minutes))
            plan = planned[1]
            began, ended = phase.started_at or at, at + length
            if phase.is_skipped:
                began = ended = at
            elif phase.is_over and phase.ended_at:
                ended = phase.ended_at
            elif phase.is_current:
                ended = now + max(phase.remaining(now), timedelta(0))
            at = ended
            actual = (began.astimezone(zone), ended.astimezone(zone))
            planned = (planned[0].astimezone(zone), planned[1].astimezone(zone))
        late = _minutes(actual[1] - actual[0]) - phase.planned_minutes if actual else 0
        slots.append(Slot(phase, planned, actual, minute, minute + phase.minutes, late))
        minute += phase.minutes
    return Timetable(tuple(slots))
