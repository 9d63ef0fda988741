"""Rate limits of the API."""

from __future__ import annotations

from datetime import timedelta

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest
from ninja.throttling import BaseThrottle

from posting.limits import Limit

SECONDS = 60


def count_call(who: str, most: int) -> bool:
    """Count a call within a minute; False when there were too many."""
    return Limit(most, timedelta(seconds=SECONDS)).count(f"calls of {who}") is None


class PerPerson(BaseThrottle):
    """All tokens of a person together."""

    def allow_request(self, request: HttpRequest) -> bool:
        person = request.auth.user_id  # type: ignore[attr-defined] # ninja: an AccessToken
        return count_call(f"person-{person}", settings.API_CALLS_PER_MINUTE)

    def wait(self) -> float:
        return SECONDS


def count_wrong_token(request: HttpRequest) -> bool:
    """Count a token that opens nothing; False when this address has tried too many."""
    address = get_adapter(request).get_client_ip(request)
    return count_call(f"address-{address}", settings.API_WRONG_TOKENS_PER_MINUTE)
