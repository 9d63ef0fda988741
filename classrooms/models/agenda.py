"""Agendas: the phases of a Dojo with their clock, and templates kept for later Dojos."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classrooms.identifiers import new_public_id
from classrooms.models.dojos import Dojo

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from classrooms.models.users import User


class PhaseKind(models.TextChoices):
    THEORY = "theory", _("Theory")
    SETUP = "setup", _("Setup")
    ITERATIONS = "iterations", _("Iterations")
    INTERPRETATION = "interpretation", _("Interpretation")
    DOCUMENTATION = "documentation", _("Documentation")
    PRESENTATION = "presentation", _("Presentation")


class Phase(models.Model):
    """One step of the agenda. Its clock counts only while the Dojo runs."""

    dojo = models.ForeignKey(Dojo, models.CASCADE, related_name="phases")
    position = models.PositiveSmallIntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=14, choices=PhaseKind.choices)
    title = models.CharField(_("title"), max_length=80)
    content = models.CharField(_("content"), max_length=300)
    deliverable = models.CharField(_("deliverable"), max_length=120)
    planned_minutes = models.PositiveSmallIntegerField(_("planned minutes"))
    # Negative where an earlier phase took of this one's time.
    extra_minutes = models.SmallIntegerField(_("minutes added"), default=0)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended on"), null=True, blank=True)
    # Time counted before the last pause, and since when it counts again.
    counted = models.DurationField(_("time counted"), default=timedelta)
    counting_since = models.DateTimeField(_("counting since"), null=True, blank=True)

    class Meta:
        verbose_name = _("phase")
        verbose_name_plural = _("phases")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["dojo", "position"], name="one_phase_per_position")
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_current(self) -> bool:
        return self.started_at is not None and self.ended_at is None

    @property
    def is_skipped(self) -> bool:
        return self.ended_at is not None and self.started_at is None

    @property
    def is_over(self) -> bool:
        return self.ended_at is not None

    @property
    def is_to_come(self) -> bool:
        return self.started_at is None and self.ended_at is None

    @property
    def state(self) -> str:
        """For style sheets; empty where it is to come."""
        if self.is_skipped:
            return "skipped"
        if self.is_over:
            return "over"
        return "current" if self.is_current else ""

    @property
    def minutes(self) -> int:
        """Length of the phase; 0 if it is skipped."""
        return 0 if self.is_skipped else self.planned_minutes + self.extra_minutes

    @property
    def duration(self) -> timedelta:
        return timedelta(minutes=self.planned_minutes + self.extra_minutes)

    def elapsed(self, now: datetime | None = None) -> timedelta:
        """Time counted so far, pauses left out."""
        if self.counting_since is None:
            return self.counted
        return self.counted + ((now or timezone.now()) - self.counting_since)

    def remaining(self, now: datetime | None = None) -> timedelta:
        """Time left; negative once the phase runs over."""
        return self.duration - self.elapsed(now)

    @property
    def remaining_milliseconds(self) -> int:
        return round(self.remaining().total_seconds() * 1000)

    @property
    def is_counting(self) -> bool:
        return self.counting_since is not None


class AgendaTemplateQuerySet(models.QuerySet["AgendaTemplate"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(owner_id=user.pk)


class AgendaTemplate(models.Model):
    """An agenda by name, apart from any Dojo."""

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="agenda_templates",
        verbose_name=_("owner"),
    )
    title = models.CharField(_("title"), max_length=80)
    # [{"kind", "title", "content", "deliverable", "planned_minutes"}, ...], in order.
    phases = models.JSONField(_("phases"))
    created_at = models.DateTimeField(_("created on"), auto_now_add=True)

    objects = AgendaTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("agenda template")
        verbose_name_plural = _("agenda templates")
        ordering = ["title"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "title"], name="one_template_per_title")
        ]

    def __str__(self) -> str:
        return self.title
