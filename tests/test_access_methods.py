"""Every URL of ours by every method, as everybody: who is not let in reads and writes nothing.

`test_access.MATRIX` says who is let in; here come the other methods, more people (somebody without
a Dojo, a second facilitator, staff without a seat), tokens, and forms from other sites.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from allauth import urls as allauth_urls
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from classrooms.people.services import add_facilitator
from connections.access_tokens.services import make_token
from tests import factories
from tests.conftest import Cast
from tests.connections.test_api import body
from tests.test_access import MATRIX, OK, path_of

pytestmark = pytest.mark.serverless

METHODS = ("get", "head", "post", "put", "patch", "delete", "options")
# Whose row of the matrix holds for people that it does not name.
LIKE = {"outsider": "stranger", "staff": "stranger", "co-facilitator": "facilitator"}
# Written for anybody: sessions, and counts of attempts.
HARMLESS = ("django_session", "posting_tally", "shared_cache")
WRITES = re.compile(r'^\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)
OWNERS_ONLY = ("classrooms:dataset", "classrooms:agenda_", "classrooms:solo_ready")


@pytest.fixture
def everybody(cast: Cast) -> dict[str, Client]:
    found = dict(cast.clients)
    second = factories.make_user("co-facilitator")
    add_facilitator(cast.dojo, second)
    people = {
        "outsider": factories.make_user("outsider"),
        "staff": factories.make_user("staff", is_staff=True),
        "co-facilitator": second,
    }
    for name, user in people.items():
        found[name] = Client()
        found[name].force_login(user)
    return found


def is_let_in(name: str, role: str) -> bool:
    row = MATRIX[name][1]
    if role == "co-facilitator" and name.startswith(OWNERS_ONLY):
        return name in ("classrooms:datasets", "classrooms:dataset_new")
    return row[LIKE.get(role, role)] == OK


def is_refused(response: HttpResponse) -> bool:
    to_login = response.status_code == 302 and "/accounts/login/" in response["Location"]
    return to_login or response.status_code in (401, 404, 405)


@pytest.mark.parametrize("name", MATRIX)
def test_who_is_not_let_in_gets_and_changes_nothing_by_any_method(
    name: str, cast: Cast, everybody: dict[str, Client]
) -> None:
    path = path_of(name, cast)
    for role, client in everybody.items():
        if is_let_in(name, role):
            continue
        for method in METHODS:
            with CaptureQueriesContext(connection) as queries:
                response = getattr(client, method)(path)
            assert is_refused(response), (role, method, response.status_code)
            written = {
                found.group(1)
                for query in queries.captured_queries
                if (found := WRITES.match(query["sql"]))
            }
            assert written <= set(HARMLESS), (role, method, written)


@pytest.mark.parametrize("name", [name for name in MATRIX if not name.startswith("api:")])
def test_no_form_of_another_site_is_taken(name: str, cast: Cast) -> None:
    """Without the token of our page, whoever is logged in."""
    client = Client(enforce_csrf_checks=True)
    client.cookies = cast.clients["facilitator"].cookies
    path = path_of(name, cast)
    for method in ("post", "put", "patch", "delete"):
        assert getattr(client, method)(path).status_code in (403, 404, 405), method
    assert client.post(path).status_code == 403


# --- Tokens -------------------------------------------------------------------------------
API = [name for name in MATRIX if name.startswith("api:") and MATRIX[name][2] == "token"]
# Of a Dojo: a member; of an experiment: who it belongs to.
OPENED_BY = {
    "api:dojos": {"participant", "neighbour", "facilitator", "stranger", "outsider", "staff"},
    "api:dojo": {"participant", "neighbour", "facilitator"},
    "api:experiments": {"participant", "neighbour"},
    "api:submit_experiment": {"participant", "neighbour"},
    "api:experiment": {"participant"},
    "api:restart": {"participant"},
}


@pytest.fixture
def secrets(cast: Cast) -> dict[str, str]:
    """A token of each."""
    people = {
        name: cast.dojo.seats.get(display_name=name).people.get()
        for name in ("participant", "neighbour")
    }
    people["facilitator"] = cast.dojo.seats.get(role="facilitator").people.get()
    people["stranger"] = factories.User.objects.get(email="stranger@example.org")
    people["outsider"] = factories.make_user("outsider")
    people["staff"] = factories.make_user("staff", is_staff=True)
    return {name: make_token(user, name="x", days=7)[1] for name, user in people.items()}


@pytest.mark.parametrize("name", API)
def test_a_token_opens_what_its_person_may_see_and_nothing_of_others(
    name: str, cast: Cast, secrets: dict[str, str]
) -> None:
    path = path_of(name, cast)
    method = MATRIX[name][0]
    found = set()
    for role, secret in secrets.items():
        headers = {"authorization": f"Bearer {secret}"}
        sent = {"data": body(compared_to=None), "content_type": "application/json"}
        answer = getattr(Client(), method)(
            path, headers=headers, **(sent if method == "post" else {})
        )
        if answer.status_code not in (401, 404):
            found.add(role)
        for other in METHODS:
            if role not in OPENED_BY[name] and other != "options":
                # 400: a body that cannot be read is refused before anything is looked up.
                refused = getattr(Client(), other)(path, headers=headers).status_code
                assert refused in (400, 401, 404, 405), (role, other, refused)
    assert found == OPENED_BY[name]


def test_a_token_is_no_login_and_a_login_no_token(cast: Cast, secrets: dict[str, str]) -> None:
    headers = {"authorization": f"Bearer {secrets['participant']}"}
    page = Client().get(f"/dojos/{cast.dojo.public_id}/work/", headers=headers)
    assert "/accounts/login/" in page["Location"]
    assert cast.clients["participant"].get("/api/v1/dojos").status_code == 401


def test_the_admin_is_for_staff_and_facilitators_by_any_method(
    cast: Cast, everybody: dict[str, Client]
) -> None:
    for path in (
        "/admin/",
        "/admin/classrooms/dojo/",
        f"/admin/classrooms/dojo/{cast.dojo.pk}/change/",
    ):
        for role in ("anonymous", "outsider", "stranger", "participant", "neighbour"):
            for method in METHODS:
                response = getattr(everybody[role], method)(path)
                assert response.status_code == 302, (path, role, method)
                assert "/admin/login/" in response["Location"]


# Of allauth, whom it lets in without a login: to log in, or to see why that failed.
DOORS = (
    *("account_login", "account_logout", "account_signup", "account_inactive"),
    *("account_reset_password", "account_confirm_email", "account_email_verification_sent"),
    *("account_request_login_code", "account_confirm_login_code"),
    *("mfa_authenticate", "mfa_login_webauthn"),
    *("socialaccount_login_cancelled", "socialaccount_login_error", "socialaccount_signup"),
    *("openid_connect_login", "openid_connect_callback"),
)


def names_in(patterns: Iterable[Any]) -> Iterator[str]:
    for pattern in patterns:
        if inner := getattr(pattern, "url_patterns", None):
            yield from names_in(inner)
        elif pattern.name:
            yield pattern.name


THEIRS = sorted(set(names_in(allauth_urls.urlpatterns)))


@pytest.mark.parametrize("name", [name for name in THEIRS if not name.startswith(DOORS)])
def test_pages_of_an_account_are_for_its_person(name: str, db: None) -> None:
    key = {"pk": 1} if name in ("mfa_remove_webauthn", "mfa_edit_webauthn") else {}
    path = reverse(name, kwargs=key)
    for method in METHODS:
        response = getattr(Client(), method)(path)
        assert is_refused(response), (method, response.status_code)
    # Somebody else's key is no key.
    if key:
        other = Client()
        other.force_login(factories.make_user())
        assert other.post(path).status_code in (302, 404)


def test_nobody_who_is_let_in_uses_a_method_that_no_page_uses(cast: Cast) -> None:
    """PUT, PATCH and DELETE, streams and the API's description included."""
    taken = []
    for name in MATRIX:
        path = path_of(name, cast)
        for role, client in cast.clients.items():
            for method in ("put", "patch", "delete") if is_let_in(name, role) else ():
                status = getattr(client, method)(path).status_code
                if status not in (403, 404, 405):
                    taken.append((name, role, method, status))
    assert taken == []
