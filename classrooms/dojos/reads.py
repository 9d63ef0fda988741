"""Queries of pages, each with a constant number of database queries."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, Prefetch, Q, QuerySet

from classrooms.agenda.timetable import Timetable, timetable_of
from classrooms.models import Dojo, Phase, Seat, User
from classrooms.models.agenda import PhaseKind
from live.models import current_version
from live.stream import server_milliseconds

# From a day before on, a planned start is counted down.
COUNTED_DOWN_FROM = 24 * 3600 * 1000


def home_seats(user: User) -> QuerySet[Seat]:
    """The Dojos that a person takes part in, newest first."""
    participants = Count("dojo__seats", filter=Q(dojo__seats__role=Seat.Role.PARTICIPANT))
    return (
        Seat.objects.held_by(user)
        .select_related("dojo__dataset")
        .prefetch_related(Prefetch("dojo__phases", queryset=Phase.objects.order_by("position")))
        .annotate(participants=participants)
        .order_by("-dojo__created_at")
    )


@dataclass(frozen=True)
class Clock:
    """The time information on every screen of a Dojo."""

    dojo: Dojo
    phases: tuple[Phase, ...]
    server_milliseconds: int
    version: int

    @property
    def current(self) -> Phase | None:
        return next((phase for phase in self.phases if phase.is_current), None)

    @property
    def following(self) -> Phase | None:
        """The next phase, ignoring skipped ones."""
        if self.current is None:
            return None
        return next((phase for phase in self.phases if phase.is_to_come), None)

    @property
    def milliseconds_to_start(self) -> int | None:
        """Until the planned start; None where none is planned, or while it is days away."""
        if self.dojo.scheduled_for is None:
            return None
        left = round(self.dojo.scheduled_for.timestamp() * 1000) - self.server_milliseconds
        return left if left < COUNTED_DOWN_FROM else None

    @property
    def shows_presentations(self) -> bool:
        """Whether participants can see presentations: once their phase has started."""
        kinds = [phase for phase in self.phases if phase.kind == PhaseKind.PRESENTATION]
        return any(phase.started_at or self.dojo.has_ended for phase in kinds)

    @property
    def total_minutes(self) -> int:
        return sum(phase.minutes for phase in self.phases)

    @cached_property
    def timetable(self) -> Timetable:
        return timetable_of(self.dojo, self.phases)


def dojo_clock(dojo: Dojo) -> Clock:
    """The agenda and its clock; the version is read first, so nothing is missed."""
    version = current_version(dojo.pk)
    return Clock(dojo, tuple(dojo.phases.all()), server_milliseconds(), version)
