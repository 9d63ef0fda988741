"""What a person who read an experiment thinks of what rules cannot read."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from assistant.facts.rubric import MOST_POINTS, Criterion
from classrooms.models import Seat
from experiments.models import Experiment

POINTS = [MaxValueValidator(MOST_POINTS)]


class Reading(models.Model):
    """One person's reading of one experiment: a facilitator's so far, but anybody's may be one.

    Points are empty where the reader gave none.
    """

    # The criteria that only a reader can judge; a field is called like its criterion.
    CRITERIA = (Criterion.HYPOTHESIS, Criterion.ERRORS, Criterion.DECISION)

    experiment = models.ForeignKey(Experiment, models.CASCADE, related_name="readings")
    reader = models.ForeignKey(
        Seat, models.CASCADE, related_name="readings", verbose_name=_("reader")
    )
    hypothesis = models.PositiveSmallIntegerField(
        _("reason"), null=True, blank=True, validators=POINTS
    )
    errors = models.PositiveSmallIntegerField(
        _("analysis"), null=True, blank=True, validators=POINTS
    )
    decision = models.PositiveSmallIntegerField(
        _("next step"), null=True, blank=True, validators=POINTS
    )
    note = models.TextField(_("note"), max_length=1000, blank=True)
    read_at = models.DateTimeField(_("read on"), auto_now=True)

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        ordering = ["read_at"]
        constraints = [
            models.UniqueConstraint(fields=["experiment", "reader"], name="one_reading_per_reader")
        ]

    def __str__(self) -> str:
        return f"{self.experiment}: {self.reader}"

    @property
    def points(self) -> dict[Criterion, int]:
        """By criterion, where there are any."""
        given = {criterion: getattr(self, criterion) for criterion in self.CRITERIA}
        return {criterion: points for criterion, points in given.items() if points is not None}
