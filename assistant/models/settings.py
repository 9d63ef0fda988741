"""Settings of a Dojo's coach, and a participant's own choice about it."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from classrooms.models import Dojo, Seat

BUDGET = [MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1000))]


class CoachSettings(models.Model):
    """The coach of one Dojo; a Dojo without a row has the defaults."""

    class Openness(models.TextChoices):
        HINTS = "hints", _("Questions and hints only")
        EXPLAIN = "explain", _("Explains, and leaves the work to participants")
        FREE = "free", _("Answers freely")

    dojo = models.OneToOneField(Dojo, models.CASCADE, related_name="coach")
    is_enabled = models.BooleanField(_("the language model is on"), default=True)
    openness = models.CharField(
        _("how much the coach may reveal"),
        max_length=8,
        choices=Openness.choices,
        default=Openness.HINTS,
    )
    # Empty: the product's own prompt, in the Dojo's language.
    system_prompt = models.TextField(_("system prompt"), max_length=20_000, blank=True)
    shares_rows = models.BooleanField(_("single rows may be sent"), default=False)
    dojo_budget = models.DecimalField(
        _("budget for the Dojo (US$)"),
        max_digits=7,
        decimal_places=2,
        default=Decimal("5.00"),
        validators=BUDGET,
    )
    # Of one day, whatever the budget of all days still holds.
    day_budget = models.DecimalField(
        _("budget per day (US$)"),
        max_digits=7,
        decimal_places=2,
        default=Decimal("3.00"),
        validators=BUDGET,
    )
    participant_budget = models.DecimalField(
        _("budget per participant (US$)"),
        max_digits=7,
        decimal_places=2,
        default=Decimal("0.50"),
        validators=BUDGET,
    )

    class Meta:
        verbose_name = _("coach settings")
        verbose_name_plural = _("coach settings")

    def __str__(self) -> str:
        return str(self.dojo)


class CoachChoice(models.Model):
    """A participant's choice whether their words may go to a language model."""

    seat = models.OneToOneField(Seat, models.CASCADE, related_name="coach_choice")
    is_enabled = models.BooleanField(_("the language model is on"), default=True)

    class Meta:
        verbose_name = _("choice about the coach")
        verbose_name_plural = _("choices about the coach")

    def __str__(self) -> str:
        return str(self.seat)
