"""What somebody who wants in would try: links once used or old, plain HTTP, floods, other doors."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.core import signing
from django.db.models import URLField
from django.test import Client

from classrooms.accounts.proof import has_proven
from classrooms.models import User
from experiments.models import Run
from experiments.submit.services import TooManyQueued
from tests import factories
from tests.conftest import Cast
from tests.product import ROOT

NEW = {"password1": "another-long-password", "password2": "another-long-password"}


def link_in(text: str, within: str) -> str:
    found = re.search(rf"https?://[^/\s]+(/\S*{within}\S*)", text)
    assert found
    return found.group(1)


def reset_link(user: User, mailoutbox: list[Any]) -> str:
    Client().post("/accounts/password/reset/", {"email": user.email})
    return link_in(mailoutbox[-1].body, "password/reset/key")


def use(link: str, password: dict[str, str] = NEW) -> Client:
    client = Client()
    form = client.get(link, follow=True).request["PATH_INFO"]
    client.post(form, password)
    return client


# --- Links by mail ------------------------------------------------------------------------
def test_a_reset_link_works_once(db: None, mailoutbox: list[Any]) -> None:
    user = factories.make_user()
    link = reset_link(user, mailoutbox)
    use(link)
    user.refresh_from_db()
    assert user.check_password("another-long-password")
    use(link, {"password1": "a-third-password-x", "password2": "a-third-password-x"})
    user.refresh_from_db()
    assert user.check_password("another-long-password")


def test_a_reset_link_ends_with_its_time_and_with_another_password(
    db: None, mailoutbox: list[Any], settings: Any
) -> None:
    user = factories.make_user()
    old = reset_link(user, mailoutbox)
    user.set_password("changed-in-between")
    user.save()
    use(old)
    user.refresh_from_db()
    assert user.check_password("changed-in-between")
    late = reset_link(user, mailoutbox)
    settings.PASSWORD_RESET_TIMEOUT = -1
    use(late)
    user.refresh_from_db()
    assert user.check_password("changed-in-between")


def test_a_proof_is_of_its_address_and_of_its_days(db: None, mailoutbox: list[Any]) -> None:
    user = factories.make_user()
    address = EmailAddress.objects.get(user=user)
    EmailAddress.objects.filter(pk=address.pk).update(verified=False)
    client = Client()
    client.force_login(user)
    client.post("/account/prove-email/")
    link = link_in(mailoutbox[-1].body, "confirm-email")
    days = timedelta(days=4).total_seconds()
    now = signing.time.time()
    with mock.patch.object(signing.time, "time", return_value=now + days):
        Client().post(link)
    assert not has_proven(user)
    Client().post(link[:-3] + "xx/")
    assert not has_proven(user)
    Client().post(link)
    assert has_proven(user)


def test_who_resets_the_password_has_proven_the_address(db: None, mailoutbox: list[Any]) -> None:
    user = factories.make_user()
    EmailAddress.objects.filter(user=user).update(verified=False)
    use(reset_link(user, mailoutbox))
    assert has_proven(user)


# --- Plain HTTP ---------------------------------------------------------------------------
ASK = """
import django, json; django.setup()
from django.test import Client
page = Client(headers={"host": "example.org"})
plain = page.get("/join/")
safe = page.get("/join/", headers={"X-Forwarded-Proto": "https"})
print(json.dumps({
    "plain": [plain.status_code, plain.get("Location")],
    "hsts": safe.get("Strict-Transport-Security"),
    "cookies": {name: [bool(one["secure"]), one["samesite"]] for name, one in safe.cookies.items()},
    "names": {name: getattr(django.conf.settings, name) for name in
              ("SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE")},
    "headers": {name: safe.get(name) for name in
                ("X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy",
                 "Cross-Origin-Opener-Policy")},
}))
"""


def test_production_speaks_https_only_and_its_cookies_too(tmp_path: Path) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "VAR_DIR": str(tmp_path),
        "DJANGO_DEBUG": "off",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DJANGO_SECRET_KEY": "k3" * 30 + "an unguessable tail",
        "DJANGO_ALLOWED_HOSTS": "example.org",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}",
        "PYTHONPATH": str(ROOT),
    }
    run = {"cwd": ROOT, "env": environment, "capture_output": True, "text": True, "check": True}
    subprocess.run([sys.executable, "manage.py", "collectstatic", "--noinput"], **run)  # type: ignore[call-overload]
    told = subprocess.run([sys.executable, "-c", ASK], **run)  # type: ignore[call-overload]
    found = json.loads(told.stdout.splitlines()[-1])
    assert found["plain"] == [301, "https://example.org/join/"]
    assert "max-age=31536000" in found["hsts"]
    assert found["cookies"]["csrftoken"] == [True, "Lax"]
    assert found["names"] == {
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
    }
    assert found["headers"] == {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
    }


# --- Floods -------------------------------------------------------------------------------
def test_ten_accounts_queue_a_bounded_number_of_runs(cast: Cast) -> None:
    """Each is ended at its time (`jobs`), and people take turns (`jobs/test_order.py`)."""
    seats = [factories.join(cast.dojo) for _account in range(10)]
    for seat in seats:
        with suppress(TooManyQueued):
            for _try in range(30):
                factories.submit(seat)
    waiting = Run.objects.filter(experiment__seat__in=seats, status="queued").count()
    assert waiting <= 10 * cast.dojo.rules.max_unfinished_runs


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"],
)
def test_no_login_leads_to_another_site(address: str, db: None) -> None:
    user = factories.make_user()
    login = {"login": user.email, "password": factories.PASSWORD, "next": address}
    answer = Client().post("/accounts/login/", login)
    assert answer["Location"] == "/"


# --- Addresses that the server asks -------------------------------------------------------
def test_no_record_keeps_an_address_that_the_server_would_ask() -> None:
    """MLflow, the model and OpenID Connect are named by the environment: nothing that a person
    or an imported Dojo brings along can send the server anywhere."""
    ours = ("classrooms", "experiments", "assistant", "connections")
    names = re.compile(r"(^|_)(url|uri|endpoint|host|server|address)(_|$)")
    found = [
        f"{model.__name__}.{field.name}"
        for label in ours
        for model in apps.get_app_config(label).get_models()
        for field in model._meta.get_fields()
        if isinstance(field, URLField) or names.search(field.name)
    ]
    assert found == []
