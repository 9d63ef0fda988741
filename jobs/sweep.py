"""Recover jobs whose worker died or whose wake-up message was lost."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from jobs.claim import worker_name
from jobs.enqueue import MESSAGES_AT_MOST, send_wake_ups
from jobs.kinds import JobKind, Queue, every_kind, finders, kinds_of
from jobs.models import Job, JobStatus
from jobs.workers.limits import HARD_LIMIT_AFTER

logger = logging.getLogger(__name__)

# A job that has just been queued has a message of its own on its way.
FRESH = timedelta(seconds=2)

# When this process last called each of the finders.
_called: dict[Callable[[], object], float] = {}


def sweep() -> None:
    """Recover what is abandoned, find what else is to be done, and wake workers for it."""
    for kind in every_kind():
        recover(kind)
    for find, at_most_every in finders().items():
        if _is_due(find, at_most_every):
            try:
                find()
            except Exception:
                logger.exception("%s failed", find)
    for queue in Queue:
        if count := _waiting(queue, timezone.now()):
            send_wake_ups(queue, count)


def _is_due(find: Callable[[], object], at_most_every: timedelta) -> bool:
    """Whether this process called it long enough ago; then that counts as a call."""
    now = time.monotonic()
    if at_most_every and now - _called.get(find, -math.inf) < at_most_every.total_seconds():
        return False
    _called[find] = now
    return True


def recover(kind: JobKind) -> None:
    """Give back a kind's jobs whose lease has run out.

    They return to the queue, or end: as timed out when their time was up, as failed when they
    have been tried often enough.
    """
    for job in kind.jobs.abandoned(timezone.now()):
        try:
            with transaction.atomic():
                if _reclaim(kind, job):
                    job.refresh_from_db(fields=["status"])
                    if not job.is_unfinished:
                        kind.on_end(job)
                    kind.announce(job)
        except Exception:
            logger.exception("Could not recover %s %s", job._meta.label, job.pk)


def _reclaim(kind: JobKind, job: Job) -> bool:
    """Requeue or end an abandoned job, unless its worker came back meanwhile."""
    now = timezone.now()
    fields: dict[str, Any]
    if _worked_too_long(kind, job):
        fields = {
            "status": JobStatus.TIMED_OUT,
            "finished_at": now,
            "failure_code": "time_limit",
            "failure_context": {"seconds": kind.time_limit},
        }
    elif job.attempt >= settings.RUN_MAX_ATTEMPTS:
        fields = {
            "status": JobStatus.FAILED,
            "finished_at": now,
            "failure_code": "worker_lost",
            "failure_context": {"attempts": job.attempt},
        }
    else:
        fields = {"status": JobStatus.QUEUED, "queued_at": now, "progress": 0.0}
    still_abandoned = kind.jobs.abandoned(now).filter(pk=job.pk, attempt=job.attempt)
    return bool(still_abandoned.update(lease_until=None, **fields))


def _worked_too_long(kind: JobKind, job: Job) -> bool:
    """Whether its process was ended for its time.

    Judged by how long the lease was renewed: a job whose host slept for an hour worked no
    longer than until then.
    """
    hard_limit = timedelta(seconds=kind.time_limit + HARD_LIMIT_AFTER)
    return bool(
        job.started_at and job.lease_until and job.lease_until - job.started_at >= hard_limit
    )


def _waiting(queue: Queue, now: datetime) -> int:
    """Number of jobs that wait in the queue, counted up to the number of messages allowed."""
    count = 0
    for kind in kinds_of(queue):
        waiting = kind.waiting(worker_name(), now).filter(queued_at__lt=now - FRESH)
        count += waiting[: MESSAGES_AT_MOST - count].count()
    return count
