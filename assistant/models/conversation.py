"""Messages between a participant and the coach."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classrooms.identifiers import new_public_id
from classrooms.models import Seat
from experiments.models import Experiment


class Source(models.TextChoices):
    """The author of an answer."""

    RULES = "rules", _("Rule-based coach")
    MODEL = "model", _("Language model")


class Message(models.Model):
    """One turn. An answer is stored as it streams, so that a reload finds it."""

    class Role(models.TextChoices):
        PARTICIPANT = "participant", _("Participant")
        COACH = "coach", _("Coach")

    class State(models.TextChoices):
        WRITING = "writing", _("being written")
        COMPLETE = "complete", _("complete")
        STOPPED = "stopped", _("was stopped")
        FAILED = "failed", _("has failed")

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    seat = models.ForeignKey(Seat, models.CASCADE, related_name="messages")
    # What they were looking at, if it was an experiment.
    experiment = models.ForeignKey(
        Experiment, models.SET_NULL, null=True, blank=True, related_name="messages"
    )
    role = models.CharField(_("role"), max_length=11, choices=Role.choices)
    text = models.TextField(_("text"), blank=True)
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, default=State.COMPLETE
    )
    source = models.CharField(_("source"), max_length=5, choices=Source.choices, blank=True)
    # Why the language model did not answer, where the rules stood in for it.
    failure = models.CharField(_("failure reason"), max_length=30, blank=True)
    # A drafted hypothesis or a change of config, to be taken over by hand.
    cards = models.JSONField(_("cards"), default=list, blank=True)
    # Sentences of the language model that the record does not bear out, for facilitators.
    left_out = models.JSONField(_("sentences left out"), default=list, blank=True)
    # Where to go from an answer by rules (assistant.conversation.offers).
    offers = models.JSONField(_("offers"), default=list, blank=True)
    sent_at = models.DateTimeField(_("sent on"), default=timezone.now)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["sent_at", "pk"]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def is_writing(self) -> bool:
        return self.state == self.State.WRITING

    @property
    def is_from_coach(self) -> bool:
        return self.role == self.Role.COACH
