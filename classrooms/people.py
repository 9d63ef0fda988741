"""Verbs about who is in a Dojo: the code, the roster, seats. Each is one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from classrooms.exceptions import NameTaken, NotNow
from classrooms.identifiers import new_join_code, new_token
from classrooms.models import Dojo, Invitation, Membership
from classrooms.models.live import touch
from classrooms.roster import MAX_PEOPLE, Line
from classrooms.services import join_dojo
from classrooms.topics import CLOCK, LEADERBOARD, ROOM

FACILITATOR = Membership.Role.FACILITATOR
# Who joins is active at that moment.
A_MOMENT = timedelta(seconds=5)


class NoAccount(Exception):
    """Nobody has an account with this e-mail."""


@transaction.atomic
def rotate_code(dojo: Dojo) -> str:
    """A new code; the old one, and links with it, stop working at once."""
    code = new_join_code()
    while Dojo.objects.filter(join_code=code).exists():
        code = new_join_code()
    Dojo.objects.filter(pk=dojo.pk).update(join_code=code)
    touch(dojo.pk, CLOCK)
    return code


@transaction.atomic
def open_join(dojo: Dojo, *, is_open: bool) -> None:
    """Let people in by the code, or only by links of their own."""
    Dojo.objects.filter(pk=dojo.pk).update(join_is_open=is_open)
    touch(dojo.pk, CLOCK)


# --- The roster -------------------------------------------------------------------
@transaction.atomic
def invite(dojo: Dojo, lines: Sequence[Line]) -> int:
    """Keep a seat for everyone of a roster who has none; returns for how many.

    Raises:
        NotNow: the Dojo has ended, or would have more than so many invitations.
    """
    locked = Dojo.objects.select_for_update().get(pk=dojo.pk)
    known = {name.casefold() for name in _names(locked)}
    new = [
        Invitation(dojo=locked, display_name=line.name, email=line.email)
        for line in lines
        if not line.problem and line.name.casefold() not in known
    ]
    if locked.has_ended or locked.invitations.count() + len(new) > MAX_PEOPLE:
        raise NotNow
    Invitation.objects.bulk_create(new)
    return len(new)


def _names(dojo: Dojo) -> list[str]:
    return [
        *dojo.memberships.values_list("display_name", flat=True),
        *dojo.invitations.values_list("display_name", flat=True),
    ]


@transaction.atomic
def accept(invitation: Invitation, *, user: User, display_name: str) -> Membership:
    """Take the seat that was kept; the link then works for nobody else.

    Raises:
        NotNow: the seat is taken, or the Dojo has ended.
        NameTaken: another person has this display name.
    """
    locked = Invitation.objects.select_for_update().select_related("dojo").get(pk=invitation.pk)
    if locked.is_used:
        raise NotNow
    membership = join_dojo(dojo=locked.dojo, user=user, display_name=display_name)
    if not Invitation.objects.filter(membership=membership).exists():
        locked.membership = membership
        locked.save(update_fields=["membership"])
    return membership


@transaction.atomic
def renew(invitation: Invitation) -> None:
    """Another link for the same seat; the old one stops working.

    Raises:
        NotNow: the seat is taken.
    """
    if not Invitation.objects.filter(pk=invitation.pk, membership=None).update(token=new_token()):
        raise NotNow


# --- Seats ------------------------------------------------------------------------
@transaction.atomic
def add_facilitator(dojo: Dojo, email: str) -> Membership:
    """Let somebody with an account run the Dojo, too.

    Raises:
        NoAccount: nobody has this e-mail.
        NotNow: they take part in it as a participant, with experiments that would be lost
            from the boards.
    """
    user = User.objects.filter(email__iexact=email.strip()).first()
    if user is None:
        raise NoAccount
    membership = Membership.objects.filter(dojo=dojo, user=user).first()
    if membership is None:
        membership = Membership(dojo=dojo, user=user, display_name=_free_name(dojo, user))
    elif membership.role != FACILITATOR and membership.active_at - membership.joined_at > A_MOMENT:
        raise NotNow
    membership.role = FACILITATOR
    membership.save()
    touch(dojo.pk, ROOM, LEADERBOARD)
    return membership


def _free_name(dojo: Dojo, user: User) -> str:
    """Their name, with a number where somebody has it already."""
    wanted = (user.get_full_name() or user.username)[:50]
    taken = {name.casefold() for name in _names(dojo)}
    name, number = wanted, 2
    while name.casefold() in taken:
        name, number = f"{wanted} {number}", number + 1
    return name


@transaction.atomic
def remove(membership: Membership) -> None:
    """Take somebody out of the Dojo, with all that they did in it.

    Raises:
        NotNow: nobody would be left to run it.
    """
    dojo = Dojo.objects.select_for_update().get(pk=membership.dojo_id)
    others = dojo.memberships.filter(role=FACILITATOR).exclude(pk=membership.pk)
    if membership.is_facilitator and not others.exists():
        raise NotNow
    Membership.objects.filter(pk=membership.pk).delete()
    if membership.simulated_as and not membership.user.memberships.exists():
        # Nobody else ever uses the account.
        membership.user.delete()
    touch(dojo.pk, ROOM, LEADERBOARD)


@transaction.atomic
def rename(membership: Membership, name: str) -> None:
    """Call somebody otherwise.

    Raises:
        NameTaken: another person has this display name.
    """
    try:
        with transaction.atomic():
            Membership.objects.filter(pk=membership.pk).update(display_name=name)
    except IntegrityError as error:
        raise NameTaken from error
    touch(membership.dojo_id, ROOM, LEADERBOARD, membership.topic)
