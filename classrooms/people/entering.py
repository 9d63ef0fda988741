"""Taking a seat with the account of a form. Two clicks take one seat, and end logged in."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import login
from django.db import IntegrityError
from django.http import HttpRequest

from classrooms.models import Dojo, Seat, User
from classrooms.people.join_forms import JoinForm, tell_number
from posting.once import claimed


def enter(
    request: HttpRequest, form: JoinForm, dojo: Dojo, take_seat: Callable[[User, str], Seat]
) -> bool:
    """Take a seat with the account of a valid form, made when it is new, and log in to it.

    A second request finds the account that the first one made, by email and password; the
    first answer, with its cookie, may never have reached the browser.

    Args:
        take_seat: gives this person a seat of this name.

    Returns:
        Whether the person is seated; if not, the form says why.

    Raises:
        NotNow: as `take_seat` does.
    """
    wanted = form.cleaned_data["display_name"]
    try:
        with claimed(request) as claim:
            if claim.is_first:
                user = form.account()
                seat = take_seat(user, wanted)
                claim.keep(dojo.get_absolute_url())
                log_in(request, user)
                tell_number(request, seat, wanted)
                return True
    except IntegrityError:
        # Two requests without a common key made the same account at once: this one was second.
        pass
    return come_back(request, form, dojo)


def come_back(request: HttpRequest, form: JoinForm, dojo: Dojo) -> bool:
    """Log in who has a seat already, where the form proves who they are."""
    again = form.read_again()
    if not again.is_valid():
        form.add_errors_of(again)
        return False
    if again.user is None or not dojo.seats.held_by(again.user).exists():
        return False
    log_in(request, again.user)
    return True


def log_in(request: HttpRequest, user: User) -> None:
    """Log in who has shown a password, or is logged in already."""
    if not request.user.is_authenticated:
        login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
