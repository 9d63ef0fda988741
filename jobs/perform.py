"""Perform a claimed job: keep the lease, finish exactly once."""

from __future__ import annotations

import errno
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils.module_loading import import_string

from jobs.claim import Claim, claim, claim_next
from jobs.kinds import JobKind, kind_of
from jobs.models import Job, JobStatus
from jobs.workers.limits import TimeUp, time_limit

logger = logging.getLogger(__name__)

# How long a process goes on with what it has in memory before it listens to the broker again.
GO_ON_SECONDS = 60
# How often a job's progress is stored at most, and announced.
REPORT_SECONDS = 1.0
# No space on the disk, none in the quota, or a file larger than the process may write.
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

# It does not answer, or there is no room on its disk. Nobody's job has failed for that.
DATABASE_AWAY = (OperationalError, InterfaceError)

Fields = dict[str, Any]
Report = Callable[[float], None]


def _nothing() -> None:
    """Most jobs have nothing more to do."""


@dataclass(frozen=True)
class Result:
    """The result of a job.

    Attributes:
        fields: stored on the job with its success.
        store: writes whatever else belongs to the result, in the same transaction.
        afterwards: runs once that is committed. The process may die before: whatever it
            does must be found by somebody else, too.
    """

    fields: Fields
    store: Callable[[], object] = _nothing
    afterwards: Callable[[], object] = _nothing


class JobFailure(Exception):
    """A failure that a person can understand and fix.

    Args:
        code: names the reason; rendered later as a translated sentence.
        context: JSON-able values that the sentence quotes.
    """

    def __init__(self, code: str, context: dict[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.context = context or {}


class JobReassigned(Exception):
    """The job was cancelled or given to another worker. Discard this result."""


def perform_next(kinds: Iterable[JobKind]) -> bool:
    """Do the most urgent job of these kinds; False when nothing waits.

    The process then goes on with jobs for which it has everything in memory, as long as they
    are the most urgent ones.
    """
    kinds = list(kinds)
    started = time.monotonic()
    claimed = first = claim_next(kinds)
    while claimed is not None:
        perform(claimed)
        has_time = time.monotonic() - started < GO_ON_SECONDS
        claimed = claim_next(kinds, at_hand=True) if has_time else None
    return first is not None


def perform_here(job: Job) -> bool:
    """Do this job in this process; False when it is not queued any more."""
    claimed = claim(kind_of(type(job)), job.pk)
    if claimed is None:
        return False
    perform(claimed)
    return True


def perform(claimed: Claim) -> None:
    """Do a claimed job and end it."""
    kind, job = claimed.kind, claimed.job
    try:
        with _lease_kept(claimed), time_limit(kind.time_limit):
            result = import_string(kind.work)(job, _reporter(claimed))
    except JobReassigned:
        return
    except JobFailure as failure:
        _fail(claimed, failure.code, failure.context)
    except TimeUp:
        _fail(claimed, "time_limit", {"seconds": kind.time_limit}, to=JobStatus.TIMED_OUT)
    except MemoryError:
        _fail(claimed, "out_of_memory", {"megabytes": settings.RUN_MEMORY_LIMIT_MEGABYTES})
    except DATABASE_AWAY:
        # The lease runs out, and somebody tries again.
        raise
    except Exception as error:
        logger.exception("%s failed", claimed)
        _fail(claimed, "no_space" if is_full(error) else "internal")
    else:
        _succeed(claimed, result)


def is_full(error: BaseException) -> bool:
    """Whether a file could not be written for want of room."""
    return isinstance(error, OSError) and error.errno in NO_ROOM


def _succeed(claimed: Claim, result: Result) -> None:
    try:
        is_stored = _end(claimed, JobStatus.SUCCEEDED, result.fields, result.store)
    except DATABASE_AWAY:
        raise
    except Exception:
        # The result cannot be stored, and could not be the next time either.
        logger.exception("The result of %s cannot be stored", claimed)
        _fail(claimed, "internal")
        return
    if is_stored:
        try:
            result.afterwards()
        except Exception:
            logger.exception("What follows from %s failed", claimed)


def _fail(
    claimed: Claim, code: str, context: Fields | None = None, to: JobStatus = JobStatus.FAILED
) -> None:
    _end(claimed, to, {"failure_code": code, "failure_context": context or {}})


def _end(
    claimed: Claim, to: JobStatus, fields: Fields, store: Callable[[], object] = _nothing
) -> bool:
    """End the job, unless it is not this attempt's any more."""
    with transaction.atomic():
        if not claimed.job.finish(to, **fields):
            return False
        store()
        claimed.kind.on_end(claimed.job)
        claimed.kind.announce(claimed.job)
    return True


def _reporter(claimed: Claim) -> Report:
    """Stores the progress of a job now and then, and ends a job that was cancelled meanwhile.

    On SQLite, whoever submits something waits for every writer: a report that follows at once
    on another only reads.
    """
    stored_at = time.monotonic() - REPORT_SECONDS

    def report(fraction: float) -> None:
        nonlocal stored_at
        if time.monotonic() - stored_at < REPORT_SECONDS:
            if not claimed.job.is_held():
                raise JobReassigned
            return
        stored_at = time.monotonic()
        with transaction.atomic():
            if not claimed.job.report_progress(fraction):
                raise JobReassigned
            claimed.kind.announce(claimed.job)

    return report


@contextmanager
def _lease_kept(claimed: Claim) -> Iterator[None]:
    """Renew the lease from a thread while the block works."""
    stopped = threading.Event()

    def renew() -> None:
        try:
            while not stopped.wait(settings.LEASE_SECONDS / 3):
                try:
                    if not claimed.job.renew_lease():
                        return
                except Exception:
                    logger.exception("Could not renew the lease of %s", claimed)
                    connection.close()  # the next time begins with a new one
        finally:
            connection.close()

    thread = threading.Thread(target=renew, name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()
