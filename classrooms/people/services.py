"""Services for the join code, invitations and people. Each is one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import IntegrityError, transaction

from classrooms.accounts.proof import NotProven, proves
from classrooms.dojos.services import join_dojo, seat_person
from classrooms.exceptions import NameTaken, NotNow
from classrooms.identifiers import new_join_code, new_token
from classrooms.intake.names import free_name, name_key
from classrooms.models import Dojo, DojoRules, Invitation, Seat, User
from classrooms.people.roster import MAX_PEOPLE, Line
from classrooms.topics import CLOCK, LEADERBOARD, PARTICIPANTS
from live.models import touch

# Who joins is active at that moment.
A_MOMENT = timedelta(seconds=5)


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
    DojoRules.objects.filter(dojo=dojo).update(join_is_open=is_open)
    touch(dojo.pk, CLOCK)


# --- The roster -------------------------------------------------------------------
@transaction.atomic
def invite(dojo: Dojo, lines: Sequence[Line]) -> int:
    """Invite everyone on a list who has no invitation yet; returns how many.

    Raises:
        NotNow: the Dojo has ended, or would have more than so many invitations.
    """
    locked = Dojo.objects.select_for_update(no_key=True).get(pk=dojo.pk)
    known = _name_keys(locked)
    new = [
        Invitation(dojo=locked, display_name=line.name, email=line.email)
        for line in lines
        if not line.problem and name_key(line.name) not in known
    ]
    if locked.has_ended or locked.invitations.count() + len(new) > MAX_PEOPLE:
        raise NotNow
    Invitation.objects.bulk_create(new)
    return len(new)


def _name_keys(dojo: Dojo) -> set[str]:
    """Of everyone who is there or invited."""
    invited = dojo.invitations.values_list("display_name", flat=True)
    return {*dojo.seats.values_list("name_key", flat=True), *map(name_key, invited)}


@transaction.atomic
def accept(invitation: Invitation, *, user: User, display_name: str) -> Seat:
    """Take the seat that was kept; the link then works for nobody else.

    Raises:
        NotProven: it is kept for an e-mail that this person has not proven to be theirs.
        NotNow: the seat is taken, or the Dojo has ended.
    """
    locked = Invitation.objects.select_for_update().select_related("dojo").get(pk=invitation.pk)
    if locked.is_used:
        raise NotNow
    if locked.email and not proves(user, locked.email):
        raise NotProven
    seat = join_dojo(dojo=locked.dojo, user=user, display_name=display_name)
    if not Invitation.objects.filter(seat=seat).exists():
        locked.seat = seat
        locked.save(update_fields=["seat"])
    return seat


@transaction.atomic
def renew(invitation: Invitation) -> None:
    """Another link for the same seat; the old one stops working.

    Raises:
        NotNow: the seat is taken.
    """
    if not Invitation.objects.filter(pk=invitation.pk, seat=None).update(token=new_token()):
        raise NotNow


# --- Seats ------------------------------------------------------------------------
@transaction.atomic
def add_facilitator(dojo: Dojo, user: User) -> Seat:
    """Make a person a facilitator of the Dojo; `people.offers` asks them first.

    Raises:
        NotNow: they take part in it as a participant, with experiments that would be lost
            from the boards, or with others on the same seat.
    """
    seat = dojo.seats.held_by(user).first()
    if seat is None:
        name = free_name(user.proposed_name, _name_keys(dojo))
        seat = seat_person(dojo, user, name, role=Seat.Role.FACILITATOR)
    elif not seat.is_facilitator:
        if seat.active_at - seat.joined_at > A_MOMENT or seat.is_shared:
            raise NotNow
        seat.role = Seat.Role.FACILITATOR
        seat.save(update_fields=["role"])
    touch(dojo.pk, PARTICIPANTS, LEADERBOARD)
    return seat


@transaction.atomic
def remove(seat: Seat) -> None:
    """Take a seat out of the Dojo, with all that its people did in it.

    Raises:
        NotNow: nobody would be left to run it.
    """
    dojo = Dojo.objects.select_for_update(no_key=True).get(pk=seat.dojo_id)
    others = dojo.seats.facilitators().exclude(pk=seat.pk)
    if seat.is_facilitator and not others.exists():
        raise NotNow
    Seat.objects.filter(pk=seat.pk).delete()
    touch(dojo.pk, PARTICIPANTS, LEADERBOARD)


@transaction.atomic
def rename(seat: Seat, name: str) -> None:
    """Change a person's display name.

    Raises:
        NameTaken: another person has this display name.
    """
    try:
        with transaction.atomic():
            seat.display_name = name
            seat.save(update_fields=["display_name", "name_key"])
    except IntegrityError as error:
        raise NameTaken from error
    touch(seat.dojo_id, PARTICIPANTS, LEADERBOARD, seat.topic)
