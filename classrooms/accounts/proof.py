"""Whose an e-mail is: rights go to who has proven that it is theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.internal.flows.email_verification import send_verification_email_for_user
from allauth.account.models import EmailAddress
from allauth.account.signals import password_reset
from django.dispatch import receiver

from classrooms.models import User

if TYPE_CHECKING:
    from django.http import HttpRequest


class NotProven(Exception):
    """The person has not proven that the e-mail is theirs."""


def has_proven(user: User) -> bool:
    """Whether the e-mail by which a person logs in is proven to be theirs."""
    return EmailAddress.objects.filter(user=user, email=user.email, verified=True).exists()


def proves(user: User, email: str) -> bool:
    """Whether this very e-mail is proven to be this person's."""
    return user.email == User.objects.normalize_email(email) and has_proven(user)


def ask_for_proof(request: HttpRequest, user: User) -> None:
    """Send a link by which a person proves their e-mail; allauth sends no two within minutes."""
    send_verification_email_for_user(request, user)


@receiver(password_reset)
def proven_by_reset(user: User, **_kwargs: Any) -> None:
    """Who has opened the link in a mail reads the mails of that address. While a change of the
    address is pending, the link may have gone to either."""
    own = list(EmailAddress.objects.filter(user=user))
    if len(own) == 1 and own[0].email == user.email:
        own[0].set_verified()
