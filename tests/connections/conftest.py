"""People with tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from classrooms.models import User
from connections.access_tokens.services import make_token
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


@pytest.fixture
def participant(cast: Cast) -> Caller:
    return caller_for(cast.participant.people.get())


@pytest.fixture
def neighbour(cast: Cast) -> Caller:
    return caller_for(cast.neighbour.people.get())
