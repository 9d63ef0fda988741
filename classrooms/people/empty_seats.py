"""Delete a seat with its last person, however that person leaves."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete
from django.dispatch import receiver

from classrooms.models import Membership, Seat, User


@receiver(post_delete, sender=Membership)
def erase_empty_seat(instance: Membership, origin: Any, **kwargs: Any) -> None:
    """Erase the seat with its record, unless the membership is gone because the seat is.

    Args:
        origin: what was deleted first, a record or a queryset.
    """
    if getattr(origin, "model", type(origin)) not in (Membership, User):
        return
    # Locked, so that of two who go at once the second sees that the first is gone.
    seat = Seat.objects.select_for_update().filter(pk=instance.seat_id).first()
    if seat is not None and not seat.memberships.exists():
        seat.delete()
