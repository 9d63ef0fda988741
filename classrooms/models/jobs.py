"""Work that a worker does, with its life in the database.

The broker is only a bell: it may lose, repeat or delay a message. A job is
claimed by one conditional UPDATE, kept alive by a lease that its worker renews,
and finished only by the attempt that holds it, so however often it is delivered
and whichever process dies, it ends exactly once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Self, TypeVar

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class JobStatus(models.TextChoices):
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    SUCCEEDED = "succeeded", _("Succeeded")
    FAILED = "failed", _("Failed")
    TIMED_OUT = "timed_out", _("Timed out")
    CANCELLED = "cancelled", _("Cancelled")


UNFINISHED = frozenset({JobStatus.QUEUED, JobStatus.RUNNING})
FINISHED = frozenset(JobStatus) - UNFINISHED

# The whole life of a job: where it may go from each state.
TRANSITIONS: dict[JobStatus, frozenset[JobStatus]] = {
    JobStatus.QUEUED: frozenset({JobStatus.RUNNING, JobStatus.FAILED, JobStatus.CANCELLED}),
    JobStatus.RUNNING: FINISHED | {JobStatus.QUEUED},
    **{status: frozenset() for status in FINISHED},
}


class IllegalTransition(Exception):
    """A job was asked to go where its state does not lead."""


AnyJob = TypeVar("AnyJob", bound="Job")


class JobQuerySet(models.QuerySet[AnyJob]):
    def queued(self) -> Self:
        return self.filter(status=JobStatus.QUEUED)

    def unfinished(self) -> Self:
        return self.filter(status__in=UNFINISHED)

    def abandoned(self, now: datetime) -> Self:
        """Running jobs whose worker no longer renews the lease."""
        return self.filter(status=JobStatus.RUNNING, lease_until__lt=now)

    def queue_again(self, **fields: Any) -> int:
        """Begin the lives of these jobs anew, from the queue; what they were before is forgotten.

        Args:
            fields: what else changes.

        Returns:
            How many there were.
        """
        new = {
            "status": JobStatus.QUEUED,
            "attempt": 0,
            "progress": 0.0,
            "queued_at": timezone.now(),
            "started_at": None,
            "finished_at": None,
            "failure_code": "",
            "failure_context": {},
        }
        return self.update(**new | fields)

    def claim(self, pk: int, *, worker: str) -> int | None:
        """Take a queued job for one worker.

        Returns:
            The attempt number, which the worker shows when it finishes the job;
            None when somebody else was faster or nothing was queued.
        """
        now = timezone.now()
        claimed = self.filter(pk=pk, status=JobStatus.QUEUED).update(
            status=JobStatus.RUNNING,
            attempt=F("attempt") + 1,
            worker=worker,
            started_at=now,
            lease_until=now + timedelta(seconds=settings.LEASE_SECONDS),
        )
        return self.values_list("attempt", flat=True).get(pk=pk) if claimed else None

    def claim_first(self, *, worker: str) -> tuple[int, int] | None:
        """Take the first queued job of this queryset, in its order.

        Returns:
            Its primary key and the attempt number; None when nothing is queued.
        """
        everything = type(self)(self.model)
        while (pk := self.queued().values_list("pk", flat=True).first()) is not None:
            attempt = everything.claim(pk, worker=worker)
            if attempt is not None:
                return pk, attempt
        return None


class Job(models.Model):
    """Base of everything that runs in a worker."""

    status = models.CharField(
        _("status"), max_length=10, choices=JobStatus.choices, default=JobStatus.QUEUED
    )
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=0)
    worker = models.CharField(_("worker"), max_length=120, blank=True)
    queued_at = models.DateTimeField(_("queued at"), default=timezone.now)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    lease_until = models.DateTimeField(_("lease until"), null=True, blank=True)
    progress = models.FloatField(_("progress"), default=0.0)
    failure_code = models.CharField(_("reason of the failure"), max_length=60, blank=True)
    failure_context = models.JSONField(_("details of the failure"), default=dict, blank=True)

    class Meta:
        abstract = True

    @property
    def time_limit_seconds(self) -> int:
        """How long a worker may take for it."""
        return settings.RUN_SOFT_TIME_LIMIT_SECONDS

    @property
    def is_unfinished(self) -> bool:
        return self.status in UNFINISHED

    @property
    def is_running(self) -> bool:
        return self.status == JobStatus.RUNNING

    @property
    def has_succeeded(self) -> bool:
        return self.status == JobStatus.SUCCEEDED

    @property
    def has_failed(self) -> bool:
        return self.status in FINISHED - {JobStatus.SUCCEEDED}

    @property
    def progress_percent(self) -> int:
        return round(100 * self.progress)

    def renew_lease(self, attempt: int) -> bool:
        """Say that this attempt is alive; False when the job is no longer its own."""
        return bool(
            self._own(attempt).update(
                lease_until=timezone.now() + timedelta(seconds=settings.LEASE_SECONDS)
            )
        )

    def report_progress(self, attempt: int, fraction: float) -> bool:
        return bool(self._own(attempt).update(progress=fraction))

    def finish(self, attempt: int, to: JobStatus, **fields: Any) -> bool:
        """End the job on behalf of one attempt, storing what it made.

        Returns:
            False when the job was taken away meanwhile (its lease had run out,
            or it was cancelled): then nothing is stored.
        """
        if to not in TRANSITIONS[JobStatus.RUNNING]:
            raise IllegalTransition(f"running → {to}")
        fields.setdefault("progress", 1.0 if to == JobStatus.SUCCEEDED else F("progress"))
        return bool(
            self._own(attempt).update(
                status=to, finished_at=timezone.now(), lease_until=None, **fields
            )
        )

    def transition(self, to: JobStatus, **fields: Any) -> None:
        """Move the job from outside its worker (cancel, requeue, give up).

        Raises:
            IllegalTransition: the state read under the lock does not lead there.
        """
        with transaction.atomic():
            locked = type(self)._default_manager.select_for_update().get(pk=self.pk)
            if to not in TRANSITIONS[JobStatus(locked.status)]:
                raise IllegalTransition(f"{locked.status} → {to}")
            if to in FINISHED:
                fields["finished_at"] = timezone.now()
            fields |= {"status": to, "lease_until": None}
            for name, value in fields.items():
                setattr(self, name, value)
            self.save(update_fields=list(fields))

    def _own(self, attempt: int) -> models.QuerySet[Any]:
        return type(self)._default_manager.filter(
            Q(pk=self.pk, status=JobStatus.RUNNING, attempt=attempt)
        )


class WorkerSighting(models.Model):
    """When each worker process was last alive, for /readyz and the cockpit."""

    name = models.CharField(max_length=120, primary_key=True)
    queue = models.CharField(max_length=20)
    seen_at = models.DateTimeField()

    class Meta:
        verbose_name = _("worker sighting")
        verbose_name_plural = _("worker sightings")

    def __str__(self) -> str:
        return self.name
