"""Raised hands: one open hand each, seen by who helps. Each verb is one transaction."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from classrooms.exceptions import NotNow
from classrooms.models import Dojo, Membership, RaisedHand
from classrooms.models.live import touch
from classrooms.topics import ROOM


def open_hand(membership: Membership) -> RaisedHand | None:
    """The hand that this person holds up, with who is coming."""
    return (
        RaisedHand.objects.raised().filter(membership=membership).select_related("taken_by").first()
    )


def hand_queue(dojo: Dojo) -> list[RaisedHand]:
    """Hands that are up, who waits longest first."""
    raised = RaisedHand.objects.raised().filter(membership__dojo=dojo)
    return list(raised.select_related("membership__dojo", "taken_by"))


@transaction.atomic
def raise_hand(membership: Membership, reason: str = "") -> RaisedHand:
    """Ask for help; who asks already keeps their place, and the newer words where there are any.

    Raises:
        NotNow: the Dojo has ended.
    """
    locked = Membership.objects.select_for_update().select_related("dojo").get(pk=membership.pk)
    if locked.dojo.has_ended:
        raise NotNow
    hand, is_new = RaisedHand.objects.get_or_create(
        membership=locked, lowered_at=None, defaults={"reason": reason}
    )
    if not is_new and reason:
        hand.reason = reason
        hand.save(update_fields=["reason"])
    Membership.objects.filter(pk=locked.pk).update(active_at=timezone.now())
    _announce(locked)
    return hand


@transaction.atomic
def lower_hand(membership: Membership) -> None:
    """Take the hand down: helped, or no longer needed. Nothing happens where none is up."""
    raised = RaisedHand.objects.raised().filter(membership=membership)
    if raised.update(lowered_at=timezone.now()):
        _announce(membership)


@transaction.atomic
def take_hand(membership: Membership, *, by: Membership) -> None:
    """Say who is on their way; the first who says so is."""
    raised = RaisedHand.objects.raised().filter(membership=membership, taken_by=None)
    if raised.update(taken_by=by):
        _announce(membership)


def _announce(membership: Membership) -> None:
    touch(membership.dojo_id, ROOM, membership.topic)
