"""A second factor, where the settings require one of staff, or of facilitators too."""

from __future__ import annotations

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from classrooms.models import User
from classrooms.models.dojos import Dojo, Variant

# Without it, nobody could set one up, log out or read the page.
ALWAYS_OPEN = ("/accounts/", "/account/prove-email/", "/i18n/", "/static/", "/healthz", "/readyz")


def needs_second_factor(user: User) -> bool:
    """Whether a person may go on only with a second factor (SECOND_FACTOR_REQUIRED_OF)."""
    match settings.SECOND_FACTOR_REQUIRED_OF:
        case "staff":
            return user.is_staff
        case "facilitators":
            rooms = Dojo.objects.facilitated_by(user).exclude(variant=Variant.SOLO)
            return user.is_staff or rooms.exists()
    return False


def second_factors(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Leads who needs a second factor and has none to where one is set up."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not settings.SECOND_FACTOR_REQUIRED_OF or request.path.startswith(ALWAYS_OPEN):
            return get_response(request)
        user = request.user
        if not isinstance(user, User) or not needs_second_factor(user) or is_mfa_enabled(user):
            return get_response(request)
        if request.headers.get("HX-Request"):
            # A fragment of a page that was open before: it never takes the page away.
            return HttpResponse(status=204)
        return _to_the_setup(request)

    return middleware


def _to_the_setup(request: HttpRequest) -> HttpResponseRedirect:
    words = _(
        "Facilitators and staff log in with two factors here. Set up the second one to go on."
    )
    messages.warning(request, words)
    return redirect("mfa_index")
