"""Accounts by e-mail and password, so that nothing tells whether an e-mail has an account.

Joining asks for no proof: an e-mail is claimed, by as many accounts as there are people who
typed it, and at most one account has proven it. Nobody is turned away because another account
has the e-mail, and every answer takes as many password checks as any other.
"""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.models import EmailAddress
from django.contrib.auth import authenticate
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from classrooms.models import SeatOffer, User


class ClaimsBackend(AuthenticationBackend):
    """Asks who holds the e-mail and the latest who claim it, with a stand-in for each who is
    not there: without one, the time of a refusal would count accounts."""

    def _authenticate_by_email(self, email: str, password: str) -> AbstractBaseUser | None:
        found = None
        for account in User.objects.who_may_log_in(email):
            if account is None:
                self._mitigate_timing_attack(password)
            else:
                found = self._check_password(account, password) or found
        self._did_check_password = True
        return found


def account_with(request: HttpRequest, email: str, password: str) -> User | None:
    """The account that this e-mail and this password open."""
    found = authenticate(request, email=email, password=password)
    return found if isinstance(found, User) else None


def new_account(
    email: str, password: str | None = None, *, proven: bool = False, **fields: object
) -> User:
    """Make an account that claims an e-mail, or that has proven it.

    Args:
        password: None opens it to nobody before one is set.
        fields: of the account.
    """
    user = User.objects.create_user(email, password, **fields)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=proven)
    return user


def offer_seats_of(account: User, email: str) -> None:
    """Offer the seats of an account to the one that has proven its e-mail: who opened the link
    in the mail may have joined with another password."""
    for seat in account.seats.select_related("dojo"):
        SeatOffer.objects.get_or_create(dojo=seat.dojo, email=email, defaults={"seat": seat})
