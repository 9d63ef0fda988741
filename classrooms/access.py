"""Access control: the only module that turns (user, Dojo) into a Seat or a 404.

Every view carries exactly one of these decorators; `view.access` names it, and a
test asserts that no URL of ours goes without.

    @public_view        anyone
    @account_view       anyone who is logged in
    @opener_view        who may prepare datasets and open Dojos
    @member_view        facilitators and participants of the Dojo in the URL
    @participant_view   who does experiments in it
    @facilitator_view   who runs it

The last three replace the `dojo_id` of the URL by the caller's Seat. For
anyone else the Dojo does not exist: 404, never 403.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponseBase
from django_htmx.middleware import HtmxDetails

from classrooms.models import Seat, User

View = Callable[..., Any]


class Request(HttpRequest):
    """The request that views receive: logged in, and with htmx details."""

    user: User
    htmx: HtmxDetails
    LANGUAGE_CODE: str


def find_seat(user: User | AnonymousUser, dojo_id: str) -> Seat:
    """The caller's seat in the Dojo.

    Raises:
        Http404: there is no such Dojo, or the caller has no seat in it.
    """
    if user.is_anonymous:
        raise Http404
    seat = Seat.objects.held_by(user).filter(dojo__public_id=dojo_id).with_dojo().first()
    if seat is None:
        raise Http404
    return seat


def may_open_dojos(user: User | AnonymousUser) -> bool:
    """Return whether this person may add datasets and create Dojos (DOJO_OPEN_TO)."""
    return user.is_authenticated and (settings.DOJO_OPEN_TO == "everyone" or user.is_staff)


def public_view(view: View) -> View:
    """Anyone, logged in or not."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def account_view(view: View) -> View:
    """Anyone who is logged in."""
    guarded: View = login_required(view)
    guarded.access = "account"  # type: ignore[attr-defined]
    return guarded


def opener_view(view: View) -> View:
    """People who may create Dojos; for others the page does not exist."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_open_dojos(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    protected: View = login_required(guarded)
    protected.access = "opener"  # type: ignore[attr-defined]
    return protected


def _dojo_view(view: View, name: str, allowed: Callable[[Seat], bool]) -> View:
    def seat_for(user: User | AnonymousUser, dojo_id: str) -> Seat:
        seat = find_seat(user, dojo_id)
        if not allowed(seat):
            raise Http404
        return seat

    if iscoroutinefunction(view):

        @wraps(view)
        async def guarded(request: HttpRequest, dojo_id: str, **kwargs: Any) -> HttpResponseBase:
            seat = await sync_to_async(seat_for)(await request.auser(), dojo_id)
            return await view(request, seat, **kwargs)
    else:

        @wraps(view)
        def guarded(request: HttpRequest, dojo_id: str, **kwargs: Any) -> HttpResponseBase:
            return view(request, seat_for(request.user, dojo_id), **kwargs)

    protected: View = login_required(guarded)
    protected.access = name  # type: ignore[attr-defined]
    return protected


def member_view(view: View) -> View:
    """Facilitators and participants of the Dojo."""
    return _dojo_view(view, "member", lambda seat: True)


def participant_view(view: View) -> View:
    """Participants of the Dojo."""
    return _dojo_view(view, "participant", lambda seat: seat.participates)


def facilitator_view(view: View) -> View:
    """Facilitators of the Dojo."""
    return _dojo_view(view, "facilitator", lambda seat: seat.is_facilitator)
