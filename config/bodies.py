"""Bodies are bounded before they are read.

Django reads a body to its end before the first of its middleware runs, so an ASGI application
stands before it. What is too large is not read; Django answers it with our page, in the reader's
language, and the connection is closed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.cookie import parse_cookie
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

MEGABYTE = 1024 * 1024
# What multipart adds to a file: its name, boundaries, the other fields.
AROUND_AN_UPLOAD = MEGABYTE
# In the scope of a request whose body is not to be read: the limit in bytes.
REFUSED = "refused_body"

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Coroutine[Any, Any, None]]


def limit_of(path: str) -> int:
    """The most bytes that a body for this address may have."""
    if takes_uploads(path):
        return int(settings.UPLOAD_MAX_MEGABYTES * MEGABYTE + AROUND_AN_UPLOAD)
    return int(settings.FORM_MAX_MEGABYTES * MEGABYTE)


def takes_uploads(path: str) -> bool:
    return path == reverse("classrooms:dataset_new")


def bounded(application: Application) -> Application:
    """An application that is never given more of a body than its address may have."""

    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        limit, announced = limit_of(scope["path"]), _announced(scope)
        small = int(settings.FORM_MAX_MEGABYTES * MEGABYTE)
        is_large = announced is None or announced > small
        if limit > small and is_large and not await sync_to_async(_is_logged_in)(scope):
            limit = small
        if announced is not None and announced > limit:
            scope[REFUSED] = limit
        await application(scope, _counted(scope, receive, limit), send)

    return inner


def _announced(scope: Scope) -> int | None:
    """Content-Length; None for a body that comes in chunks."""
    found = dict(scope["headers"]).get(b"content-length", b"")
    if found.isdigit():
        return int(found)
    return None if b"transfer-encoding" in dict(scope["headers"]) else 0


def _is_logged_in(scope: Scope) -> bool:
    """Whether the cookie is one of a session in which somebody has logged in."""
    cookies = parse_cookie(dict(scope["headers"]).get(b"cookie", b"").decode("latin-1"))
    key = cookies.get(settings.SESSION_COOKIE_NAME, "")
    try:
        return bool(key) and SESSION_KEY in SessionStore(key).load()
    finally:
        # No request has begun that would close it as it ends.
        connection.close()


def _counted(scope: Scope, receive: Receive, limit: int) -> Receive:
    """What the client sends, as long as it is no more than that; then the body ends."""
    read = 0

    async def receive_counted() -> Message:
        nonlocal read
        if REFUSED in scope and read > limit:
            # Django listens for the client to go; the rest of the body is not asked for.
            await asyncio.get_running_loop().create_future()
        if REFUSED in scope:
            read = limit + 1
            return {"type": "http.request", "body": b"", "more_body": False}
        message = await receive()
        if message["type"] == "http.request":
            read += len(message.get("body", b""))
            if read > limit:
                scope[REFUSED] = limit
                return {"type": "http.request", "body": b"", "more_body": False}
        return message

    return receive_counted


def refuse_large_bodies(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Answers what `bounded` did not read, and what comes by way of another server."""

    def middleware(request: HttpRequest) -> HttpResponse:
        refused = getattr(request, "scope", {}).get(REFUSED)
        limit = refused or limit_of(request.path)
        length = request.META.get("CONTENT_LENGTH") or "0"
        if refused is None and not (length.isdigit() and int(length) > limit):
            return get_response(request)
        return too_large(request, limit)

    return middleware


def too_large(request: HttpRequest, limit: int) -> HttpResponse:
    """The page, or the API's answer, that says how much may be sent."""
    megabytes = limit // MEGABYTE - (1 if limit > settings.FORM_MAX_MEGABYTES * MEGABYTE else 0)
    response: HttpResponse
    if request.path.startswith("/api/"):
        words = gettext("At most %(megabytes)s MB can be sent here.") % {"megabytes": megabytes}
        response = JsonResponse({"code": "too_large", "message": words, "errors": []}, status=413)
    else:
        response = render(request, "413.html", {"megabytes": megabytes}, status=413)
    response["Connection"] = "close"
    return response
