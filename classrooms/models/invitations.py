"""Invitations by name, each with a link that works once."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from classrooms.identifiers import new_public_id, new_token
from classrooms.models.dojos import Dojo
from classrooms.models.names import NameField
from classrooms.models.seats import Seat


class Invitation(models.Model):
    """An invitation by name, with a personal link."""

    dojo = models.ForeignKey(Dojo, models.CASCADE, related_name="invitations")
    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    display_name = NameField(_("display name"))
    email = models.EmailField(_("email"), blank=True)
    created_at = models.DateTimeField(_("created on"), auto_now_add=True)
    # The seat that it became: the link no longer works for anybody else.
    seat = models.OneToOneField(
        Seat, models.CASCADE, null=True, blank=True, related_name="invitation"
    )

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["display_name", "pk"]

    def __str__(self) -> str:
        return self.display_name

    @property
    def is_used(self) -> bool:
        return self.seat_id is not None


class SeatOffer(models.Model):
    """A seat that waits for who can prove this e-mail: a facilitator's, or one that came with an
    imported Dojo. Nobody has it before they accept."""

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    dojo = models.ForeignKey(Dojo, models.CASCADE, related_name="seat_offers")
    email = models.EmailField(_("email"))
    created_at = models.DateTimeField(_("created on"), auto_now_add=True)
    # The seat that is there already; without it, accepting makes a facilitator's.
    seat = models.ForeignKey(
        Seat, models.CASCADE, null=True, blank=True, related_name="seat_offers"
    )

    class Meta:
        verbose_name = _("offered seat")
        verbose_name_plural = _("offered seats")
        ordering = ["email", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["dojo", "email"], name="one_offer_per_email")
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def is_to_facilitate(self) -> bool:
        return self.seat is None or self.seat.is_facilitator
