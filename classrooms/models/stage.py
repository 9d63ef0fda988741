"""The stage of a Dojo: its current projector scene, slide and leaderboard state."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from classrooms.models.dojos import Dojo


class Scene(models.TextChoices):
    """Scenes of the projector."""

    AUTOMATIC = "automatic", _("Whatever suits the phase")
    CLOCK = "clock", _("Phase and clock")
    SLIDES = "slides", _("Theory slides")
    LEADERBOARD = "leaderboard", _("Leaderboard")
    TALK = "talk", _("Presentation")
    JOIN = "join", _("How to join")


class DojoStage(models.Model):
    """Goes back to how it began when a rehearsal is wiped."""

    dojo = models.OneToOneField(Dojo, models.CASCADE, related_name="stage")
    slide = models.PositiveSmallIntegerField(_("slide"), default=0)
    scene = models.CharField(
        _("shown on the projector"), max_length=11, choices=Scene.choices, default=Scene.AUTOMATIC
    )
    board_frozen_at = models.DateTimeField(_("leaderboard frozen on"), null=True, blank=True)
    # Since when everyone may know which claims hold on the hidden rows: before any score of them.
    claims_revealed_at = models.DateTimeField(_("claims revealed on"), null=True, blank=True)
    # How many rows of the leaderboard, from the last, have their hidden score shown.
    revealed_rows = models.PositiveSmallIntegerField(_("rows revealed"), default=0)
    holdout_revealed_at = models.DateTimeField(_("holdout revealed on"), null=True, blank=True)
    # Since when simulated participants rehearse it; their work is wiped at the end.
    rehearsed_since = models.DateTimeField(_("in rehearsal since"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("shown now")

    def __str__(self) -> str:
        return str(self.dojo)

    @property
    def board_is_frozen(self) -> bool:
        return self.board_frozen_at is not None

    @property
    def holdout_is_revealed(self) -> bool:
        return self.holdout_revealed_at is not None

    @property
    def claims_are_revealed(self) -> bool:
        return self.claims_revealed_at is not None or self.holdout_is_revealed

    @property
    def reveal_has_begun(self) -> bool:
        return self.claims_are_revealed or self.revealed_rows > 0

    @property
    def is_rehearsed(self) -> bool:
        return self.rehearsed_since is not None
