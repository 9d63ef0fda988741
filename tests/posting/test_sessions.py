"""A login or a token that ran out takes nothing that was typed."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from classrooms.models import Announcement
from tests import factories
from tests.conftest import Cast

FRAGMENT = {"hx-request": "true", "accept-language": "en"}


def test_a_background_request_never_navigates(cast: Cast) -> None:
    path = f"/dojos/{cast.dojo.public_id}/"
    for found in (f"{path}clock/", f"{path}work/", f"{path}participants/"):
        response = Client().get(found, headers=FRAGMENT)
        assert response.status_code == 204
        assert "logged-out" in response["HX-Trigger"]
        assert "HX-Redirect" not in response
        assert not response.content


def test_a_text_that_is_sent_without_a_login_stays_on_its_page(cast: Cast) -> None:
    path = f"/dojos/{cast.dojo.public_id}/announcements/"
    response = Client().post(path, {"text": "Hello"}, headers=FRAGMENT)
    assert response.status_code == 204
    assert not Announcement.objects.exists()


def test_who_follows_a_link_comes_back_to_where_it_led(cast: Cast) -> None:
    path = f"/dojos/{cast.dojo.public_id}/leaderboard/?audience=1"
    response = Client().get(path, headers=FRAGMENT | {"hx-boosted": "true"})
    assert response["HX-Redirect"] == f"/accounts/login/?next={path.replace('?', '%3F')}".replace(
        "=1", "%3D1"
    )


def test_a_form_leads_to_the_login_and_back_to_its_page(cast: Cast) -> None:
    page = f"/dojos/{cast.dojo.public_id}/people/"
    action = f"/dojos/{cast.dojo.public_id}/clone/"
    headers = {"referer": f"http://testserver{page}"}
    assert Client().post(action, headers=headers)["Location"] == f"/accounts/login/?next={page}"
    elsewhere = {"referer": "https://elsewhere.example/page"}
    assert "elsewhere" not in Client().post(action, headers=elsewhere)["Location"]


@pytest.mark.parametrize("door", ["login", "signup"])
def test_the_way_back_survives_login_and_signup(door: str, db: None, mailoutbox: list[Any]) -> None:
    user = factories.make_user("ada")
    client = Client()
    page = client.get(f"/accounts/{door}/?next=/datasets/").content.decode()
    assert 'name="next" value="/datasets/"' in page.replace("\n", " ")
    assert "next=%2Fdatasets%2F" in page or "next=/datasets/" in page  # to the other door
    login = {"login": user.email, "password": factories.PASSWORD, "next": "/datasets/"}
    signup = {
        "email": "new@example.org",
        "password1": "a-password-of-mine",
        "next": "/datasets/",
    }
    answer = client.post(f"/accounts/{door}/", login if door == "login" else signup)
    if door == "signup":
        assert answer["Location"] == "/accounts/confirm-email/"
        link = re.search(r"https?://[^/]+(/accounts/confirm-email/\S+)", mailoutbox[0].body)
        assert link
        answer = client.post(link.group(1))
    assert answer["Location"] == "/datasets/"


# --- Tokens -------------------------------------------------------------------------------
@pytest.fixture
def strict(cast: Cast) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.participant.people.get())
    client.cookies["csrftoken"] = "a" * 32
    return client


TYPED = {
    "problem": "Who leaves, and why?",
    "password": "never-shown",
    "csrfmiddlewaretoken": "b" * 32,
}


def test_a_rotated_token_gives_the_text_back(cast: Cast, strict: Client) -> None:
    path = f"/dojos/{cast.dojo.public_id}/framing/"
    for language, words in (("fr", "Pas encore envoyé"), ("en", "Not sent yet")):
        headers = {"accept-language": language, "origin": "http://testserver"}
        response = strict.post(path, TYPED, headers=headers)
        page = response.content.decode()
        assert response.status_code == 403
        assert words in page
        assert "Who leaves, and why?" in page
        assert f'action="{path}"' in page
        assert "never-shown" not in page


@pytest.mark.parametrize("headers", [{}, {"origin": "https://elsewhere.example"}])
def test_what_another_site_sent_gets_no_button(
    headers: dict[str, str], cast: Cast, strict: Client
) -> None:
    path = f"/dojos/{cast.dojo.public_id}/framing/"
    page = strict.post(path, TYPED, headers=headers).content.decode()
    assert "Who leaves, and why?" not in page
    assert f'action="{path}"' not in page


def test_a_fragment_gets_a_fresh_token(cast: Cast, strict: Client) -> None:
    path = f"/dojos/{cast.dojo.public_id}/coach/say/"
    response = strict.post(path, {"text": "Hello"}, headers=FRAGMENT)
    token = json.loads(response["HX-Trigger"])["token-renewed"]["token"]
    headers = FRAGMENT | {"x-csrftoken": token}
    assert strict.post(path, {"text": "Hello"}, headers=headers).status_code == 200


def test_the_browser_is_told_what_was_stored(cast: Cast) -> None:
    client = cast.clients["participant"]
    path = f"/dojos/{cast.dojo.public_id}/framing/"
    assert "stored" not in client.post(path, {"problem": ""}).cookies
    assert "stored" not in Client().post(path, {"problem": "Who?"}).cookies
    fields = dict.fromkeys(("problem", "data", "metric", "baseline"), "Some words.")
    assert "stored" in client.post(path, fields).cookies
