"""Feedback on the quality of an experiment."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assistant.models.conversation import Source
from experiments.models import Experiment
from jobs.models import Job, JobQuerySet, JobStatus


class ReviewQuerySet(JobQuerySet["Review"]):
    def claim(self, pk: int, *, worker: str) -> bool:
        """Take feedback to be written; what an earlier attempt asked is asked no longer."""
        self.queued().filter(pk=pk).update(digest="")
        return super().claim(pk, worker=worker)

    def paid(self, digest: str) -> Review | None:
        """Feedback that a language model wrote for the same request."""
        return self.filter(digest=digest, source=Source.MODEL, status=JobStatus.SUCCEEDED).first()


class Review(Job):
    """A rubric with reasons, on one occasion; written by the io worker."""

    class Occasion(models.TextChoices):
        RESULTS = "results", _("when the results are in")
        CONCLUSION = "conclusion", _("when it is concluded")

    experiment = models.ForeignKey(Experiment, models.CASCADE, related_name="reviews")
    occasion = models.CharField(_("occasion"), max_length=10, choices=Occasion.choices)
    source = models.CharField(_("source"), max_length=5, choices=Source.choices, blank=True)
    # Why the rules alone wrote it, where a language model was to.
    fallback = models.CharField(_("fallback reason"), max_length=30, blank=True)
    # Of the request: the same one is not paid twice, nor asked twice at a time.
    digest = models.CharField(_("digest"), max_length=64, blank=True)
    # Where the language model and the record disagree, for facilitators: sentences that were
    # left out, and points that the rules do not allow.
    left_out = models.JSONField(_("sentences left out"), default=list, blank=True)
    # As `assistant.facts.rubric.Review.model_dump` gives it.
    content = models.JSONField(_("feedback"), default=dict, blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta(Job.Meta):
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["experiment", "occasion"], name="one_review_per_occasion"
            ),
            models.UniqueConstraint(
                fields=["digest"],
                condition=Q(status=JobStatus.RUNNING) & ~Q(digest=""),
                name="one_request_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.experiment}: {self.get_occasion_display()}"

    def note_request(self, digest: str) -> bool:
        """Say what this attempt is about to ask; False when the feedback is no longer its own.

        Raises:
            IntegrityError: other feedback is waiting for the answer to the same request.
        """
        return bool(self._own().update(digest=digest))
