"""Log settings, presentations, takeaways and grades."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classrooms.models import Seat
from experiments.models.experiments import Experiment


class Documentation(models.Model):
    """A participant's record as a document; final once they say so."""

    seat = models.OneToOneField(Seat, models.CASCADE, related_name="documentation")
    final_at = models.DateTimeField(_("final on"), null=True, blank=True)
    # Of the log as it was then: what is downloaded is final as long as it is the same.
    final_digest = models.CharField(_("digest of the final log"), max_length=64, blank=True)
    title = models.CharField(_("Title"), max_length=120, blank=True)
    introduction = models.TextField(_("Introduction"), max_length=4000, blank=True)
    conclusion = models.TextField(_("Conclusion"), max_length=4000, blank=True)
    # Empty: the Dojo's.
    language = models.CharField(_("Language"), max_length=5, choices=settings.LANGUAGES, blank=True)
    # Numbers of experiments: those that have a place of their own, and those left out.
    order = models.JSONField(_("order"), default=list, blank=True)
    omitted = models.JSONField(_("left out"), default=list, blank=True)

    class Meta:
        verbose_name = _("log settings")
        verbose_name_plural = _("log settings")

    def __str__(self) -> str:
        return str(self.seat)

    @property
    def is_final(self) -> bool:
        return self.final_at is not None

    def arranged(self, experiments: Iterable[Experiment]) -> list[Experiment]:
        """All experiments in the author's order; those without a place in it come last."""
        places = {number: place for place, number in enumerate(self.order)}
        end = len(places)
        return sorted(experiments, key=lambda one: (places.get(one.number, end), one.number))

    def omits(self, experiment: Experiment) -> bool:
        return experiment.number in self.omitted


class Talk(models.Model):
    """A participant's learnings on one page, and its place in the queue."""

    seat = models.OneToOneField(Seat, models.CASCADE, related_name="talk")
    position = models.PositiveSmallIntegerField(_("position"))
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended on"), null=True, blank=True)
    # Chosen by the product until the participant chooses.
    best = models.ForeignKey(
        Experiment,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Best experiment"),
    )
    most_instructive = models.ForeignKey(
        Experiment,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Most instructive experiment"),
    )
    learned = models.TextField(_("What I learned"), max_length=2000, blank=True)
    next_step = models.TextField(_("What I would do next"), max_length=1000, blank=True)
    # Of a formal presentation, by slide: title, text and whether it is shown, where the
    # presenter changed what the log says.
    slides = models.JSONField(_("presentation slides"), default=dict, blank=True)

    class Meta:
        verbose_name = _("presentation")
        verbose_name_plural = _("presentations")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return str(self.seat)

    @property
    def is_current(self) -> bool:
        return self.started_at is not None and self.ended_at is None

    @property
    def is_over(self) -> bool:
        """Whether it was given; skipped presentations were not."""
        return self.started_at is not None and self.ended_at is not None

    @property
    def is_skipped(self) -> bool:
        return self.started_at is None and self.ended_at is not None

    @property
    def is_waiting(self) -> bool:
        return self.started_at is None and self.ended_at is None

    @property
    def is_public(self) -> bool:
        """Whether peers may read it: once it has started."""
        return self.started_at is not None


class Takeaway(models.Model):
    """A peer's takeaway from a presentation."""

    talk = models.ForeignKey(Talk, models.CASCADE, related_name="takeaways")
    author = models.ForeignKey(Seat, models.CASCADE, related_name="takeaways_written")
    text = models.CharField(_("learned from it"), max_length=500)
    written_at = models.DateTimeField(_("written on"), default=timezone.now)

    class Meta:
        verbose_name = _("takeaway")
        verbose_name_plural = _("takeaways")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["talk", "author"], name="one_takeaway_per_peer")
        ]

    def __str__(self) -> str:
        return self.text[:60]


class JuryGrade(models.Model):
    """Points of one juror for one criterion of a formal presentation."""

    class Criterion(models.TextChoices):
        HYPOTHESES = "hypotheses", _("Clear hypotheses")
        EVIDENCE = "evidence", _("Evidence and intervals")
        ERRORS = "errors", _("Errors analysed")
        DECISIONS = "decisions", _("Decisions that follow from results")
        CLARITY = "clarity", _("Clarity of the presentation")

    talk = models.ForeignKey(Talk, models.CASCADE, related_name="grades")
    juror = models.ForeignKey(Seat, models.CASCADE, related_name="grades_given")
    criterion = models.CharField(_("criterion"), max_length=10, choices=Criterion.choices)
    points = models.PositiveSmallIntegerField(_("points"), validators=[MaxValueValidator(3)])

    class Meta:
        verbose_name = _("grade")
        verbose_name_plural = _("grades")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["talk", "juror", "criterion"], name="one_grade_per_criterion"
            )
        ]

    def __str__(self) -> str:
        return f"{self.talk}: {self.get_criterion_display()}"
