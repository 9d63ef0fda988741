"""Taking a seat: one form, with a new or an existing account."""

import re
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.core.cache import cache
from django.test import Client

from classrooms.accounts.claims import new_account
from classrooms.accounts.proof import has_proven
from classrooms.agenda import timeline
from classrooms.models import Seat, SeatOffer, User
from tests import factories

pytestmark = pytest.mark.django_db

ENGLISH = {"accept-language": "en"}
NEW = {"display_name": "Nora", "email": "nora@example.org", "password": "a-long-password"}


@pytest.fixture(autouse=True)
def english(client: Client) -> None:
    cache.clear()
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"


def join_path(dojo) -> str:
    return f"/join/{dojo.join_code}/"


def test_a_newcomer_joins_with_one_form(client: Client) -> None:
    dojo = factories.make_dojo()
    page = client.post(join_path(dojo), NEW, follow=True)
    assert page.redirect_chain[-1][0].endswith("/work/")
    seat = Seat.objects.get(dojo=dojo, display_name="Nora")
    assert seat.people.get().email == "nora@example.org"
    assert seat.people.get().check_password("a-long-password")
    assert seat.people.get().emailaddress_set.filter(email="nora@example.org").exists()


def test_who_has_an_account_joins_with_its_password(client: Client) -> None:
    dojo, user = factories.make_dojo(), factories.make_user("olga")
    form = {"display_name": "Olga", "email": "OLGA@example.org", "password": factories.PASSWORD}
    client.post(join_path(dojo), form)
    assert Seat.objects.get(dojo=dojo, display_name="Olga").people.get() == user


def test_joining_tells_nobody_whether_an_email_has_an_account(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proven, claimed or unknown: the same answer, as many checks of passwords, the same way
    back in."""
    factories.make_user("proven")
    new_account("claimed@example.org", "another-password")
    encode, checks, told = MD5PasswordHasher.encode, [], []
    for name in ("proven", "claimed", "unknown"):
        dojo, visitor, back = factories.make_dojo(), Client(), Client()
        form = {"display_name": "Olga", "email": f"{name}@example.org", "password": "a-guess-of"}
        with monkeypatch.context() as patch:
            counted: list[str] = []

            def counting(*args: Any, counted: list[str] = counted, **kwargs: Any) -> str:
                counted.append("a check")
                return encode(*args, **kwargs)

            patch.setattr(MD5PasswordHasher, "encode", counting)
            page = visitor.post(join_path(dojo), form, follow=True, headers=ENGLISH)
            login = {"login": form["email"], "password": "another-guess"}
            refused = Client().post("/accounts/login/", login, headers=ENGLISH)
            assert refused.status_code == 200
            checks.append(len(counted))
        told.append([page.status_code, "You have joined with a new account" in page.text])
        seat = dojo.seats.get(display_name="Olga")
        assert back.login(email=form["email"], password="a-guess-of")
        assert back.get(f"/dojos/{dojo.public_id}/work/").status_code == 200
        assert not has_proven(seat.people.get())
    assert told == [[200, True]] * 3
    assert len(set(checks)) == 1


def test_a_wrong_password_opens_no_account_and_takes_nothing_from_it(client: Client) -> None:
    dojo, user = factories.make_dojo(), factories.make_user("olga")
    form = {"display_name": "Olga", "email": "olga@example.org", "password": "wrong-password"}
    client.post(join_path(dojo), form)
    assert not dojo.seats.held_by(user).exists()
    assert Client().login(email="olga@example.org", password=factories.PASSWORD)


def test_who_mistypes_a_password_once_still_comes_back_by_both(client: Client) -> None:
    for password in ("the-first-one", "mistyped-once"):
        dojo = factories.make_dojo()
        Client().post(join_path(dojo), NEW | {"password": password})
    for password in ("the-first-one", "mistyped-once"):
        assert Client().login(email="nora@example.org", password=password)


@pytest.mark.parametrize("name", ["olga", "nobody"])
def test_passwords_cannot_be_guessed_through_the_join_form(client: Client, name: str) -> None:
    user = factories.make_user("olga")
    email = f"{name}@example.org"
    for guess in range(5):
        form = {"display_name": "Olga", "email": email, "password": f"wrong-password-{guess}"}
        Client().post(join_path(factories.make_dojo()), form)
    dojo = factories.make_dojo()
    form = {"display_name": "Olga", "email": email, "password": factories.PASSWORD}
    page = client.post(join_path(dojo), form)
    assert page.status_code == 200
    assert "Too many attempts with this email." in page.text
    assert f'value="{email}"' in page.text
    assert not dojo.seats.held_by(user).exists()


def test_who_proves_an_email_twice_finds_the_second_seat_in_the_first_account(
    client: Client,
) -> None:
    dojo, user = factories.make_dojo(), factories.make_user("olga")
    form = {"display_name": "Olga", "email": "olga@example.org", "password": "wrong-password"}
    client.post(join_path(dojo), form)
    seat = dojo.seats.get(display_name="Olga")
    client.post("/account/prove-email/")
    link = re.search(r"/accounts/confirm-email/\S+", mail.outbox[-1].body)
    assert link
    page = client.post(link.group(), follow=True)
    assert "Log in to that account: your seats are offered to you there." in page.text
    assert not has_proven(seat.people.get())
    owner = Client()
    owner.force_login(user)
    offer = SeatOffer.objects.get(seat=seat)
    assert offer.dojo.title in owner.get("/").text
    owner.post(f"/offers/{offer.public_id}/", {"answer": "accept"})
    assert dojo.seats.held_by(user).get() == seat


def test_a_name_that_is_taken_gets_a_number(client: Client) -> None:
    dojo = factories.make_dojo()
    factories.join(dojo, "Nora")
    typed = {"display_name": " nora ", "email": "another@example.org"}
    page = client.post(join_path(dojo), NEW | typed, follow=True).content.decode()
    assert "you appear as “nora 2”" in page
    assert dojo.seats.get(people__email="another@example.org").display_name == "nora 2"


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "not-an-email"), ("password", "short"), ("display_name", " "), ("email", "")],
)
def test_bad_input_is_told_beside_its_field(client: Client, field: str, value: str) -> None:
    dojo = factories.make_dojo()
    page = client.post(join_path(dojo), NEW | {field: value})
    assert page.status_code == 200
    assert page.context["form"].errors[field]
    assert not Seat.objects.filter(dojo=dojo, role="participant").exists()


def test_joining_twice_is_being_there(client: Client) -> None:
    dojo = factories.make_dojo()
    client.post(join_path(dojo), NEW)
    assert client.get(join_path(dojo)).status_code == 302
    assert dojo.seats.participants().count() == 1


def test_an_ended_dojo_takes_nobody(client: Client) -> None:
    dojo = factories.make_dojo()
    for _phase in range(6):
        timeline.advance_dojo(dojo)
    assert client.post(join_path(dojo), NEW).status_code == 410
    assert not User.objects.filter(email="nora@example.org").exists()


def test_codes_are_read_as_people_write_them(client: Client) -> None:
    dojo = factories.make_dojo()
    code = dojo.join_code
    typed = f" {code[:3].lower()} {code[3:]}"
    assert client.post("/join/", {"code": typed})["Location"] == f"/join/{code}/"
    page = client.post("/join/", {"code": "XXXXXX"}).content.decode()
    assert "No Dojo has this code" in page
