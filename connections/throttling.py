"""How often somebody's scripts may call."""

from __future__ import annotations

import time

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from ninja.throttling import BaseThrottle

MINUTE = 60


def count_call(who: str, most: int) -> bool:
    """Count a call within the current minute; False when there were too many."""
    key = f"calls-{who}-{int(time.time()) // MINUTE}"
    cache.add(key, 0, timeout=2 * MINUTE)
    try:
        return cache.incr(key) <= most
    except ValueError:
        # The cache has just forgotten it.
        return True


class PerPerson(BaseThrottle):
    """All tokens of a person together."""

    def allow_request(self, request: HttpRequest) -> bool:
        person = request.auth.user_id  # type: ignore[attr-defined] # ninja: an AccessToken
        return count_call(f"person-{person}", settings.API_CALLS_PER_MINUTE)

    def wait(self) -> float:
        return MINUTE


def count_wrong_token(request: HttpRequest) -> bool:
    """Count a token that opens nothing; False when this address has tried too many."""
    address = get_adapter().get_client_ip(request)
    return count_call(f"address-{address}", settings.API_WRONG_TOKENS_PER_MINUTE)
