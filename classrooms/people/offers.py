"""Seats that wait for who can prove an e-mail. Each service is one transaction."""

from __future__ import annotations

import logging

from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from classrooms.accounts.proof import NotProven, has_proven, proves
from classrooms.exceptions import NotNow
from classrooms.models import Dojo, Invitation, Membership, Seat, SeatOffer, User
from classrooms.people.services import add_facilitator
from classrooms.topics import LEADERBOARD, PARTICIPANTS
from live.models import touch

log = logging.getLogger(__name__)


@transaction.atomic
def offer_facilitation(dojo: Dojo, email: str, *, home: str) -> None:
    """Ask whoever has this e-mail to facilitate the Dojo; nothing tells whether anybody has.

    Args:
        home: the absolute address of the page on which they accept.
    """
    email = User.objects.normalize_email(email)
    _offer, is_new = SeatOffer.objects.get_or_create(dojo=dojo, email=email)
    if is_new:
        transaction.on_commit(lambda: _send_letter(dojo, email, home))


def _send_letter(dojo: Dojo, email: str, home: str) -> None:
    with translation.override(dojo.language):
        subject = _("Facilitate “%(title)s”?") % {"title": " ".join(dojo.title.split())}
        context = {"dojo": dojo, "email": email, "home": home}
        body = render_to_string("classrooms/people/offer.txt", context)
    try:
        send_mail(subject, body.strip() + "\n", None, [email])
    except OSError:
        # The offer stands on their home page, too.
        log.exception("The mail to a facilitator could not be sent.")


def withdraw(dojo: Dojo, public_id: str) -> None:
    """Take an offer back; one that was accepted is gone already."""
    SeatOffer.objects.filter(dojo=dojo, public_id=public_id).delete()


def offers_to(user: User) -> QuerySet[SeatOffer]:
    """What a person may accept: none before they have proven their e-mail."""
    found = SeatOffer.objects.select_related("dojo", "seat").filter(email=user.email)
    return found if has_proven(user) else found.none()


def invitations_to(user: User) -> QuerySet[Invitation]:
    """Places of a roster that are kept for a person, who has proven their e-mail."""
    kept = Invitation.objects.select_related("dojo").filter(email__iexact=user.email, seat=None)
    open_ones = kept.exclude(dojo__state=Dojo.State.ENDED).exclude(dojo__memberships__user=user)
    return open_ones if has_proven(user) else open_ones.none()


@transaction.atomic
def accept(user: User, public_id: str) -> Seat:
    """Take an offered seat.

    Raises:
        SeatOffer.DoesNotExist: it was withdrawn, or accepted before.
        NotProven: the e-mail is not proven to be theirs.
        NotNow: they have another seat in the Dojo, with work that would be lost.
    """
    offer = SeatOffer.objects.select_for_update(of=("self",)).get(
        public_id=public_id, email=user.email
    )
    if not proves(user, offer.email):
        raise NotProven
    seat = add_facilitator(offer.dojo, user) if offer.seat is None else _sit_down(offer.seat, user)
    offer.delete()
    return seat


def _sit_down(seat: Seat, user: User) -> Seat:
    try:
        with transaction.atomic():
            Membership.objects.create(user=user, seat=seat)
    except IntegrityError as error:
        raise NotNow from error
    touch(seat.dojo_id, PARTICIPANTS, LEADERBOARD)
    return seat


def decline(user: User, public_id: str) -> None:
    """Refuse an offer: it is gone, and may be made again."""
    if has_proven(user):
        SeatOffer.objects.filter(public_id=public_id, email=user.email).delete()
