"""Feedback on the quality of an experiment."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from assistant.models.conversation import Source
from classrooms.models.jobs import Job, JobQuerySet
from experiments.models import Experiment


class Review(Job):
    """A rubric with reasons, on one occasion; written by the io worker."""

    class Occasion(models.TextChoices):
        RESULTS = "results", _("when the results are in")
        CONCLUSION = "conclusion", _("when it is concluded")

    experiment = models.ForeignKey(Experiment, models.CASCADE, related_name="reviews")
    occasion = models.CharField(_("occasion"), max_length=10, choices=Occasion.choices)
    source = models.CharField(_("source"), max_length=5, choices=Source.choices, blank=True)
    # Why the rules alone wrote it, where a language model was to.
    fallback = models.CharField(_("reason of the fallback"), max_length=30, blank=True)
    # Of the request: the same one is not paid twice.
    digest = models.CharField(_("digest"), max_length=64, blank=True)
    # As `assistant.rubric.Review.model_dump` gives it.
    content = models.JSONField(_("feedback"), default=dict, blank=True)

    objects = JobQuerySet["Review"].as_manager()

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["experiment", "occasion"], name="one_review_per_occasion"
            )
        ]
        indexes = [models.Index(fields=["status"], name="review_by_status")]

    def __str__(self) -> str:
        return f"{self.experiment}: {self.get_occasion_display()}"
