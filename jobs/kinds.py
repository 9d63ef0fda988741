"""The registry of job kinds: one declaration for each, made by the app that owns the model.

A declaration names what runs in a worker by its dotted path, so that the web process never
imports it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any

from django.conf import settings
from django.db.models import Case, Expression, Q, Value, When
from django.utils.module_loading import import_string

from jobs.models import Job, JobQuerySet

# A job that has waited so long is as urgent as one of the next class.
RISES_EVERY = timedelta(minutes=2)


class Urgency(IntEnum):
    """Urgency of a job, by who waits for it; the lowest goes first."""

    INSTANT = 0  # somebody looks at the page, and the answer takes a moment
    BLOCKING = 1  # somebody cannot go on without it
    RESULT = 2  # what an experiment is submitted for
    REQUESTED = 3  # somebody asked for it, and it takes a while
    SHARED = 4  # what everyone looks at
    NEXT = 5  # details, cheap for a process that has just worked on their subject
    DETAIL = 6
    SPARE = 7  # nobody waits for it


class Queue(StrEnum):
    COMPUTE = "compute"  # uses the processor: one job at a time in each process
    IO = "io"  # waits for other services: a few threads in one process


@dataclass(frozen=True, eq=False)
class JobKind:
    """A kind of job, and how workers perform it.

    Attributes:
        work: dotted path of a function (job, report) → Result, called in the worker.
        announce: tells those who look at the job that it changed; called in the transaction
            that changes it.
        on_end: stores what else belongs to its end, whichever it is; called in the transaction
            that ends it, unless somebody cancels it.
        announces_start: whether anyone would see that it started.
        urgency: a class, or an expression that yields one for each job.
        at_hand: dotted path of a function () → Q, the jobs that this process can do with what
            it has in memory. They have `urgency_at_hand`, and a process that did a job goes
            on with them.
        claimable: which jobs a worker may take now, given its name and the time.
        related: relations that `work` and `announce` read (`select_related`).
        deferred: large fields that they do not read.
        warm_up: dotted path of a function that a worker calls before it forks its processes.
    """

    model: type[Job]
    queue: Queue
    work: str
    urgency: Urgency | Expression
    announce: Callable[[Any], object] = lambda job: None
    on_end: Callable[[Any], object] = lambda job: None
    announces_start: bool = False
    at_hand: str = ""
    urgency_at_hand: Urgency | Expression | None = None
    claimable: Callable[[Any, str, datetime], JobQuerySet[Any]] = lambda jobs, worker, now: jobs
    related: Sequence[str] = ()
    deferred: Sequence[str] = ()
    time_limit: int = settings.RUN_SOFT_TIME_LIMIT_SECONDS
    warm_up: str = ""

    @property
    def every(self) -> JobQuerySet[Any]:
        manager: Any = self.model._default_manager
        found: JobQuerySet[Any] = manager.all()
        return found

    @property
    def jobs(self) -> JobQuerySet[Any]:
        """Every job of this kind, loaded with what work on it reads."""
        related = self.every.select_related(*self.related) if self.related else self.every
        return related.defer(*self.deferred)

    def waiting(self, worker: str, now: datetime) -> JobQuerySet[Any]:
        """The queued jobs that this worker may take now."""
        return self.claimable(self.every.queued(), worker, now)

    def is_at_hand(self) -> Q:
        """Selects the jobs that this process can do with what it has in memory."""
        nothing = Q(pk__in=[])
        return import_string(self.at_hand)() if self.at_hand else nothing

    def base_urgency(self) -> Expression:
        """The class of each job of this kind when it is queued."""
        base = _expression(self.urgency)
        if self.urgency_at_hand is None:
            return base
        return Case(When(self.is_at_hand(), then=_expression(self.urgency_at_hand)), default=base)


def _expression(urgency: Urgency | Expression) -> Expression:
    return Value(int(urgency)) if isinstance(urgency, Urgency) else urgency


def risen(urgency: int, waited: timedelta) -> int:
    """The class of a job that has waited so long.

    The first class is the last: there, turns are fair again, and of those whose turn it is the
    oldest job comes first. So nothing starves, and a backlog keeps nobody else out.
    """
    return max(urgency - waited // RISES_EVERY, Urgency.INSTANT)


_kinds: dict[type[Job], JobKind] = {}
_finders: dict[Callable[[], object], timedelta] = {}


def register(*kinds: JobKind) -> None:
    """Make job kinds known; called when their app is ready."""
    _kinds.update({kind.model: kind for kind in kinds})


def call_at_each_sweep(
    finder: Callable[[], object], *, at_most_every: timedelta = timedelta(0)
) -> None:
    """Have the sweeper call a function that finds what else is to be done.

    Two sweeps may overlap, when a scheduler comes back after its lease: the function must do
    nothing twice.
    """
    _finders[finder] = at_most_every


def kind_of(model: type[Job]) -> JobKind:
    return _kinds[model]


def kinds_of(queue: Queue) -> list[JobKind]:
    return [kind for kind in _kinds.values() if kind.queue == queue]


def every_kind() -> Collection[JobKind]:
    return _kinds.values()


def finders() -> Mapping[Callable[[], object], timedelta]:
    """What the sweeper calls, with the time between two calls at least."""
    return _finders
