"""How a worker does a job: claim, keep the lease, finish exactly once; and who sweeps.

`Job` (models/jobs.py) knows the states; this module knows processes, signals and
time limits.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import DataError, IntegrityError, connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from classrooms.models.jobs import AnyJob, Job, JobQuerySet, JobStatus

logger = logging.getLogger(__name__)

# Enough to wake every idle process of a small machine; the next sweep is seconds away.
RINGS_PER_SWEEP = 8

# Seconds for which a process may tidy up once its time is up.
HARD_LIMIT_AFTER = 15

Fields = dict[str, Any]
Report = Callable[[float], None]


class JobFailure(Exception):
    """A failure that a person can understand and mend.

    Args:
        code: names the reason; rendered later as a translated sentence.
        context: JSON-able values that the sentence quotes.
    """

    def __init__(self, code: str, context: dict[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.context = context or {}


class JobTakenAway(Exception):
    """The job was cancelled, or given to another worker; its result is not wanted."""


def worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def ring(task: Any, *args: Any) -> None:
    """Ring a worker once the transaction commits. A silent broker loses nothing:
    the job is in the database, and the sweeper rings again."""

    def send() -> None:
        try:
            task.apply_async(args=args, retry=False)
        except (OperationalError, OSError) as error:
            logger.warning("The broker did not take %s: %s", task.name, error)

    transaction.on_commit(send)


def ring_again(task: Any, *args: Any) -> None:
    """Ring for a job that waits. Busy workers leave such bells unheard: they expire
    before the sweeper's next ones, so that they do not pile up."""
    task.apply_async(args=args, retry=False, expires=settings.SWEEP_SECONDS)


@contextmanager
def _lease_kept(job: Job, attempt: int) -> Iterator[None]:
    """Renew the lease from a thread while the block works."""
    stopped = threading.Event()

    def renew() -> None:
        try:
            while not stopped.wait(settings.LEASE_SECONDS / 3):
                try:
                    if not job.renew_lease(attempt):
                        return
                except Exception:
                    logger.exception("Could not renew the lease of %r", job)
        finally:
            connection.close()

    thread = threading.Thread(target=renew, name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def perform_job(
    job: Job,
    work: Callable[[Report], Fields],
    *,
    attempt: int,
    on_change: Callable[[], None],
    on_success: Callable[[], None] = lambda: None,
) -> None:
    """Do a claimed job and end it.

    Args:
        job: the job, claimed as `attempt`.
        work: does it, and returns the fields to store with the success.
        on_change: announces a change; runs in the transaction that makes it.
        on_success: what follows from a success; runs in the transaction that stores it.
    """

    def report(fraction: float) -> None:
        with transaction.atomic():
            if not job.report_progress(attempt, fraction):
                raise JobTakenAway
            on_change()

    try:
        with _lease_kept(job, attempt):
            fields = work(report)
        ending = JobStatus.SUCCEEDED
    except JobTakenAway:
        return
    except JobFailure as failure:
        ending = JobStatus.FAILED
        fields = {"failure_code": failure.code, "failure_context": failure.context}
    except SoftTimeLimitExceeded:
        ending, fields = JobStatus.TIMED_OUT, _time_limit_fields(job)
    except MemoryError:
        ending = JobStatus.FAILED
        fields = {
            "failure_code": "out_of_memory",
            "failure_context": {"megabytes": settings.RUN_MEMORY_LIMIT_MEGABYTES},
        }
    except Exception:
        logger.exception("%r failed", job)
        ending, fields = JobStatus.FAILED, {"failure_code": "internal"}

    def end(to: JobStatus, fields: Fields) -> None:
        with transaction.atomic():
            if job.finish(attempt, to, **fields):
                if to == JobStatus.SUCCEEDED:
                    on_success()
                on_change()

    try:
        end(ending, fields)
    except (TypeError, ValueError, DataError, IntegrityError):
        # What it made cannot be stored, and would not be the next time either.
        logger.exception("The result of %r cannot be stored", job)
        end(JobStatus.FAILED, {"failure_code": "internal"})


def _time_limit_fields(job: Job) -> Fields:
    return {
        "failure_code": "time_limit",
        "failure_context": {"seconds": job.time_limit_seconds},
    }


def sweep_jobs(
    jobs: JobQuerySet[AnyJob],
    *,
    ring: Callable[[AnyJob], object],
    on_change: Callable[[AnyJob], object],
) -> int:
    """Put right what processes that died, or a broker that forgot, left behind.

    A running job whose lease has run out goes back to the queue, or ends: as timed
    out when its time was up, as failed when it has already been tried often enough.
    A queued job that nobody took is rung for.

    Returns:
        How many jobs were put right or rung for.
    """
    now = timezone.now()
    touched = 0
    for job in jobs.abandoned(now):
        with transaction.atomic():
            if not _reclaim(jobs, job):
                continue
            on_change(job)
        touched += 1
    unheard = jobs.queued().filter(queued_at__lt=now - timedelta(seconds=2))
    for job in unheard.order_by("queued_at", "pk")[:RINGS_PER_SWEEP]:
        ring(job)
        touched += 1
    return touched


def _reclaim(jobs: JobQuerySet[AnyJob], job: AnyJob) -> bool:
    """Requeue or end an abandoned job, unless its worker came back meanwhile."""
    now = timezone.now()
    hard_limit = timedelta(seconds=job.time_limit_seconds + HARD_LIMIT_AFTER)
    still_abandoned = jobs.abandoned(now).filter(pk=job.pk, attempt=job.attempt)
    if job.started_at and now - job.started_at >= hard_limit:
        fields: Fields = {"status": JobStatus.TIMED_OUT, "finished_at": now}
        fields |= _time_limit_fields(job)
    elif job.attempt >= settings.RUN_MAX_ATTEMPTS:
        fields = {
            "status": JobStatus.FAILED,
            "finished_at": now,
            "failure_code": "worker_lost",
            "failure_context": {"attempts": job.attempt},
        }
    else:
        fields = {"status": JobStatus.QUEUED, "queued_at": now, "progress": 0.0}
    return bool(still_abandoned.update(lease_until=None, **fields))
