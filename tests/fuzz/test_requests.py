"""No request makes the product fail, whoever sends it, whatever is in it.

`make test` tries what fits into FUZZ_SECONDS per test, always in the same order, so that a
failure comes again. FUZZ_SEED gives another order, and `make fuzz` tries everything. What fails
is told with its request, so that it can be sent again.
"""

from __future__ import annotations

import json
import logging
import os
import random
import time
from collections.abc import Iterable, Iterator
from urllib.parse import quote

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import path

from config.urls import urlpatterns as product_urls
from connections.access_tokens.services import make_token
from tests.conftest import Cast
from tests.fuzz.hostile import TEXTS, Sent, hostile_requests
from tests.fuzz.world import ROLES, World, failure_of, paths

pytestmark = pytest.mark.fuzz

# Of each of the four tests; 0: everything.
SECONDS = float(os.environ.get("FUZZ_SECONDS", "6"))
SEED = int(os.environ.get("FUZZ_SEED", "20"))
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

Case = tuple[str, Sent]


@pytest.fixture
def world(cast: Cast, settings) -> Iterator[World]:
    # Every refusal is a warning, and would bury the one fault that a failing test tells.
    logging.disable(logging.CRITICAL)
    settings.ACCOUNT_RATE_LIMITS = False
    settings.API_CALLS_PER_MINUTE = settings.API_WRONG_TOKENS_PER_MINUTE = 10**9
    yield World(cast)
    logging.disable(logging.NOTSET)


def in_any_order(things: Iterable[str]) -> list[str]:
    found = list(things)
    random.Random(SEED).shuffle(found)  # noqa: S311 (an order, no secret)
    return found


def failures(world: World, cases: Iterable[Case]) -> list[str]:
    """What failed, each fault once, with the first request that shows it."""
    found: dict[str, str] = {}
    end = time.monotonic() + SECONDS
    for role, sent in cases:
        response, _asked = world.ask(role, sent)
        if fault := failure_of(response):
            found.setdefault(fault, f"{sent} as {role}: {fault}")
        if SECONDS and time.monotonic() > end:
            break
    return list(found.values())


def test_every_url_answers_every_role_and_method(world: World) -> None:
    value = {"x": "²"}

    def cases() -> Iterator[Case]:
        for url in in_any_order(paths(world.cast)):
            for role in ROLES:
                for method in METHODS:
                    told = "with one value"
                    body = json.dumps(value).encode() if "/api/" in url else b"x=%C2%B2"
                    kind = "application/json" if "/api/" in url else Sent.kind
                    query = (("x", "²".encode()),) if method == "GET" else ()
                    yield role, Sent(method, url, told, query=query, body=body, kind=kind)

    found = failures(world, cases())
    assert not found, "\n".join(found)


def test_every_field_takes_every_hostile_value(world: World) -> None:
    def cases() -> Iterator[Case]:
        for url in in_any_order(paths(world.cast)):
            yield from field_cases(world, url)

    found = failures(world, cases())
    assert not found, "\n".join(found)


def field_cases(world: World, url: str) -> Iterator[Case]:
    """Hostile requests to one URL, as who of the least rights reaches it."""
    for method in ("GET", "POST"):
        role = world.lowest_role(method, url)
        if role is None:
            continue
        fields = world.fields_of(role, method, url)
        requests = list(hostile_requests(method, url, fields))
        random.Random(SEED).shuffle(requests)  # noqa: S311 (an order, no secret)
        for sent in requests:
            yield role, sent


def test_every_address_and_header_takes_every_hostile_value(world: World) -> None:
    def cases() -> Iterator[Case]:
        for url in in_any_order(paths(world.cast)):
            parts = url.strip("/").split("/")
            for told, value in TEXTS.items():
                for place in range(len(parts)):
                    part = quote(value[:6000])
                    changed = "/".join([*parts[:place], part, *parts[place + 1 :]])
                    yield "facilitator", Sent("GET", f"/{changed}/", f"with {told} in its address")
                text = value[:4000].decode("latin-1").replace("\0", "")
                for name in ("Last-Event-ID", "Accept-Language", "Authorization", "HX-Target"):
                    headers = {name: text, "HX-Request": "true"}
                    yield "facilitator", Sent("GET", url, f"with {told} as {name}", headers=headers)
        for value in ('"\\000aaaaaaaaaa"', "²" * 40, "x" * 4000):
            for name in ("sessionid", "csrftoken", "django_language", "messages"):
                cookie = {"Cookie": f"{name}={value}"}
                yield "anonymous", Sent("GET", "/", f"with a cookie {name}", headers=cookie)

    found = failures(world, cases())
    assert not found, "\n".join(found)


# --- The API ------------------------------------------------------------------------------------
JSON = [
    b"9" * 5000,
    b"-1",
    b"1e999",
    b"NaN",
    b'"\\u00b2"',
    b'"a\\u0000b"',
    b'"\\ud800"',
    b'{"\\ud800": "\\u0000"}',
    b'["\\ud800", {"a": "\\u0000"}]',
    b"null",
    b"true",
    b"[" * 50_000,
    b'"' + b"x" * 300_000 + b'"',
    b"\xff",
]


def test_every_field_of_the_api_takes_every_hostile_value(world: World) -> None:
    _token, secret = make_token(world.cast.participant.people.get(), name="fuzz", days=1)
    headers = {"Authorization": f"Bearer {secret}"}
    url = f"/api/v1/dojos/{world.cast.dojo.public_id}/experiments"
    sound = {
        "claim": b'"A floor"',
        "rationale": b'"To beat"',
        "expected_effect": b"0.1",
        "compared_to": b"1",
        "config": b'{"model": {"name": "dummy"}}',
        "without_baseline": b"true",
    }
    inner = [b'{"model": {"name": "dummy", "x": %s}}', b'{"seed": %s, "model": {"name": "dummy"}}']
    inner.append(b'{"new_features": [{"operation": "equals", "name": "e", "value": %s}]}')
    inner.append(b'{"columns": {"include": [%s]}}')

    def cases() -> Iterator[Case]:
        for value in JSON:
            for name in (*sound, "surprise"):
                yield "anonymous", sent({**sound, name: value})
            for config in inner:
                yield "anonymous", sent({**sound, "config": config % value})

    def sent(fields: dict[str, bytes]) -> Sent:
        body = b"{" + b", ".join(b'"%s": %s' % (k.encode(), v) for k, v in fields.items()) + b"}"
        kind = "application/json"
        return Sent(
            "POST", url, body[:300].decode("latin-1"), body=body, kind=kind, headers=headers
        )

    found = failures(world, cases())
    assert not found, "\n".join(found)


# --- The fuzz itself ------------------------------------------------------------------------------
def planted(request: HttpRequest) -> HttpResponse:
    number = request.POST.get("number", "")
    return HttpResponse("²" if not number.isdigit() else int(number))


urlpatterns = [path("planted/", planted, name="planted"), *product_urls]


def test_it_finds_a_planted_fault(world: World, settings) -> None:
    settings.ROOT_URLCONF = __name__
    found = failures(world, field_cases(world, "/planted/"))
    assert any("ValueError" in fault and "as number" in fault for fault in found), found
