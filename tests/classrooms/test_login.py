"""Ways to log in: limits, second factors, codes by mail, OpenID Connect."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from classrooms.models import User
from tests import factories
from tests.conftest import Cast

ENGLISH = {"accept-language": "en"}


def log_in(client: Client, user: User, password: str = factories.PASSWORD) -> Any:
    return client.post("/accounts/login/", {"login": user.email, "password": password})


# --- Limits ---------------------------------------------------------------------------
def test_the_admin_has_no_door_of_its_own(db: None) -> None:
    root = User.objects.create_superuser("root@example.org", "a-long-password")
    client = Client()
    answers = [
        client.post("/admin/login/?next=/admin/", {"username": root.email, "password": "wrong"})
        for _try in range(3)
    ]
    assert {urlsplit(answer["Location"]).path for answer in answers} == {"/accounts/login/"}
    assert "_auth_user_id" not in client.session


def test_wrong_passwords_are_limited_even_for_the_right_one(db: None) -> None:
    root = User.objects.create_superuser("root@example.org", "a-long-password")
    client = Client()
    for _try in range(6):
        log_in(client, root, "wrong-password")
    answer = log_in(client, root, "a-long-password")
    assert answer.status_code == 200
    assert client.get("/admin/").status_code == 302


# --- A second factor --------------------------------------------------------------------
def code_of(secret: str, step: int = 0) -> str:
    counter = next(iter(yield_hotp_counters_from_time())) + step
    return format_hotp_value(hotp_value(secret, counter))


def with_authenticator_app(user: User) -> str:
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return str(secret)


def test_a_password_alone_opens_no_account_with_two_factors(db: None) -> None:
    user, client = factories.make_user(), Client()
    secret = with_authenticator_app(user)
    assert log_in(client, user)["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/account/").status_code == 302
    assert client.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert client.get("/account/").status_code == 302
    assert client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)}).status_code == 302
    assert client.get("/account/").status_code == 200
    # A code works once.
    other = Client()
    log_in(other, user)
    assert other.post("/accounts/2fa/authenticate/", {"code": code_of(secret)}).status_code == 200


def test_joining_with_a_password_is_no_way_around_the_second_factor(cast: Cast) -> None:
    user, client = cast.neighbour.people.get(), Client()
    with_authenticator_app(user)
    form = {"display_name": "Me", "email": user.email, "password": factories.PASSWORD}
    page = client.post(f"/join/{cast.dojo.join_code}/", form, headers=ENGLISH)
    assert page.status_code == 200
    assert "Log in first: your account has a second factor." in page.content.decode()
    assert client.get("/account/").status_code == 302


@pytest.mark.parametrize(
    ("required_of", "led"),
    [("", set()), ("staff", {"staff"}), ("facilitators", {"staff", "facilitator"})],
)
def test_a_second_factor_can_be_required(
    required_of: str, led: set[str], cast: Cast, settings: Any
) -> None:
    settings.SECOND_FACTOR_REQUIRED_OF = required_of
    staff = Client()
    staff.force_login(factories.make_user(is_staff=True))
    clients = {name: cast.clients[name] for name in ("facilitator", "participant")}
    clients["staff"] = staff
    found = {
        name
        for name, client in clients.items()
        if client.get("/").get("Location") == "/accounts/2fa/"
    }
    assert found == led
    for name in led:
        user = User.objects.get(pk=clients[name].session["_auth_user_id"])
        assert clients[name].get("/", headers={"HX-Request": "true"}).status_code == 204
        assert clients[name].get("/accounts/2fa/").status_code == 200
        with_authenticator_app(user)
        assert clients[name].get("/").status_code == 200


def test_setting_a_factor_up_asks_for_the_password_and_a_proven_address(db: None) -> None:
    client, user = Client(), factories.make_user()
    log_in(client, user)
    assert "/accounts/reauthenticate/" in client.get("/accounts/2fa/totp/activate/")["Location"]
    client.post("/accounts/reauthenticate/", {"password": factories.PASSWORD})
    assert client.get("/accounts/2fa/totp/activate/").status_code == 200
    EmailAddress.objects.filter(user=user).update(verified=False)
    assert client.get("/accounts/2fa/totp/activate/")["Location"] == "/accounts/2fa/"
    assert not Authenticator.objects.filter(user=user).exists()


# --- By mail ----------------------------------------------------------------------------
@pytest.fixture
def mails(settings: Any, tmp_path: Path) -> Path:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    return tmp_path


def latest_mail(folder: Path) -> str:
    return max(folder.iterdir(), key=lambda file: file.stat().st_mtime_ns).read_text()


def test_a_code_by_mail_opens_the_account(db: None, mails: Path) -> None:
    user, client = factories.make_user(), Client()
    client.post("/accounts/login/code/", {"email": user.email})
    letter = latest_mail(mails)
    assert f"To: {user.email}" in letter
    code = re.search(r"^([A-Z0-9]{3,}-?[A-Z0-9]{3,})$", letter, re.MULTILINE)
    assert code
    assert client.post("/accounts/login/code/confirm/", {"code": "WRONG1"}).status_code == 200
    client.post("/accounts/login/code/confirm/", {"code": code.group(1)})
    assert client.get("/account/").status_code == 200


def test_no_code_is_sent_to_who_has_no_account_and_nothing_tells(db: None, mails: Path) -> None:
    answer = Client().post("/accounts/login/code/", {"email": "nobody@example.org"})
    known = Client().post("/accounts/login/code/", {"email": factories.make_user().email})
    assert answer["Location"] == known["Location"]
    assert len(list(mails.iterdir())) == 1


def test_a_code_by_mail_is_no_way_around_the_second_factor(db: None, mails: Path) -> None:
    user, client = factories.make_user(), Client()
    with_authenticator_app(user)
    client.post("/accounts/login/code/", {"email": user.email})
    code = re.search(r"^([A-Z0-9]{3,}-?[A-Z0-9]{3,})$", latest_mail(mails), re.MULTILINE)
    assert code
    client.post("/accounts/login/code/confirm/", {"code": code.group(1)})
    assert client.get("/account/").status_code == 302


# --- OpenID Connect ---------------------------------------------------------------------
@pytest.fixture
def provider(settings: Any) -> Iterator[str]:
    """A real provider on this machine, and the settings that name it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from oidc_provider_mock import User as Claims
        from oidc_provider_mock import run_server_in_thread
    people = [
        Claims(sub="sub-1", claims={"email": "nora@example.org", "email_verified": True}),
        Claims(sub="sub-2", claims={"email": "olga@example.org", "email_verified": False}),
    ]
    with run_server_in_thread(user_claims=people) as server:
        address = f"http://localhost:{server.server_port}"
        app = {"provider_id": "oidc", "name": "Campus", "client_id": "us", "secret": "secret"}
        app["settings"] = {"server_url": address}  # type: ignore[assignment]
        settings.SOCIALACCOUNT_PROVIDERS = {
            "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}
        }
        yield address


def come_from(provider: str, subject: str) -> tuple[Client, Any]:
    """A whole login: our form, the provider's page, and back."""
    client = Client(headers={"host": "testserver"} | ENGLISH)
    away = client.post("/accounts/oidc/oidc/login/")["Location"]
    assert away.startswith(provider)
    assert "code_challenge=" in away
    back = httpx2.post(away, data={"sub": subject}, follow_redirects=False).headers["location"]
    parts = urlsplit(back)
    assert parts.path == "/accounts/oidc/oidc/login/callback/"
    return client, client.get(f"{parts.path}?{parts.query}")


def test_a_new_person_comes_from_the_provider_and_proves_the_address_here(
    db: None, provider: str
) -> None:
    client, answer = come_from(provider, "sub-1")
    assert answer["Location"] == "/accounts/confirm-email/"
    assert client.get("/account/").status_code == 302
    assert not EmailAddress.objects.get(email="nora@example.org").verified


def test_a_trusted_provider_proves_an_address(db: None, provider: str, settings: Any) -> None:
    settings.SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
    settings.SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
    client, answer = come_from(provider, "sub-1")
    assert answer["Location"] == "/"
    assert client.get("/account/").status_code == 200
    assert EmailAddress.objects.get(email="nora@example.org").verified
    again, _answer = come_from(provider, "sub-1")
    assert again.get("/account/").status_code == 200
    assert User.objects.count() == SocialAccount.objects.count() == 1


@pytest.mark.parametrize(("is_trusted", "subject"), [(False, "sub-1"), (True, "sub-2")])
def test_what_is_not_proven_opens_nobodys_account(
    db: None, provider: str, settings: Any, is_trusted: bool, subject: str
) -> None:
    settings.SOCIALACCOUNT_EMAIL_AUTHENTICATION = is_trusted
    settings.SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = is_trusted
    for name in ("nora", "olga"):
        factories.make_user(name)
    client, _answer = come_from(provider, subject)
    assert client.get("/account/").status_code == 302
    assert not SocialAccount.objects.exists()


def test_a_trusted_provider_opens_no_account_that_only_asks_to_change_to_the_address(
    db: None, provider: str, settings: Any
) -> None:
    settings.SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
    settings.SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
    stranger = factories.make_user("stranger")
    stranger.emailaddress_set.create(email="nora@example.org", verified=False)
    come_from(provider, "sub-1")
    assert not SocialAccount.objects.filter(user=stranger).exists()


def test_an_answer_that_nobody_asked_for_is_refused(db: None, provider: str) -> None:
    victim = Client()
    answer = victim.get("/accounts/oidc/oidc/login/callback/?code=x&state=y", headers=ENGLISH)
    assert answer.status_code == 401
    assert "_auth_user_id" not in victim.session


def test_the_login_page_names_the_provider_and_the_policy_lets_its_form_go(
    db: None, provider: str
) -> None:
    page = Client().get("/accounts/login/", headers=ENGLISH).content.decode()
    assert "Campus" in page


# --- Sessions -----------------------------------------------------------------------------
def test_a_login_takes_over_no_session_key(db: None) -> None:
    client, user = Client(), factories.make_user()
    client.get("/accounts/login/")
    session = client.session
    session["planted"] = "x"
    session.save()
    client.cookies["sessionid"] = session.session_key
    before = session.session_key
    log_in(client, user)
    assert client.session.session_key != before
    planted = Client()
    planted.cookies["sessionid"] = before
    assert planted.get("/account/").status_code == 302


def test_a_new_password_ends_every_other_session(db: None) -> None:
    user, here, elsewhere = factories.make_user(), Client(), Client()
    for client in (here, elsewhere):
        log_in(client, user)
    new = {"oldpassword": factories.PASSWORD, "password1": "another-long-password"}
    here.post("/accounts/password/change/", new | {"password2": "another-long-password"})
    assert elsewhere.get("/account/").status_code == 302
