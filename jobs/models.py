"""Base model for background jobs: states, lease and atomic claim.

The database is the source of truth; the broker only carries wake-up messages, which it may
lose, repeat or delay. A job is claimed by one conditional UPDATE, kept by a lease that its
worker renews, and finished only by the attempt that holds it. So however often a message is
delivered and whichever process dies, a job ends exactly once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Self, TypeVar

from django.conf import settings
from django.db import models, transaction
from django.db.models import Expression, F, Max, Min
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

# A job's life cycle: where each state may lead.
TRANSITIONS: dict[JobStatus, frozenset[JobStatus]] = {
    JobStatus.QUEUED: frozenset({JobStatus.RUNNING, JobStatus.FAILED, JobStatus.CANCELLED}),
    JobStatus.RUNNING: FINISHED | {JobStatus.QUEUED},
    **{status: frozenset() for status in FINISHED},
}


class IllegalTransition(Exception):
    """The job's current state does not allow this change."""


AnyJob = TypeVar("AnyJob", bound="Job")


class JobQuerySet(models.QuerySet[AnyJob]):
    def queued(self) -> Self:
        return self.filter(status=JobStatus.QUEUED)

    def running(self) -> Self:
        return self.filter(status=JobStatus.RUNNING)

    def unfinished(self) -> Self:
        return self.filter(status__in=UNFINISHED)

    def abandoned(self, now: datetime) -> Self:
        """Running jobs whose worker no longer renews the lease."""
        return self.running().filter(lease_until__lt=now)

    def requeue(self, **fields: Any) -> int:
        """Reset these jobs to queued and clear their earlier state.

        Args:
            fields: what else changes.

        Returns:
            The number of jobs.
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

    def claim(self, pk: int, *, worker: str) -> bool:
        """Take a queued job for one worker; False when another worker was faster."""
        now = timezone.now()
        return bool(
            self.filter(pk=pk, status=JobStatus.QUEUED).update(
                status=JobStatus.RUNNING,
                attempt=F("attempt") + 1,
                worker=worker,
                started_at=now,
                lease_until=now + timedelta(seconds=settings.LEASE_SECONDS),
            )
        )

    def by_owner(self, urgency: Expression) -> models.QuerySet[Any, Any]:
        """For each class of urgency and each owner, since when the oldest of these jobs waits."""
        groups = self.order_by().annotate(urgency=urgency)
        return groups.values("urgency", "share_key", "owner_key").annotate(oldest=Min("queued_at"))

    def turns(self, since: datetime) -> models.QuerySet[Any, tuple[int, int, datetime]]:
        """Each share and owner whose job was started, with the time of the latest start."""
        started = self.order_by().filter(started_at__gte=since)
        owners = started.values("share_key", "owner_key").annotate(latest=Max("started_at"))
        return owners.values_list("share_key", "owner_key", "latest")


class Job(models.Model):
    """Base of everything that a worker does."""

    # Plain keys by which workers share their time fairly; 0 where it is nobody's in particular.
    share_key = models.BigIntegerField(default=0, editable=False)
    owner_key = models.BigIntegerField(default=0, editable=False)
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
    failure_code = models.CharField(_("failure reason"), max_length=60, blank=True)
    failure_context = models.JSONField(_("failure details"), default=dict, blank=True)

    class Meta:
        abstract = True
        indexes = [
            models.Index(fields=["status", "share_key", "owner_key"], name="%(class)s_by_status"),
            models.Index(fields=["started_at"], name="%(class)s_by_start"),
        ]

    @property
    def keys(self) -> dict[str, int]:
        """The owner's keys, for jobs that follow from this one."""
        return {"share_key": self.share_key, "owner_key": self.owner_key}

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

    def renew_lease(self) -> bool:
        """Extend the lease of this attempt; False when the job is no longer its own."""
        return bool(
            self._own().update(
                lease_until=timezone.now() + timedelta(seconds=settings.LEASE_SECONDS)
            )
        )

    def is_held(self) -> bool:
        """Whether the attempt that loaded the job still holds it."""
        return self._own().exists()

    def report_progress(self, fraction: float) -> bool:
        return bool(self._own().update(progress=fraction))

    def finish(self, to: JobStatus, **fields: Any) -> bool:
        """End the job on behalf of the attempt that loaded it, and store its result.

        Returns:
            False when the job was cancelled or reassigned meanwhile: then nothing is stored.
        """
        if to not in TRANSITIONS[JobStatus.RUNNING]:
            raise IllegalTransition(f"running → {to}")
        fields.setdefault("progress", 1.0 if to == JobStatus.SUCCEEDED else F("progress"))
        return bool(
            self._own().update(status=to, finished_at=timezone.now(), lease_until=None, **fields)
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

    def _own(self) -> models.QuerySet[Any]:
        """The job, as long as the attempt that loaded it holds it. The number of an attempt
        comes again when a job is requeued; the moment of its start does not."""
        return type(self)._default_manager.filter(
            pk=self.pk,
            status=JobStatus.RUNNING,
            attempt=self.attempt,
            started_at=self.started_at,
        )


class WorkerHeartbeat(models.Model):
    """When each worker and scheduler last responded, for /readyz and the admin."""

    name = models.CharField(max_length=120, primary_key=True)
    queue = models.CharField(max_length=20)
    seen_at = models.DateTimeField()

    class Meta:
        verbose_name = _("worker heartbeat")
        verbose_name_plural = _("worker heartbeats")

    def __str__(self) -> str:
        return self.name


class LeaseManager(models.Manager["Lease"]):
    def take(self, name: str, *, holder: str) -> bool:
        """Take or renew a lease; False when another holds it.

        Args:
            holder: who asks. A process that starts again under its old name goes on at once.
        """
        now = timezone.now()
        until = now + timedelta(seconds=settings.LEASE_SECONDS)
        is_free = models.Q(holder=holder) | models.Q(until__lt=now)
        if self.filter(is_free, name=name).update(holder=holder, until=until):
            return True
        _lease, is_new = self.get_or_create(name=name, defaults={"holder": holder, "until": until})
        return is_new

    def give_back(self, name: str, *, holder: str) -> None:
        """End the holder's own lease."""
        self.filter(name=name, holder=holder).update(until=timezone.now())


class Lease(models.Model):
    """The right to do something alone, until it runs out."""

    name = models.CharField(max_length=40, primary_key=True)
    holder = models.CharField(max_length=120)
    until = models.DateTimeField()

    objects = LeaseManager()

    def __str__(self) -> str:
        return self.name
