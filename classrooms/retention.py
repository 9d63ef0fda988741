"""Verbs about what is kept: put a Dojo away, delete it, erase a person. Each is one transaction."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from classrooms import people
from classrooms.exceptions import NotNow
from classrooms.models import Dataset, Dojo, Membership
from classrooms.models.dojos import DojoQuerySet, MembershipQuerySet


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
    """Whether its dataset was uploaded by one of its facilitators, and no other Dojo has it."""
    dataset = dojo.dataset
    if dataset.bundled_key or dataset.dojos.exclude(pk=dojo.pk).exists():
        return False
    return _facilitators(dojo).filter(user_id=dataset.owner_id).exists()


@transaction.atomic
def delete_dojo(dojo: Dojo, *, with_dataset: bool = False) -> None:
    """Delete a Dojo with everything in it; people keep their accounts.

    Args:
        with_dataset: and its dataset, where it is its own.
    """
    dojo = Dojo.objects.select_for_update().select_related("dataset").get(pk=dojo.pk)
    dataset = dojo.dataset if with_dataset and has_its_own_dataset(dojo) else None
    simulated = User.objects.filter(
        pk__in=list(dojo.memberships.exclude(simulated_as="").values_list("user", flat=True))
    )
    dojo.delete()
    simulated.filter(memberships=None).delete()
    if dataset is not None:
        dataset.delete()


@transaction.atomic
def leave(membership: Membership) -> None:
    """Leave a Dojo and erase all that one did in it; one's solo session goes whole.

    Raises:
        NotNow: nobody would be left to run it.
    """
    if membership.dojo.is_solo:
        delete_dojo(membership.dojo)
    else:
        people.remove(membership)


# --- Accounts ---------------------------------------------------------------------
def dojos_in_need_of(user: User) -> DojoQuerySet:
    """The Dojos that only this person facilitates, and in which others take part."""
    others = Membership.objects.filter(dojo=OuterRef("pk")).exclude(user=user)
    return _alone(user).filter(Exists(others))


def _alone(user: User) -> DojoQuerySet:
    """The Dojos that nobody else facilitates."""
    others = Membership.objects.filter(dojo=OuterRef("pk"), role=people.FACILITATOR)
    return Dojo.objects.facilitated_by(user).exclude(Exists(others.exclude(user=user)))


@transaction.atomic
def erase_account(user: User) -> None:
    """Delete an account with everything of this person. A dataset that a Dojo of others
    still needs goes to who facilitates that one.

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
    heirs = Membership.objects.filter(dojo__dataset=dataset, role=people.FACILITATOR)
    heir = heirs.exclude(user=dataset.owner_id).select_related("user").first()
    if heir is None:
        raise NotNow
    dataset.owner = heir.user
    dataset.save(update_fields=["owner"])


def _facilitators(dojo: Dojo) -> MembershipQuerySet:
    return dojo.memberships.filter(role=people.FACILITATOR)
