"""Leak alarms that a facilitator closed: the column is known when the model predicts."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classrooms.models import Dojo, Seat


class ClosedAlarm(models.Model):
    """A column that may be used in a Dojo, although it seems to know the outcome."""

    dojo = models.ForeignKey(Dojo, models.CASCADE, related_name="closed_alarms")
    column = models.CharField(_("column"), max_length=255)
    reason = models.CharField(
        _("Why it is known when the model predicts"),
        max_length=500,
        help_text=_("Everyone in the Dojo reads it."),
    )
    closed_by = models.ForeignKey(
        Seat, models.SET_NULL, null=True, related_name="+", verbose_name=_("closed by")
    )
    closed_at = models.DateTimeField(_("closed on"), default=timezone.now)

    class Meta:
        verbose_name = _("closed leak alarm")
        verbose_name_plural = _("closed leak alarms")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["dojo", "column"], name="one_closing_per_column")
        ]

    def __str__(self) -> str:
        return f"{self.dojo}: {self.column}"
