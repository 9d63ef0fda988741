"""Runs and their predictions."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from classrooms.identifiers import new_public_id
from classrooms.models import Seat
from engine.spec.search import Replay
from experiments.models.experiments import Experiment
from jobs.models import Job, JobQuerySet, JobStatus

if TYPE_CHECKING:
    from experiments.models.holdout import HoldoutResult

ANOTHER_PROCESS_WAIT = timedelta(seconds=5)
# Failures that are not the participant's, and that another attempt may well not meet.
LOST = frozenset({"worker_lost", "internal", "no_space", "data_damaged"})


class RunQuerySet(JobQuerySet["Run"]):
    def results(self) -> Self:
        """Without repetitions: what experiments, boards and exports show."""
        return self.filter(reproduces=None)

    def lost(self) -> Self:
        """Those that failed through no fault of their participant."""
        return self.filter(status=JobStatus.FAILED, failure_code__in=LOST)

    def comparable_of(self, seat: Seat) -> Self:
        """Finished runs of a participant whose predictions are known, row by row."""
        return self.results().filter(
            experiment__seat=seat,
            status=JobStatus.SUCCEEDED,
            predictions__isnull=False,
        )

    def for_worker(self, worker: str, now: datetime) -> Self:
        """What a worker process may take: a repetition waits for another process than the
        first run's, though not for ever, since there may be only one."""
        too_soon = now - ANOTHER_PROCESS_WAIT
        computed_here = Q(reproduces__worker=worker) | Q(reproduces__reused_from__worker=worker)
        return self.exclude(computed_here, queued_at__gt=too_soon)


class Run(Job):
    """One execution of an experiment's config."""

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    experiment = models.ForeignKey(
        Experiment, models.CASCADE, related_name="runs", verbose_name=_("experiment")
    )
    # Plain JSON made by the engine: {"train": {...}, "cross_validation": {...}, "test": {...}}.
    metrics = models.JSONField(_("metrics"), default=dict, blank=True)
    # Kept apart, so that nothing shows it before the facilitator reveals it.
    holdout_metrics = models.JSONField(_("holdout metrics"), default=dict, blank=True)
    # Of the test rows at the threshold (engine Confusion).
    confusion = models.JSONField(_("confusion matrix"), default=dict, blank=True)
    fit_seconds = models.FloatField(_("fit time (s)"), null=True, blank=True)
    threshold = models.FloatField(_("decision threshold"), default=0.5)
    # 95 % intervals of the test metrics: {"roc_auc": [low, high], ...}.
    intervals = models.JSONField(_("intervals"), default=dict, blank=True)
    # By how much train is better than test, of every metric, 95 %: {"roc_auc": [low, high], ...}.
    gaps = models.JSONField(_("train–test gaps"), default=dict, blank=True)
    # Against the run that the hypothesis names (engine Comparison); empty where there is none.
    comparison = models.JSONField(_("comparison"), default=dict, blank=True)
    # The trials and the winner (engine SearchRecord), where the config asks for a search.
    search = models.JSONField(_("search"), default=dict, blank=True)
    # Warnings of the engine, each a code and what its sentence quotes.
    warnings = models.JSONField(_("warnings"), default=list, blank=True)
    # Columns that seem to know the outcome (engine Alarm); closed ones stay in it.
    alarms = models.JSONField(_("leak alarms"), default=list, blank=True)
    fingerprint = models.CharField(_("fingerprint"), max_length=64, blank=True)
    versions = models.JSONField(_("library versions"), default=dict, blank=True)
    # An earlier run with the same fingerprint, whose result is this run's.
    reused_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="reused_by"
    )
    # Somebody of the Dojo had this result when the experiment was submitted.
    was_known = models.BooleanField(_("result was known"), default=False)
    # The run that this one repeats from scratch; the experiment's result stays that one's.
    reproduces = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="reproductions"
    )
    # Of a repetition: every score that is not the first run's.
    differences = models.JSONField(_("differing digits"), default=list, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta(Job.Meta):
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["experiment"],
                condition=Q(status__in=["queued", "running"]),
                name="one_unfinished_run_per_experiment",
            )
        ]

    def __str__(self) -> str:
        return f"{self.experiment} ({self.get_status_display()})"

    def score(self, part: str, metric: str) -> float | None:
        """A metric on train, test or holdout; None before there is one."""
        values: dict[str, Any] = (
            self.holdout_metrics if part == "holdout" else self.metrics.get(part, {})
        )
        return values.get(metric)

    @property
    def open_alarms(self) -> list[dict[str, Any]]:
        """Columns that seem to know the outcome, and that no facilitator answered for."""
        return [alarm for alarm in self.alarms if not alarm.get("is_closed")]

    @property
    def uses_marked_column(self) -> bool:
        """Whether it was warned of a column that is recorded after the outcome."""
        return any(warning["code"] == "leaking_column" for warning in self.warnings)

    @property
    def is_lost(self) -> bool:
        """It failed through no fault of its participant."""
        return self.status == JobStatus.FAILED and self.failure_code in LOST

    @property
    def hidden(self) -> HoldoutResult | None:
        """What it gave on the hidden rows beyond its scores, if that is known."""
        return getattr(self, "holdout_result", None)

    @property
    def replay(self) -> Replay | None:
        """How far the search came; None without a search, or before it has ended."""
        if not self.search:
            return None
        return Replay(self.search["candidates"], tuple(self.search["rounds"]))


class Predictions(models.Model):
    """What a run predicted, row by row: what a comparison with another run needs.

    Both are probabilities of the positive class as little-endian float64.
    """

    run = models.OneToOneField(Run, models.CASCADE, related_name="predictions")
    test = models.BinaryField(_("test rows"))
    out_of_fold = models.BinaryField(_("training rows, predicted by models that had not seen them"))

    class Meta:
        verbose_name = _("predictions")
        verbose_name_plural = _("predictions")

    def __str__(self) -> str:
        return str(self.run)
