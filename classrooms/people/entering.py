"""Taking a seat with the account of a form. Two clicks take one seat, and end logged in."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest
from django.utils.translation import gettext

from classrooms.models import Dojo, Seat, User
from classrooms.people.join_forms import JoinForm, tell_new_account, tell_number
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
    with claimed(request) as claim:
        if claim.is_first:
            # Two requests without a common key come after each other.
            Dojo.objects.select_for_update().get(pk=dojo.pk)
            user = form.account()
            seat = take_seat(user, wanted)
            claim.keep(dojo.get_absolute_url())
            log_in(request, user)
            if form.user is None:
                tell_new_account(request)
            tell_number(request, seat, wanted)
            return True
    return come_back(request, form, dojo)


def come_back(request: HttpRequest, form: JoinForm, dojo: Dojo) -> bool:
    """Log in who has a seat already, where the form proves who they are."""
    again = form.read_again()
    if not again.is_valid():
        form.add_errors_of(again)
        return False
    if again.user is None or not dojo.seats.held_by(again.user).exists():
        words = gettext("This form was sent before, with another password. Open the page anew.")
        form.add_error(None, words)
        return False
    log_in(request, again.user)
    return True


def log_in(request: HttpRequest, user: User) -> None:
    """Log in who has shown a password, or is logged in already."""
    if not request.user.is_authenticated:
        login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
