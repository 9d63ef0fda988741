"""Who may see what: the only place that turns (user, Dojo) into a Membership or a 404.

Every view carries exactly one of these decorators; `view.access` names it, and a
test asserts that no URL of ours goes without.

    @public_view        anyone
    @account_view       anyone who is logged in
    @opener_view        who may prepare datasets and open Dojos
    @member_view        facilitators and participants of the Dojo in the URL
    @participant_view   who does experiments in it
    @facilitator_view   who runs it

The last three replace the `dojo_id` of the URL by the caller's Membership. For
anyone else the Dojo does not exist: 404, never 403.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser, User
from django.http import Http404, HttpRequest, HttpResponseBase
from django_htmx.middleware import HtmxDetails

from classrooms.models import Membership

View = Callable[..., Any]


class Request(HttpRequest):
    """What views receive: the caller is logged in, htmx has spoken."""

    user: User
    htmx: HtmxDetails
    LANGUAGE_CODE: str


def find_membership(user: User | AnonymousUser, dojo_id: str) -> Membership:
    """The caller's place in the Dojo.

    Raises:
        Http404: there is no such Dojo, or the caller has no place in it.
    """
    if user.is_anonymous:
        raise Http404
    membership = (
        Membership.objects.filter(dojo__public_id=dojo_id, user=user)
        .select_related("dojo__dataset", "user")
        .first()
    )
    if membership is None:
        raise Http404
    return membership


def may_open_dojos(user: User | AnonymousUser) -> bool:
    """Whether this person may prepare datasets and open Dojos (DOJO_OPEN_TO)."""
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
    """Who may open Dojos; for others the page does not exist."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_open_dojos(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    protected: View = login_required(guarded)
    protected.access = "opener"  # type: ignore[attr-defined]
    return protected


def _dojo_view(view: View, name: str, allowed: Callable[[Membership], bool]) -> View:
    def membership_for(user: User | AnonymousUser, dojo_id: str) -> Membership:
        membership = find_membership(user, dojo_id)
        if not allowed(membership):
            raise Http404
        return membership

    if iscoroutinefunction(view):

        @wraps(view)
        async def guarded(request: HttpRequest, dojo_id: str, **kwargs: Any) -> HttpResponseBase:
            membership = await sync_to_async(membership_for)(await request.auser(), dojo_id)
            return await view(request, membership, **kwargs)
    else:

        @wraps(view)
        def guarded(request: HttpRequest, dojo_id: str, **kwargs: Any) -> HttpResponseBase:
            return view(request, membership_for(request.user, dojo_id), **kwargs)

    protected: View = login_required(guarded)
    protected.access = name  # type: ignore[attr-defined]
    return protected


def member_view(view: View) -> View:
    """Facilitators and participants of the Dojo."""
    return _dojo_view(view, "member", lambda membership: True)


def participant_view(view: View) -> View:
    """Who does experiments in the Dojo."""
    return _dojo_view(view, "participant", lambda membership: membership.participates)


def facilitator_view(view: View) -> View:
    """Who runs the Dojo."""
    return _dojo_view(view, "facilitator", lambda membership: membership.is_facilitator)
