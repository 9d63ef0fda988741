"""Choose the job that a free worker takes: one of the most urgent class, whatever its kind.

Within that class, the share that has waited longest for its turn comes first, and within it
the owner who has; then the oldest job.
"""

from __future__ import annotations

import os
import socket
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from jobs.kinds import JobKind, risen
from jobs.models import Job

# Shares and owners take turns: everyone's first job comes before anyone's second, and a small
# share does not wait for a large one. Who was not served for so long counts as new.
TURNS_COUNT_FOR = timedelta(minutes=30)
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Waiting:
    """An owner's jobs that are equally urgent, and since when the oldest waits."""

    kind: JobKind
    urgency: int
    share_key: int
    owner_key: int
    oldest: datetime

    def current_urgency(self, now: datetime) -> int:
        return risen(self.urgency, now - self.oldest)


@dataclass(frozen=True)
class Claim:
    """A job as loaded by the attempt that holds it."""

    kind: JobKind
    job: Job

    def __str__(self) -> str:
        """For logs. It asks no database: that may be what is being complained of."""
        return f"{self.job._meta.label} {self.job.pk}, attempt {self.job.attempt}"


def worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def claim_next(kinds: Iterable[JobKind], *, at_hand: bool = False) -> Claim | None:
    """Take the most urgent waiting job of these kinds.

    Args:
        at_hand: only if this process can do it with what it has in memory.

    Returns:
        None when nothing waits that this worker may take now.
    """
    kinds = list(kinds)
    if at_hand and not any(kind.at_hand for kind in kinds):
        return None
    while (first := _most_urgent(kinds, timezone.now())) is not None:
        kind, pk = first
        if at_hand and not kind.every.filter(kind.is_at_hand(), pk=pk).exists():
            return None
        if claimed := claim(kind, pk):
            return claimed
    return None


def claim(kind: JobKind, pk: int) -> Claim | None:
    """Take this job; None when another worker was faster."""
    with transaction.atomic():
        if not kind.every.claim(pk, worker=worker_name()):
            return None
        job = kind.jobs.get(pk=pk)
        if kind.announces_start:
            kind.announce(job)
    return Claim(kind, job)


def _most_urgent(kinds: Iterable[JobKind], now: datetime) -> tuple[JobKind, int] | None:
    """The kind and the primary key of the job that comes first."""
    worker = worker_name()
    waiting = [
        Waiting(kind, **group)
        for kind in kinds
        for group in kind.waiting(worker, now).by_owner(kind.base_urgency())
    ]
    if not waiting:
        return None
    urgency = min(group.current_urgency(now) for group in waiting)
    rivals = [group for group in waiting if group.current_urgency(now) == urgency]
    served = _last_served({group.kind for group in rivals}, now - TURNS_COUNT_FOR)
    first = min(
        rivals,
        key=lambda group: (
            served[group.share_key],
            served[group.share_key, group.owner_key],
            group.oldest,
        ),
    )
    own = first.kind.waiting(worker, now).annotate(urgency=first.kind.base_urgency())
    own = own.filter(urgency=first.urgency, share_key=first.share_key, owner_key=first.owner_key)
    pk = own.order_by("queued_at", "pk").values_list("pk", flat=True).first()
    # Another worker may have taken it since: then look again.
    return (first.kind, pk) if pk is not None else _most_urgent(kinds, now)


def _last_served(kinds: Iterable[JobKind], since: datetime) -> dict[Hashable, datetime]:
    """When each share, and each owner in it, had its last turn."""
    found: dict[Hashable, datetime] = defaultdict(lambda: LONG_AGO)
    for kind in kinds:
        for share, owner, latest in kind.every.turns(since):
            found[share] = max(found[share], latest)
            found[share, owner] = max(found[share, owner], latest)
    return found
