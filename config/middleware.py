"""Checks and headers for every request and response."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, QueryDict, UnreadablePostError
from django.utils.cache import patch_cache_control
from django.utils.deprecation import MiddlewareMixin

from engine.spec.text import is_storable, repaired

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
UTF8 = ("utf-8", "utf8")


class StorableText(MiddlewareMixin):
    """Repair text that no database could hold where it enters: in cookies, addresses and forms.

    Every form sees repaired text, Django's and allauth's too. The bodies of the API are
    checked by its schemas. It stands before the sessions, which read their cookie.
    """

    def process_request(self, request: HttpRequest) -> None:
        # Whatever charset the content type names: browsers send UTF-8, as our pages are.
        request.encoding = "utf-8"
        request.COOKIES = {name: repaired(value) for name, value in request.COOKIES.items()}
        request.GET = _repaired(request.GET)  # type: ignore[assignment]

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        """After the user's language is known, in which a refusal is worded.

        Raises:
            BadRequest: the form cannot be read.
        """
        # The API reads its bodies itself: what is read here as a form, it could not.
        if request.method != "POST" or request.content_type not in FORMS or is_of_api(request):
            return
        charset = (request.content_params or {}).get("charset", "utf-8")
        if charset.lower() not in UTF8:
            raise BadRequest("A form is to be sent in UTF-8.")
        try:
            request.POST = _repaired(request.POST)  # type: ignore[assignment]
        except (LookupError, UnreadablePostError) as error:
            # A part in an encoding that Python does not know; or the browser has gone.
            raise BadRequest("The form cannot be read.") from error
        for files in request.FILES.lists():
            for file in files[1]:
                file.name = repaired(file.name or "")


def is_of_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _repaired(data: QueryDict) -> QueryDict:
    """The same fields; a copy only where there is something to repair."""
    fields = list(data.lists())
    if all(is_storable(text) for name, texts in fields for text in (name, *texts)):
        return data
    changed = QueryDict(mutable=True)
    for name, texts in fields:
        for text in texts:
            changed.appendlist(repaired(name), repaired(text))
    changed._mutable = False
    return changed


def private_pages(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """What somebody gets who is logged in, or has a token, is stored by no cache: a shared
    computer shows it to nobody after the logout. What a view calls public stays so."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        is_somebody = (
            settings.SESSION_COOKIE_NAME in request.COOKIES or "Authorization" in request.headers
        )
        if is_somebody and "public" not in response.get("Cache-Control", ""):
            patch_cache_control(response, private=True, no_store=True)
        return response

    return middleware
