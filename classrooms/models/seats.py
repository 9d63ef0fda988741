"""Seats, which own the records of a Dojo, and the people who share them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classrooms.identifiers import new_public_id
from classrooms.intake.names import name_key
from classrooms.models.dojos import Dojo, Variant, whole_dojo
from classrooms.models.names import NameField, NameKeyField
from classrooms.topics import PERSONAL

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from classrooms.models.users import User


class SeatQuerySet(models.QuerySet["Seat"]):
    def held_by(self, user: User | AnonymousUser) -> Self:
        """The seats of a person, one in each of their Dojos."""
        return self.filter(memberships__user_id=user.pk)

    def with_dojo(self) -> Self:
        """Together with all of their Dojo that pages read."""
        return self.select_related(*whole_dojo("dojo"))

    def participants(self) -> Self:
        """Seats of participants, including the person of a solo session."""
        return self.filter(
            models.Q(role=Seat.Role.PARTICIPANT) | models.Q(dojo__variant=Variant.SOLO)
        )

    def facilitators(self) -> Self:
        return self.filter(role=Seat.Role.FACILITATOR)

    def called(self, name: str) -> Self:
        """Whose name looks like this one."""
        return self.filter(name_key=name_key(name))


class Seat(models.Model):
    """The owner of a record in a Dojo: a person, a pair or a team. Roles exist nowhere else."""

    class Role(models.TextChoices):
        FACILITATOR = "facilitator", _("Facilitator")
        PARTICIPANT = "participant", _("Participant")

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    dojo = models.ForeignKey(Dojo, models.CASCADE, related_name="seats")
    # Nobody on a simulated one.
    people = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="Membership", related_name="seats"
    )
    role = models.CharField(
        _("role"), max_length=11, choices=Role.choices, default=Role.PARTICIPANT
    )
    display_name = NameField(_("display name"))
    name_key = NameKeyField(of="display_name")
    joined_at = models.DateTimeField(_("joined on"), default=timezone.now)
    # When they last did something that counts: wrote, submitted, noted, answered.
    active_at = models.DateTimeField(_("last active on"), default=timezone.now)
    # For the facilitators only.
    facilitator_note = models.TextField(_("private note"), max_length=2000, blank=True)
    # Whose part the simulation plays; empty for a person.
    simulated_as = models.CharField(_("simulated as"), max_length=30, blank=True, editable=False)

    objects = SeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["joined_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["dojo", "name_key"], name="display_names_differ")
        ]

    def __str__(self) -> str:
        return self.display_name

    def clean(self) -> None:
        """The admin's forms have neither the Dojo nor the key, so they check no constraint."""
        others = Seat.objects.filter(dojo=self.dojo_id).exclude(pk=self.pk)
        if others.called(self.display_name).exists():
            raise ValidationError(
                {"display_name": _("Someone in this Dojo already has this name.")}
            )

    @property
    def is_facilitator(self) -> bool:
        return self.role == self.Role.FACILITATOR

    @property
    def participates(self) -> bool:
        return self.role == self.Role.PARTICIPANT or self.dojo.is_solo

    @property
    def is_shared(self) -> bool:
        """Whether several people share it."""
        return self.memberships.count() > 1

    @property
    def emails(self) -> list[str]:
        return [person.email for person in self.people.all()]

    @property
    def topic(self) -> str:
        """Name of the live topic on which its people hear of their own things."""
        return f"{PERSONAL}{self.public_id}"


class Membership(models.Model):
    """One person on one seat."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    seat = models.ForeignKey(Seat, models.CASCADE, related_name="memberships")
    # That of the seat, kept here so that the database refuses a second seat in it.
    dojo = models.ForeignKey(Dojo, models.CASCADE, related_name="memberships", editable=False)
    joined_at = models.DateTimeField(_("joined on"), default=timezone.now)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["joined_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["dojo", "user"], name="one_seat_per_person")]

    def __str__(self) -> str:
        return f"{self.user}: {self.seat}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.dojo_id = self.seat.dojo_id
        super().save(*args, **kwargs)
