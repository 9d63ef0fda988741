"""A Dojo's rules: what participants may do, and what they see of each other."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from classrooms.models.dojos import Dojo


class Visibility(models.TextChoices):
    """How much participants see of each other."""

    NAMES = "names", _("Names and scores")
    RANKS = "ranks", _("Scores without names")
    NOTHING = "nothing", _("Only their own score")


class BaselineRule(models.TextChoices):
    ASK = "ask", _("Recommended: skipping it needs a confirmation")
    REQUIRE = "require", _("Required: no other model can run first")


class DojoRules(models.Model):
    # What is chosen together, and goes with a clone; joining is opened and closed by itself.
    CHOSEN = (
        "visibility",
        "baseline_rule",
        "max_experiments",
        "max_unfinished_runs",
        "allowed_models",
        "margins",
        "tells_luck",
        "seals_record",
        "makes_checks",
        "tells_claims",
    )

    dojo = models.OneToOneField(Dojo, models.CASCADE, related_name="rules")
    visibility = models.CharField(
        _("what participants see of each other"),
        max_length=8,
        choices=Visibility.choices,
        default=Visibility.NAMES,
    )
    baseline_rule = models.CharField(
        _("baseline first"), max_length=8, choices=BaselineRule.choices, default=BaselineRule.ASK
    )
    max_experiments = models.PositiveSmallIntegerField(
        _("experiments per person"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(500)],
    )
    max_unfinished_runs = models.PositiveSmallIntegerField(
        _("runs at once per person"),
        default=20,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
    )
    # Names of the engine's models; all where empty.
    allowed_models = models.JSONField(_("models allowed"), default=list, blank=True)
    # By metric: as little as this is no difference that matters. Where a metric is missing, the
    # test set decides.
    margins = models.JSONField(_("smallest difference that matters"), default=dict, blank=True)
    tells_luck = models.BooleanField(
        _("the leaderboard says how large a lead luck alone would give"), default=True
    )
    seals_record = models.BooleanField(
        _("hypotheses, results and decisions are sealed in a record"), default=True
    )
    makes_checks = models.BooleanField(
        _("each result is checked as a careful colleague would"), default=True
    )
    tells_claims = models.BooleanField(
        _("the reveal says which claims hold on the holdout rows"), default=True
    )
    join_is_open = models.BooleanField(_("anyone with the code can join"), default=True)

    class Meta:
        verbose_name = verbose_name_plural = _("rules")

    def __str__(self) -> str:
        return str(self.dojo)

    @property
    def chosen(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.CHOSEN}
