"""What every response goes through."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django_htmx.http import HttpResponseClientRedirect


def login_redirect_for_fragments(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Send the whole page to the login form when a fragment's session has run out.

    Without it htmx would follow the redirect and show a login form inside a card.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        is_redirect_to_login = response.status_code == 302 and response["Location"].startswith(
            resolve_url(settings.LOGIN_URL)
        )
        if getattr(request, "htmx", False) and is_redirect_to_login:
            return HttpResponseClientRedirect(resolve_url(settings.LOGIN_URL))
        return response

    return middleware
