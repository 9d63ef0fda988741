"""Log of every request to a language model, with its cost."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classrooms.models import Dojo, Seat


class CallQuerySet(models.QuerySet["Call"]):
    def of_day(self, now: datetime) -> Self:
        """Since midnight of the server's time zone."""
        midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
        return self.filter(started_at__gte=midnight)

    def spent(self) -> Decimal:
        """US dollars, what is reserved for calls under way included."""
        total: Decimal | None = self.aggregate(total=Sum("cost"))["total"]
        return total or Decimal(0)


class Call(models.Model):
    """One request. Its cost is an upper bound until it has ended, then what it was."""

    class Purpose(models.TextChoices):
        REVIEW = "review", _("feedback on an experiment")
        CHAT = "chat", _("conversation")

    class Outcome(models.TextChoices):
        UNDER_WAY = "under_way", _("in progress")
        ANSWERED = "answered", _("has answered")
        STOPPED = "stopped", _("was stopped")
        FAILED = "failed", _("has failed")

    dojo = models.ForeignKey(Dojo, models.CASCADE, related_name="calls")
    seat = models.ForeignKey(Seat, models.SET_NULL, null=True, blank=True, related_name="calls")
    purpose = models.CharField(_("purpose"), max_length=6, choices=Purpose.choices)
    model = models.CharField(_("model"), max_length=80)
    outcome = models.CharField(
        _("outcome"), max_length=9, choices=Outcome.choices, default=Outcome.UNDER_WAY
    )
    # Why it failed (code of assistant.model.client.CoachUnavailable).
    failure = models.CharField(_("failure reason"), max_length=30, blank=True)
    started_at = models.DateTimeField(_("started at"), default=timezone.now)
    seconds = models.FloatField(_("seconds"), null=True, blank=True)
    input_tokens = models.PositiveIntegerField(_("input tokens"), default=0)
    output_tokens = models.PositiveIntegerField(_("output tokens"), default=0)
    cache_write_tokens = models.PositiveIntegerField(_("tokens written to the cache"), default=0)
    cache_read_tokens = models.PositiveIntegerField(_("tokens read from the cache"), default=0)
    cost = models.DecimalField(_("cost (US$)"), max_digits=12, decimal_places=6)

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ["-started_at", "-pk"]
        indexes = [models.Index(fields=["started_at"], name="call_by_day")]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}, {self.model}"
