"""The ranking of the leaderboard, which only a worker can compute."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from classrooms.models import Dojo
from jobs.models import Job, JobQuerySet


class LeaderboardSnapshot(Job):
    """Who is ahead of whom beyond chance, and how much of a lead luck alone would give.

    Computed anew when a run ends; the board shows the last that was finished.
    """

    dojo = models.OneToOneField(Dojo, models.CASCADE, related_name="leaderboard_snapshot")
    # Of the runs that `content` is about.
    digest = models.CharField(_("digest"), max_length=64, blank=True)
    content = models.JSONField(_("leaderboard"), default=dict, blank=True)

    # For the next time; no page reads them. Which pairs of runs have been told apart:
    pairs = models.JSONField(_("compared pairs"), default=dict, blank=True)
    # By how much the luckiest config gains on each resample of the test rows:
    resamples = models.JSONField(_("resampled scores"), default=dict, blank=True)

    KEPT = ("pairs", "resamples")

    objects = JobQuerySet["LeaderboardSnapshot"].as_manager()

    class Meta(Job.Meta):
        verbose_name = _("leaderboard")
        verbose_name_plural = _("leaderboard")

    def __str__(self) -> str:
        return str(self.dojo)
