"""Interpretations of finished runs, computed automatically or on request."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from classrooms.models import Dojo
from experiments.models.experiments import Experiment
from experiments.models.runs import Run
from jobs.models import Job, JobQuerySet


class Stage(models.IntegerChoices):
    """Parts of an interpretation, in the order in which they are computed."""

    EVIDENCE = 1, _("importance, errors and curves")
    LEARNING = 2, _("learning curves")
    REASONS = 3, _("contributions and effects")
    SUBGROUPS = 4, _("subgroups and limitations")
    CHECKS = 5, _("checks")


def stages_of(dojo: Dojo) -> list[Stage]:
    """What is interpreted of a run by the Dojo's rules."""
    return [stage for stage in Stage if stage != Stage.CHECKS or dojo.rules.makes_checks]


class InterpretationQuerySet(JobQuerySet["Interpretation"]):
    def without_content(self) -> Self:
        """Defer the content, which can be a megabyte, when only the state matters."""
        return self.defer("content")


# Failures that trying again cannot mend.
FINAL = frozenset({"not_a_test_row", "column_not_used"})


class Retryable(Job):
    """Work that may be asked for once more where it ended without a result."""

    class Meta(Job.Meta):
        abstract = True

    @property
    def may_be_retried(self) -> bool:
        return self.has_failed and self.failure_code not in FINAL


class Interpretation(Retryable):
    """One stage of what a run's model does and where it is wrong; after the metrics."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="interpretations")
    stage = models.PositiveSmallIntegerField(_("stage"), choices=Stage.choices)
    # As the stage's function in `engine.interpretation.stages` returns it.
    content = models.JSONField(_("content"), default=dict, blank=True)

    objects = InterpretationQuerySet.as_manager()

    class Meta(Retryable.Meta):
        verbose_name = _("interpretation")
        verbose_name_plural = _("interpretations")
        ordering = ["run_id", "stage"]
        constraints = [
            models.UniqueConstraint(fields=["run", "stage"], name="one_interpretation_per_stage")
        ]

    def __str__(self) -> str:
        return f"{self.run}: {self.get_stage_display()}"


class Question(Retryable):
    """Something that a person wants to know of finished runs, answered by a worker."""

    class Kind(models.TextChoices):
        ROW = "row", _("why this prediction")
        IMPORTANCE = "importance", _("contributions in another unit")
        COMPARISON = "comparison", _("runs side by side")
        OVERVIEW = "overview", _("all runs by hyperparameter")

    # What only the fitted model can answer.
    OF_MODEL = frozenset({Kind.ROW, Kind.IMPORTANCE})

    # The run that it is about; of a comparison the first.
    run = models.ForeignKey(Run, models.CASCADE, related_name="questions")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    subject = models.JSONField(_("subject"))
    # Of the kind and the subject: the same question is answered once, whoever asks.
    digest = models.CharField(_("digest"), max_length=64)
    content = models.JSONField(_("answer"), default=dict, blank=True)

    objects = JobQuerySet["Question"].as_manager()

    class Meta(Retryable.Meta):
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "digest"], name="one_answer_per_question")
        ]

    def __str__(self) -> str:
        return f"{self.run}: {self.get_kind_display()}"


class RowNote(models.Model):
    """A participant's note on a wrong test prediction."""

    experiment = models.ForeignKey(Experiment, models.CASCADE, related_name="row_notes")
    # Its number in the file, the first row after the header being 1.
    row = models.PositiveIntegerField(_("row"))
    text = models.CharField(_("note"), max_length=500)
    updated_at = models.DateTimeField(_("updated on"), auto_now=True)

    class Meta:
        verbose_name = _("note on a row")
        verbose_name_plural = _("notes on rows")
        ordering = ["row"]
        constraints = [
            models.UniqueConstraint(fields=["experiment", "row"], name="one_note_per_row")
        ]

    def __str__(self) -> str:
        return f"{self.experiment}: {self.row}"
