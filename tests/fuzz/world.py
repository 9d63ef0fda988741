"""Every URL of the product as a path that exists, and the people who ask for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any

from django.apps import apps
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from tests import factories
from tests.conftest import Cast
from tests.fuzz.hostile import Sent, plain
from tests.test_access import MATRIX, path_of

ROLES = ("anonymous", "stranger", "neighbour", "participant", "facilitator", "staff")
KEPT_OUT = (401, 403, 404, 405, 410)
# What other people's URLs take: of the admin and of accounts.
FILLERS = {
    "id": 1,
    "uidb36": "1",
    "key": "a-b",
    "content_type_id": 1,
    "url": "x",
    "app_label": "classrooms",
    "pk": 1,
    "provider_id": "company",
}


@dataclass
class World:
    """The cast, each with a client that answers 500 instead of raising."""

    cast: Cast
    clients: dict[str, Client] = field(default_factory=dict)
    # Values that pages of ours show in a field of this name.
    values: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        staff = Client()
        staff.force_login(factories.make_user("staff", is_staff=True, is_superuser=True))
        self.clients = {**self.cast.clients, "staff": staff}
        for client in self.clients.values():
            client.raise_request_exception = False

    def ask(self, role: str, sent: Sent) -> tuple[HttpResponse, set[str]]:
        """The answer, and the fields that were looked for in the request. Nothing stays of it."""
        client = self.clients[role]
        cookies = SimpleCookie({name: morsel.value for name, morsel in client.cookies.items()})
        with noted_fields() as asked, transaction.atomic():
            response = sent.by(client)
            transaction.set_rollback(True)
        client.cookies = cookies
        return response, asked

    def lowest_role(self, method: str, path: str) -> str | None:
        """Who of the least rights gets past the door."""
        for role in ROLES:
            response, _asked = self.ask(role, plain(method, path, {}))
            if not is_kept_out(response):
                return role
        return None

    def fields_of(self, role: str, method: str, path: str) -> dict[str, str]:
        """Every field that the view looks for, with a value that a browser might send."""
        fields: dict[str, str] = {}
        for _round in range(3):  # fields may ask for others: the forms of a formset
            response, asked = self.ask(role, plain(method, path, fields))
            self._learn(response)
            new = {name for name in asked if name not in fields and name != "csrfmiddlewaretoken"}
            if not new:
                break
            fields |= {name: self.values.get(name, "1") for name in new}
        return fields

    def _learn(self, response: HttpResponse) -> None:
        if not response.streaming and "html" in response.get("Content-Type", ""):
            reader = _Inputs()
            reader.feed(response.content.decode())
            self.values |= reader.values


def is_kept_out(response: HttpResponse) -> bool:
    return response.status_code in KEPT_OUT or "/login/" in response.get("Location", "")


def failure_of(response: HttpResponse) -> str:
    """What went wrong on our side, and where; empty where nothing did."""
    found = getattr(response, "exc_info", None)
    if response.status_code != 500 and found is None:
        return ""
    if found is None:
        return "500"
    last = found[2]
    while last.tb_next:
        last = last.tb_next
    code = last.tb_frame.f_code
    return f"{found[0].__name__}: {str(found[1])[:100]} ({code.co_filename}:{last.tb_lineno})"


@contextmanager
def noted_fields() -> Iterator[set[str]]:
    """The names that anybody looks for in a query or a form meanwhile."""
    asked: set[str] = set()
    originals = {name: getattr(QueryDict, name) for name in ("__getitem__", "getlist", "get")}
    originals["__contains__"] = QueryDict.__contains__

    def noting(original: Any) -> Any:
        def method(self: QueryDict, key: str, *args: Any, **kwargs: Any) -> Any:
            asked.add(key)
            return original(self, key, *args, **kwargs)

        return method

    for name, original in originals.items():
        setattr(QueryDict, name, noting(original))
    try:
        yield asked
    finally:
        for name in originals:
            delattr(QueryDict, name)


class _Inputs(HTMLParser):
    """The names and values of a page's fields."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name, value = found.get("name"), found.get("value")
        if tag == "select":
            self._select = name or ""
        elif tag == "option" and self._select and value:
            if "selected" in found or self._select not in self.values:
                self.values[self._select] = value
        elif tag in ("input", "button") and name and value:
            self.values[name] = value


# --- URLs -------------------------------------------------------------------------------------
def paths(cast: Cast) -> Iterator[str]:
    """A path for every pattern of the URLconf.

    Raises:
        AssertionError: nobody says what a pattern's parameters may be.
    """
    for name, parameters in patterns():
        if name in MATRIX:
            yield path_of(name, cast)
            continue
        for values in _fillers(name, parameters):
            try:
                yield reverse(name, kwargs=values)
                break
            except NoReverseMatch:
                continue
        else:
            raise AssertionError(f"No path for {name}: tell its parameters to tests/fuzz/world.py.")


def patterns() -> Iterator[tuple[str, frozenset[str]]]:
    """Every URL that has a name, and its parameters: its own and those that it stands under."""

    def walk(
        found: list[URLPattern | URLResolver], namespace: str, outer: frozenset[str]
    ) -> Iterator[tuple[str, frozenset[str]]]:
        for one in found:
            route: Any = one.pattern
            named = outer | {*route.converters, *re.compile(str(route.regex.pattern)).groupindex}
            if isinstance(one, URLResolver):
                inner = f"{namespace}{one.namespace}:" if one.namespace else namespace
                yield from walk(one.url_patterns, inner, named)
            elif one.name:
                yield f"{namespace}{one.name}", named

    return walk(get_resolver().url_patterns, "", frozenset())


def _fillers(name: str, parameters: frozenset[str]) -> Iterator[dict[str, Any]]:
    values: dict[str, Any] = {key: FILLERS[key] for key in parameters if key in FILLERS}
    if "object_id" in parameters:
        values["object_id"] = _object_id(name)
    yield values
    yield {}


def _object_id(name: str) -> str:
    """The key of a record of the admin's page, where there is one."""
    label = name.removeprefix("admin:").rpartition("_")[0]
    for model in apps.get_models():
        if label == f"{model._meta.app_label}_{model._meta.model_name}":
            found = model._default_manager.first()
            return str(found.pk) if found else "1"
    return "1"
