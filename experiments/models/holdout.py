"""What runs gave on the hidden rows, beyond their scores: told to nobody before the reveal."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from experiments.models.runs import Run
from jobs.models import Job, JobQuerySet


class HoldoutResult(Job):
    """A run on the holdout rows, row by row, against its reference, and as they would arrive.

    Made with the run. Queued where that is no longer true, when other columns are marked, and
    where it is missing, after a restoration from an export.
    """

    run = models.OneToOneField(Run, models.CASCADE, related_name="holdout_result")
    # Probabilities of the positive class as little-endian float64.
    predictions = models.BinaryField(_("holdout rows"), default=b"")
    # By metric, against the run that the hypothesis names (engine Difference): that of the
    # forecast. Empty where there is none.
    differences = models.JSONField(_("differences"), default=dict, blank=True)
    # Marked columns that the model reads; as the rows arrive, they are not there yet.
    missing_columns = models.JSONField(_("columns missing"), default=list, blank=True)
    # Every metric without them; empty where there are none, and nothing is different.
    production_metrics = models.JSONField(_("production metrics"), default=dict, blank=True)

    objects = JobQuerySet["HoldoutResult"].as_manager()

    class Meta(Job.Meta):
        verbose_name = _("holdout result")
        verbose_name_plural = _("holdout results")

    @property
    def misses_columns(self) -> bool:
        """Whether the rows arrive without something that the model reads."""
        return bool(self.missing_columns)

    def production_score(self, metric: str) -> float | None:
        """A metric on the rows as they would arrive; None while it is not known."""
        if not self.has_succeeded:
            return None
        known = self.production_metrics if self.missing_columns else self.run.holdout_metrics
        return known.get(metric)

    def __str__(self) -> str:
        return str(self.run)
