"""A login or a token that ran out takes nothing that was typed."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

# By it the browser forgets the draft of the form that it sent last.
STORED_COOKIE = "stored"
# Pages that lead to the login on their own account.
ACCOUNTS = "/accounts/"
NEVER_SHOWN = ("csrfmiddlewaretoken", "password", "secret")


def logged_out_answers(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """What is answered when the login has run out.

    A request for a part of a page never takes the page away from somebody who may be typing:
    the page shows a note that offers to log in. A link or a form of a whole page leads to the
    login, and from there back to the page.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        login = resolve_url(settings.LOGIN_URL)
        is_redirect = response.status_code == 302
        is_allauths = request.path.startswith(ACCOUNTS)
        if not is_redirect or is_allauths or urlsplit(response["Location"]).path != login:
            if request.method == "POST" and is_redirect:
                response.set_cookie(STORED_COOKIE, "1", max_age=60, samesite="Lax")
            return response
        page = _page_of(request)
        htmx = request.htmx  # type: ignore[attr-defined] # set by django-htmx
        if not htmx:
            return redirect_to_login(page, login)
        if htmx.boosted and request.method == "GET":
            return HttpResponseClientRedirect(redirect_to_login(page, login).url)
        return trigger_client_event(HttpResponse(status=204), "logged-out")

    return middleware


def _page_of(request: HttpRequest) -> str:
    """Where to go back to after the login: not to an address that only takes forms."""
    if request.method != "POST":
        return request.get_full_path()
    referer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referer, {request.get_host()}):
        return request.get_full_path()
    parts = urlsplit(referer)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def token_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token is not the one of now (CSRF_FAILURE_VIEW).

    It changes when somebody logs in, in another tab. What was typed is shown with a fresh
    token, to be sent again by who typed it; a form that another site sent is not.
    """
    if "HX-Request" in request.headers:
        response = HttpResponse(status=403)
        response["HX-Trigger"] = json.dumps({"token-renewed": {"token": get_token(request)}})
        return response
    is_ours = _is_from_here(request)
    context = {
        "is_ours": is_ours,
        "fields": _typed(request) if is_ours else [],
        "path": request.get_full_path(),
        "had_files": bool(request.FILES),
    }
    return render(request, "403_csrf.html", context, status=403)


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, values in request.POST.lists()
        if not any(part in name.lower() for part in NEVER_SHOWN)
        for value in values
    ]


def _is_from_here(request: HttpRequest) -> bool:
    """Whether a page of ours sent it. Who cannot show it gets no button to send it on."""
    sender = request.headers.get("Origin") or request.headers.get("Referer", "")
    return bool(sender) and url_has_allowed_host_and_scheme(sender, {request.get_host()})
