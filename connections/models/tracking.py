"""Runs on their way to tools that track experiments."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from classrooms.models import Dojo
from classrooms.models.jobs import UNFINISHED, Job, JobQuerySet, JobStatus
from experiments.models import Interpretation, Run


class Tool(models.TextChoices):
    MLFLOW = "mlflow", "MLflow"
    WANDB = "wandb", "Weights & Biases"


class TrackingSettings(models.Model):
    """What a facilitator decided for a Dojo; one without a row follows the installation."""

    dojo = models.OneToOneField(Dojo, models.CASCADE, related_name="tracking")
    is_enabled = models.BooleanField(_("runs are sent to the tools"), default=True)
    # Where the installation permits it (settings.MLFLOW_DOJO_HOSTS); empty: the installation's.
    mlflow_uri = models.CharField(_("MLflow server of this Dojo"), max_length=300, blank=True)

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
        return self.filter(run__experiment__membership__dojo=dojo)

    def due(self, now: datetime) -> Self:
        """Those whose run has all that is to be told, and that need not wait after a failure."""
        unfinished = Interpretation.objects.filter(run=OuterRef("run"), status__in=UNFINISHED)
        has_waited = Q(retry_at=None) | Q(retry_at__lte=now)
        return self.filter(has_waited, ~Exists(unfinished)).order_by("queued_at", "pk")

    def outdated(self) -> Self:
        """Those whose experiment was concluded, or whose holdout was revealed, since."""
        experiment = "run__experiment"
        concluded = Q(**{f"{experiment}__closed_at__gt": F("started_at")})
        revealed = Q(
            **{f"{experiment}__membership__dojo__holdout_revealed_at__gt": F("started_at")}
        )
        return self.filter(concluded | revealed, status=JobStatus.SUCCEEDED)

    def failed(self) -> Self:
        """Those that ended without having got through."""
        return self.filter(status__in=[JobStatus.FAILED, JobStatus.TIMED_OUT])

    def send_again(self) -> int:
        """Put them back into the queue, as new."""
        return self.queue_again(retry_at=None, failures=0)

    def retry(self, now: datetime) -> int:
        """Put those back that have waited long enough since they failed."""
        waiting = self.failed().exclude(failure_code__in=FINAL)
        return sum(
            waiting.filter(failures=count, finished_at__lte=now - wait).queue_again(
                failures=count + 1
            )
            for count, wait in enumerate(WAITS)
        )


class Delivery(Job):
    """One run told to one tool; told again when more is known of it."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="deliveries")
    tool = models.CharField(_("tool"), max_length=6, choices=Tool.choices)
    # What the tool calls it; empty before it was told.
    remote_id = models.CharField(_("name there"), max_length=200, blank=True)
    # A digest of the address that has it: another server knows nothing of it.
    sent_to = models.CharField(max_length=64, blank=True, editable=False)
    failures = models.PositiveSmallIntegerField(_("failures in a row"), default=0)
    retry_at = models.DateTimeField(_("not before"), null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "tool"], name="one_delivery_per_tool")
        ]
        indexes = [models.Index(fields=["status"], name="delivery_by_status")]

    def __str__(self) -> str:
        return f"{self.run} → {self.get_tool_display()}"
