"""Deliveries of runs to tracking tools."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from classrooms.models import Dojo
from experiments.models import ConclusionVersion, Interpretation, Run
from jobs.models import UNFINISHED, Job, JobQuerySet, JobStatus


class Tool(models.TextChoices):
    MLFLOW = "mlflow", "MLflow"
    WANDB = "wandb", "Weights & Biases"


class TrackingSettings(models.Model):
    """A facilitator's choice for a Dojo; without a row, the server's default applies."""

    dojo = models.OneToOneField(Dojo, models.CASCADE, related_name="tracking")
    is_enabled = models.BooleanField(_("runs are sent to the tools"), default=True)

    class Meta:
        verbose_name = _("tracking of a Dojo")
        verbose_name_plural = _("tracking of Dojos")

    def __str__(self) -> str:
        return str(self.dojo)


# How long to wait after each failure in a row; after the last one somebody has to ask.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 720))
# Failures that time does not mend.
FINAL = frozenset({"switched_off", "gone"})


class DeliveryQuerySet(JobQuerySet["Delivery"]):
    def of_dojo(self, dojo: Dojo) -> Self:
        return self.filter(run__experiment__seat__dojo=dojo)

    def due(self, now: datetime) -> Self:
        """Deliveries whose run is complete, and whose waiting time after a failure is over."""
        unfinished = Interpretation.objects.filter(run=OuterRef("run"), status__in=UNFINISHED)
        has_waited = Q(retry_at=None) | Q(retry_at__lte=now)
        return self.filter(has_waited, ~Exists(unfinished))

    def outdated(self) -> Self:
        """Those whose experiment was concluded or corrected, whose holdout was revealed, or whose
        run was started again and ended, since."""
        stage = "run__experiment__seat__dojo__stage"
        concluded = Exists(
            ConclusionVersion.objects.filter(
                experiment=OuterRef("run__experiment"), saved_at__gt=OuterRef("started_at")
            )
        )
        revealed = Q(**{f"{stage}__holdout_revealed_at__gt": F("started_at")})
        ended_again = Q(run__finished_at__gt=F("started_at"))
        return self.filter(concluded | revealed | ended_again, status=JobStatus.SUCCEEDED)

    def failed(self) -> Self:
        """Those that ended without having got through."""
        return self.filter(status__in=[JobStatus.FAILED, JobStatus.TIMED_OUT])

    def send_again(self) -> int:
        """Put them back into the queue, as new."""
        return self.requeue(retry_at=None, failures=0)

    def retry(self, now: datetime) -> int:
        """Put those back that have waited long enough since they failed."""
        waiting = self.failed().exclude(failure_code__in=FINAL)
        return sum(
            waiting.filter(failures=count, finished_at__lte=now - wait).requeue(failures=count + 1)
            for count, wait in enumerate(WAITS)
        )


class Delivery(Job):
    """One run sent to one tool; sent again when more is known about it."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="deliveries")
    tool = models.CharField(_("tool"), max_length=6, choices=Tool.choices)
    # What the tool calls it; empty before it was told.
    remote_id = models.CharField(_("external name"), max_length=200, blank=True)
    # A digest of the address that has it: another server knows nothing of it.
    sent_to = models.CharField(max_length=64, blank=True, editable=False)
    failures = models.PositiveSmallIntegerField(_("failures in a row"), default=0)
    retry_at = models.DateTimeField(_("not before"), null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta(Job.Meta):
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "tool"], name="one_delivery_per_tool")
        ]

    def __str__(self) -> str:
        return f"{self.run} → {self.get_tool_display()}"
