"""Services that archive or delete a Dojo and delete a person's data. Each is one transaction."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from classrooms.exceptions import NotNow
from classrooms.models import Dataset, Dojo, Membership, Seat, User
from classrooms.models.dojos import DojoQuerySet
from classrooms.people import services as people


@transaction.atomic
def archive(dojo: Dojo) -> None:
    """Put a Dojo away from everyone's list. All of it stays, and can be read.

    Raises:
        NotNow: it has not ended.
    """
    locked = Dojo.objects.select_for_update().get(pk=dojo.pk)
    if not locked.has_ended:
        raise NotNow
    locked.archived_at = locked.archived_at or timezone.now()
    locked.save(update_fields=["archived_at"])


def unarchive(dojo: Dojo) -> None:
    """Put a Dojo back on the lists."""
    Dojo.objects.filter(pk=dojo.pk).update(archived_at=None)


def has_its_own_dataset(dojo: Dojo) -> bool:
    """Return whether one of its facilitators uploaded its dataset, and no other Dojo uses it."""
    dataset = dojo.dataset
    if dataset.bundled_key or dataset.dojos.exclude(pk=dojo.pk).exists():
        return False
    return dojo.seats.facilitators().held_by(dataset.owner).exists()


@transaction.atomic
def delete_dojo(dojo: Dojo, *, with_dataset: bool = False) -> None:
    """Delete a Dojo with everything in it; people keep their accounts.

    Args:
        with_dataset: and its dataset, where it is its own.
    """
    dojo = Dojo.objects.select_for_update().select_related("dataset").get(pk=dojo.pk)
    dataset = dojo.dataset if with_dataset and has_its_own_dataset(dojo) else None
    dojo.delete()
    if dataset is not None:
        dataset.delete()


@transaction.atomic
def leave(seat: Seat, user: User) -> None:
    """Leave a Dojo. The person's work in it is deleted, unless others share the seat; a solo
    session is deleted entirely.

    Raises:
        NotNow: nobody would be left to run it.
    """
    if seat.dojo.is_solo:
        delete_dojo(seat.dojo)
        return
    Dojo.objects.select_for_update().get(pk=seat.dojo_id)
    if seat.is_shared:
        seat.memberships.filter(user=user).delete()
    else:
        people.remove(seat)


# --- Accounts ---------------------------------------------------------------------
def dojos_in_need_of(user: User) -> DojoQuerySet:
    """The Dojos that only this person facilitates, and in which others take part."""
    others = Membership.objects.filter(dojo=OuterRef("pk")).exclude(user=user)
    return _alone(user).filter(Exists(others))


def _alone(user: User) -> DojoQuerySet:
    """The Dojos that nobody else facilitates."""
    others = Membership.objects.filter(
        dojo=OuterRef("pk"), seat__role=Seat.Role.FACILITATOR
    ).exclude(user=user)
    return Dojo.objects.facilitated_by(user).exclude(Exists(others))


@transaction.atomic
def erase_account(user: User) -> None:
    """Delete an account with all of the person's data. A dataset that others' Dojos still need
    passes to one of their facilitators.

    Raises:
        NotNow: Dojos with other people would be left without a facilitator.
    """
    list(Dojo.objects.select_for_update().facilitated_by(user))
    if dojos_in_need_of(user).exists():
        raise NotNow
    for dojo in _alone(user):
        delete_dojo(dojo)
    for dataset in Dataset.objects.filter(owner=user).exclude(dojos=None):
        _pass_on(dataset)
    user.delete()


def _pass_on(dataset: Dataset) -> None:
    heirs = Membership.objects.filter(
        dojo__dataset=dataset, seat__role=Seat.Role.FACILITATOR
    ).exclude(user=dataset.owner_id)
    heir = heirs.select_related("user").first()
    if heir is None:
        raise NotNow
    dataset.owner = heir.user
    dataset.save(update_fields=["owner"])
