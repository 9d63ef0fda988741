"""Announcements, raised hands, and answers to live questions."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classrooms.identifiers import new_public_id
from classrooms.models.dojos import Dojo
from classrooms.models.seats import Seat


class AnnouncementQuerySet(models.QuerySet["Announcement"]):
    def addressed_to(self, seat: Seat) -> Self:
        """Announcements to everyone in the Dojo, and messages to this person."""
        everyone_or_me = Q(recipient=None) | Q(recipient=seat)
        return self.filter(everyone_or_me, dojo_id=seat.dojo_id)

    def unseen_by(self, seat: Seat) -> Self:
        return self.addressed_to(seat).exclude(seen_by=seat)


class Announcement(models.Model):
    """A message of a facilitator to everyone or to one participant."""

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    dojo = models.ForeignKey(Dojo, models.CASCADE, related_name="announcements")
    sender = models.ForeignKey(Seat, models.SET_NULL, null=True, related_name="announcements_sent")
    recipient = models.ForeignKey(
        Seat, models.CASCADE, null=True, blank=True, related_name="announcements_received"
    )
    text = models.TextField(_("text"), max_length=1000)
    # Code of the finding that it asks about; empty for a plain message.
    finding = models.CharField(_("finding"), max_length=40, blank=True)
    # Path of the page that it asks about, within this site.
    link = models.CharField(_("link"), max_length=200, blank=True)
    sent_at = models.DateTimeField(_("sent on"), default=timezone.now)
    seen_by = models.ManyToManyField(Seat, blank=True, related_name="announcements_seen")

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        ordering = ["-sent_at", "-pk"]

    def __str__(self) -> str:
        return self.text[:60]


class RaisedHandQuerySet(models.QuerySet["RaisedHand"]):
    def raised(self) -> Self:
        return self.filter(lowered_at=None)


class RaisedHand(models.Model):
    """A request for help, until someone came or the participant lowered the hand."""

    seat = models.ForeignKey(Seat, models.CASCADE, related_name="hands")
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    raised_at = models.DateTimeField(_("raised on"), default=timezone.now)
    lowered_at = models.DateTimeField(_("lowered on"), null=True, blank=True)
    # The facilitator who is on their way.
    taken_by = models.ForeignKey(
        Seat, models.SET_NULL, null=True, blank=True, related_name="hands_taken"
    )

    objects = RaisedHandQuerySet.as_manager()

    class Meta:
        verbose_name = _("raised hand")
        verbose_name_plural = _("raised hands")
        ordering = ["raised_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["seat"], condition=Q(lowered_at=None), name="one_raised_hand_each"
            )
        ]

    def __str__(self) -> str:
        return str(self.seat)

    @property
    def waiting_minutes(self) -> int:
        """Minutes that the person has been waiting, or had to wait."""
        return int(((self.lowered_at or timezone.now()) - self.raised_at).total_seconds() // 60)


class QuizAnswer(models.Model):
    """A participant's answer to a question of the theory slides."""

    seat = models.ForeignKey(Seat, models.CASCADE, related_name="quiz_answers")
    question = models.CharField(_("question"), max_length=40)
    choice = models.PositiveSmallIntegerField(_("choice"))
    is_right = models.BooleanField(_("is correct"))
    answered_at = models.DateTimeField(_("answered on"), default=timezone.now)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["seat", "question"], name="one_answer_each")]

    def __str__(self) -> str:
        return f"{self.seat}: {self.question}"
