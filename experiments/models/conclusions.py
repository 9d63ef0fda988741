"""Versions of a conclusion: it can be corrected for a while, and nothing of it is lost."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from experiments.models.experiments import Experiment


class ConclusionVersion(models.Model):
    """A conclusion as it was saved with its decision; the experiment has the latest itself."""

    TEXTS = ("analysis", "next_step")

    experiment = models.ForeignKey(
        Experiment, models.CASCADE, related_name="versions", verbose_name=_("experiment")
    )
    saved_at = models.DateTimeField(_("saved on"), default=timezone.now)
    # Of those who share a seat; nobody where the simulation wrote it, or whose account is gone.
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    analysis = models.TextField(_("Analysis"), max_length=4000)
    # By field, as `Experiment.claims`.
    claims = models.JSONField(_("Claims"), default=dict)
    decision = models.CharField(_("Decision"), max_length=8, choices=Experiment.Decision.choices)
    next_step = models.TextField(_("Next"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("version of a conclusion")
        verbose_name_plural = _("versions of conclusions")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.experiment} ({self.saved_at:%Y-%m-%d %H:%M})"
