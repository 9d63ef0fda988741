"""Histogram boosting on a dataset, beside which each run of it is looked at."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from classrooms.models import Dataset
from jobs.models import Job, JobQuerySet


class BoostingReference(Job):
    """Fitted once for each dataset, split and set of marked columns, by a worker that has nothing
    else to do; on no board."""

    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="boosting")
    # Of the data, the split, the marks and the libraries.
    fingerprint = models.CharField(_("fingerprint"), max_length=64, unique=True)
    # Names of the columns that are marked as recorded after the outcome.
    marked = models.JSONField(_("marked columns"), default=list, blank=True)
    # Probabilities of the positive class for the test rows, 64-bit floats.
    test = models.BinaryField(default=b"")
    threshold = models.FloatField(_("decision threshold"), default=0.5)
    seconds_per_1000_rows = models.FloatField(_("seconds for 1,000 predictions"), default=0.0)

    objects = JobQuerySet["BoostingReference"].as_manager()

    class Meta(Job.Meta):
        verbose_name = _("boosting reference")
        verbose_name_plural = _("boosting references")

    def __str__(self) -> str:
        return str(self.dataset)
