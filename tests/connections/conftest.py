"""People with tokens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from connections.tokens import make_token
from tests.conftest import Cast

API = "/api/v1"


@dataclass
class Caller:
    """A script with somebody's token; it speaks English."""

    secret: str
    language: str | None = "en"

    def __post_init__(self) -> None:
        self.client = Client(enforce_csrf_checks=True)

    @property
    def headers(self) -> dict[str, str]:
        chosen = {"Accept-Language": self.language} if self.language else {}
        return {"Authorization": f"Bearer {self.secret}"} | chosen

    def get(self, path: str) -> HttpResponse:
        return self.client.get(API + path, headers=self.headers)

    def post(self, path: str, body: Any) -> HttpResponse:
        return self.client.post(
            API + path, body, content_type="application/json", headers=self.headers
        )


def caller_for(user: User) -> Caller:
    _token, secret = make_token(user, name="laptop", days=90)
    return Caller(secret)


@pytest.fixture(autouse=True)
def _no_calls_so_far() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def participant(cast: Cast) -> Caller:
    return caller_for(cast.participant.user)


@pytest.fixture
def neighbour(cast: Cast) -> Caller:
    return caller_for(cast.neighbour.user)
