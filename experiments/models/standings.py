"""What the leaderboard shows that only a worker can compute."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from classrooms.models import Dojo
from classrooms.models.jobs import Job, JobQuerySet


class Standings(Job):
    """Who is ahead of whom beyond chance, and which scores the ladder lets through.

    Computed anew when a run ends; the board shows the last that was finished.
    """

    dojo = models.OneToOneField(Dojo, models.CASCADE, related_name="standings")
    # Of the runs that `content` is about.
    digest = models.CharField(_("digest"), max_length=64, blank=True)
    content = models.JSONField(_("standings"), default=dict, blank=True)

    objects = JobQuerySet["Standings"].as_manager()

    class Meta:
        verbose_name = _("standings")
        verbose_name_plural = _("standings")
        indexes = [models.Index(fields=["status"], name="standings_by_status")]

    def __str__(self) -> str:
        return str(self.dojo)
