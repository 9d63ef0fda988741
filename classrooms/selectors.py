"""Reads that pages need, each a constant number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.contrib.auth.models import User
from django.db.models import Count, Prefetch, Q, QuerySet

from classrooms.live import server_milliseconds
from classrooms.models import Dojo, Membership, Phase
from classrooms.models.live import current_version
from classrooms.models.phases import PhaseKind
from classrooms.timetable import Timetable, timetable_of

# From a day before on, a planned start is counted down.
COUNTED_DOWN_FROM = 24 * 3600 * 1000


def home_memberships(user: User) -> QuerySet[Membership]:
    """The Dojos that a person takes part in, newest first."""
    people = Count(
        "dojo__memberships", filter=Q(dojo__memberships__role=Membership.Role.PARTICIPANT)
    )
    return (
        Membership.objects.filter(user=user)
        .select_related("dojo__dataset")
        .prefetch_related(Prefetch("dojo__phases", queryset=Phase.objects.order_by("position")))
        .annotate(people=people)
        .order_by("-dojo__created_at")
    )


@dataclass(frozen=True)
class Clock:
    """What every screen of a Dojo shows about time."""

    dojo: Dojo
    phases: tuple[Phase, ...]
    server_milliseconds: int
    version: int

    @property
    def current(self) -> Phase | None:
        return next((phase for phase in self.phases if phase.is_current), None)

    @property
    def following(self) -> Phase | None:
        """What comes after the current phase, skipped ones left out."""
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
        """Whether participants find the presentations: once their phase has begun."""
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
