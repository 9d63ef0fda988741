"""Services for raised hands: one open hand per participant. Each is one transaction."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from classrooms.exceptions import NotNow
from classrooms.models import Dojo, RaisedHand, Seat
from classrooms.topics import PARTICIPANTS
from live.models import touch


def open_hand(seat: Seat) -> RaisedHand | None:
    """This person's raised hand, with the facilitator who is on the way."""
    return RaisedHand.objects.raised().filter(seat=seat).select_related("taken_by").first()


def hand_queue(dojo: Dojo) -> list[RaisedHand]:
    """Hands that are up, who waits longest first."""
    raised = RaisedHand.objects.raised().filter(seat__dojo=dojo)
    return list(raised.select_related("seat__dojo", "taken_by"))


@transaction.atomic
def raise_hand(seat: Seat, reason: str = "") -> RaisedHand:
    """Ask for help; who asks already keeps their place, and the newer words where there are any.

    Raises:
        NotNow: the Dojo has ended.
    """
    locked = Seat.objects.select_for_update().select_related("dojo").get(pk=seat.pk)
    if locked.dojo.has_ended:
        raise NotNow
    hand, is_new = RaisedHand.objects.get_or_create(
        seat=locked, lowered_at=None, defaults={"reason": reason}
    )
    if not is_new and reason:
        hand.reason = reason
        hand.save(update_fields=["reason"])
    Seat.objects.filter(pk=locked.pk).update(active_at=timezone.now())
    _announce(locked)
    return hand


@transaction.atomic
def lower_hand(seat: Seat) -> None:
    """Take the hand down: helped, or no longer needed. Nothing happens where none is up."""
    raised = RaisedHand.objects.raised().filter(seat=seat)
    if raised.update(lowered_at=timezone.now()):
        _announce(seat)


@transaction.atomic
def take_hand(seat: Seat, *, by: Seat) -> None:
    """Mark a facilitator as on the way; the first one counts."""
    raised = RaisedHand.objects.raised().filter(seat=seat, taken_by=None)
    if raised.update(taken_by=by):
        _announce(seat)


def _announce(seat: Seat) -> None:
    touch(seat.dojo_id, PARTICIPANTS, seat.topic)
