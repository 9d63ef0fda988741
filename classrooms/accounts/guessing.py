"""Join codes are short, so guessing is slowed down; who knows a code is never kept waiting."""

from __future__ import annotations

from datetime import timedelta

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from posting.limits import Limit, seconds_of

# A class shares one address, and mistypes now and then.
OF_AN_ADDRESS = Limit(20, timedelta(minutes=10))
OF_ALL = Limit(200, timedelta(hours=1))


def pause_after_wrong_code(request: HttpRequest) -> timedelta | None:
    """Count a code that no Dojo has; how long to wait where there were too many of them."""
    address = get_adapter(request).get_client_ip(request)
    own = OF_AN_ADDRESS.count(f"wrong code {address}")
    everyone = OF_ALL.count("wrong code")
    return max((pause for pause in (own, everyone) if pause), default=None)


def ask_to_wait(request: HttpRequest, pause: timedelta) -> HttpResponse:
    """The page that says for how long."""
    seconds = seconds_of(pause)
    context = {"minutes": -(-seconds // 60)}
    response = render(request, "429.html", context, status=429)
    response["Retry-After"] = str(seconds)
    return response
