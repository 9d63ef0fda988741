"""What is said in the room: announcements, raised hands, answers to live questions."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classrooms.identifiers import new_public_id
from classrooms.models.dojos import Dojo, Membership


class AnnouncementQuerySet(models.QuerySet["Announcement"]):
    def addressed_to(self, membership: Membership) -> Self:
        """What was said to everyone in the Dojo, and to this person."""
        everyone_or_me = Q(recipient=None) | Q(recipient=membership)
        return self.filter(everyone_or_me, dojo_id=membership.dojo_id)

    def unseen_by(self, membership: Membership) -> Self:
        return self.addressed_to(membership).exclude(seen_by=membership)


class Announcement(models.Model):
    """A message of a facilitator to everyone or to one participant."""

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    dojo = models.ForeignKey(Dojo, models.CASCADE, related_name="announcements")
    sender = models.ForeignKey(
        Membership, models.SET_NULL, null=True, related_name="announcements_sent"
    )
    recipient = models.ForeignKey(
        Membership, models.CASCADE, null=True, blank=True, related_name="announcements_received"
    )
    text = models.TextField(_("text"), max_length=1000)
    # Code of the finding that it asks about; empty for a plain message.
    finding = models.CharField(_("finding"), max_length=40, blank=True)
    # Path of the page that it asks about, within this site.
    link = models.CharField(_("link"), max_length=200, blank=True)
    sent_at = models.DateTimeField(_("sent at"), default=timezone.now)
    seen_by = models.ManyToManyField(Membership, blank=True, related_name="announcements_seen")

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
    """A participant who asks for help, until somebody came or they lowered it."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="hands")
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    raised_at = models.DateTimeField(_("raised at"), default=timezone.now)
    lowered_at = models.DateTimeField(_("lowered at"), null=True, blank=True)
    # The facilitator who is on their way.
    taken_by = models.ForeignKey(
        Membership, models.SET_NULL, null=True, blank=True, related_name="hands_taken"
    )

    objects = RaisedHandQuerySet.as_manager()

    class Meta:
        verbose_name = _("raised hand")
        verbose_name_plural = _("raised hands")
        ordering = ["raised_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["membership"], condition=Q(lowered_at=None), name="one_raised_hand_each"
            )
        ]

    def __str__(self) -> str:
        return str(self.membership)

    @property
    def waiting_minutes(self) -> int:
        """How long the person waits, or has waited."""
        return int(((self.lowered_at or timezone.now()) - self.raised_at).total_seconds() // 60)


class QuizAnswer(models.Model):
    """What a participant answered to a question of the theory's slides."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="quiz_answers")
    question = models.CharField(_("question"), max_length=40)
    choice = models.PositiveSmallIntegerField(_("choice"))
    is_right = models.BooleanField(_("is right"))
    answered_at = models.DateTimeField(_("answered at"), default=timezone.now)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["membership", "question"], name="one_answer_each")
        ]

    def __str__(self) -> str:
        return f"{self.membership}: {self.question}"
