"""Rights go to who has proven an e-mail; a seat of one's own needs no proof."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.test import Client

from classrooms.accounts.proof import NotProven, has_proven
from classrooms.models import Invitation, Membership, Seat, SeatOffer, User
from classrooms.people import offers
from tests import factories
from tests.conftest import Cast

ENGLISH = {"accept-language": "en"}
COLLEAGUE = "colleague@example.org"


def squatter(email: str = COLLEAGUE) -> Client:
    """Somebody who has signed up with an address that is not theirs."""
    user = User.objects.create_user(email, factories.PASSWORD)
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=False)
    client = Client()
    client.force_login(user)
    return client


def link_in(letter: Any) -> str:
    found = re.search(r"https?://[^/]+(/accounts/confirm-email/\S+)", letter.body)
    assert found
    return found.group(1)


def prove(client: Client) -> None:
    client.post("/account/prove-email/")
    client.post(link_in(mail.outbox[-1]))


def ask_to_facilitate(cast: Cast, email: str = COLLEAGUE) -> SeatOffer:
    where = f"/dojos/{cast.dojo.public_id}/seats/facilitators/"
    answer = cast.clients["facilitator"].post(where, {"email": email})
    assert answer.status_code == 302
    return cast.dojo.seat_offers.get(email=email)


# --- Co-facilitators ----------------------------------------------------------------
def test_a_stranger_with_a_colleagues_address_does_not_become_facilitator(cast: Cast) -> None:
    stranger = squatter()
    offer = ask_to_facilitate(cast)
    assert "/offers/" not in stranger.get("/").content.decode()
    stranger.post(f"/offers/{offer.public_id}/", {"action": "accept"})
    assert not Seat.objects.filter(dojo=cast.dojo, people__email=COLLEAGUE).exists()
    with pytest.raises(NotProven):
        offers.accept(User.objects.get(email=COLLEAGUE), offer.public_id)


def test_a_colleague_proves_the_address_and_accepts(
    cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    client = squatter()
    with django_capture_on_commit_callbacks(execute=True):
        offer = ask_to_facilitate(cast)
    assert mail.outbox[0].to == [COLLEAGUE]
    assert "http://testserver/" in mail.outbox[0].body
    prove(client)
    page = client.get("/", headers=ENGLISH).content.decode()
    assert "You are asked to facilitate “Dojo”." in page
    client.post(f"/offers/{offer.public_id}/", {"action": "accept"})
    seat = Seat.objects.get(dojo=cast.dojo, people__email=COLLEAGUE)
    assert seat.is_facilitator
    assert not SeatOffer.objects.exists()


def test_an_offer_is_for_one_person_and_can_be_declined_or_withdrawn(cast: Cast) -> None:
    offer = ask_to_facilitate(cast, factories.make_user("second").email)
    cast.clients["stranger"].post(f"/offers/{offer.public_id}/", {"action": "accept"})
    cast.clients["stranger"].post(f"/offers/{offer.public_id}/", {"action": "decline"})
    assert SeatOffer.objects.filter(pk=offer.pk).exists()
    client = Client()
    client.force_login(User.objects.get(email=offer.email))
    client.post(f"/offers/{offer.public_id}/", {"action": "decline"})
    assert not SeatOffer.objects.exists()
    offer = ask_to_facilitate(cast)
    where = f"/dojos/{cast.dojo.public_id}/seats/facilitators/"
    cast.clients["facilitator"].post(where, {"action": "withdraw", "offer": offer.public_id})
    assert not SeatOffer.objects.exists()


def test_asking_tells_nothing_about_accounts(cast: Cast) -> None:
    where = f"/dojos/{cast.dojo.public_id}/seats/facilitators/"
    pages = []
    for email in (factories.make_user("known").email, "unknown@example.org"):
        page = cast.clients["facilitator"].post(
            where, {"email": email}, follow=True, headers=ENGLISH
        )
        words = re.search(r"\S+ is asked to facilitate[^<]*", page.content.decode())
        assert words
        pages.append(words.group().replace(email, "…"))
    assert pages[0] == pages[1]


# --- Kept places ----------------------------------------------------------------------
def kept_place(cast: Cast) -> Invitation:
    return Invitation.objects.create(dojo=cast.dojo, display_name="Zoé", email="Zoe@example.org")


def enter(client: Client, place: Invitation, email: str) -> Any:
    form = {"display_name": "Zoé", "email": email, "password": factories.PASSWORD}
    return client.post(f"/invite/{place.token}/", form, headers=ENGLISH)


def test_a_place_kept_for_an_address_is_for_nobody_else(cast: Cast) -> None:
    place = kept_place(cast)
    page = enter(Client(), place, "other@example.org").content.decode()
    assert "This place is kept for another email address: zoe@example.org." in page
    assert not User.objects.filter(email="other@example.org").exists()
    stranger = cast.clients["stranger"].post(f"/invite/{place.token}/", {"display_name": "X"})
    assert stranger.status_code == 200
    place.refresh_from_db()
    assert not place.is_used


def test_a_place_kept_for_an_address_is_taken_once_that_is_proven(cast: Cast) -> None:
    place, client = kept_place(cast), Client()
    page = enter(client, place, "zoe@example.org").content.decode()
    assert "Check your mail" in page
    place.refresh_from_db()
    assert not place.is_used
    client.post(link_in(mail.outbox[-1]))
    assert f"/invite/{place.token}/" in client.get("/").content.decode()
    assert client.post(f"/invite/{place.token}/", {"display_name": "Zoé"}).status_code == 302
    place.refresh_from_db()
    assert place.seat.people.get().email == "zoe@example.org"


def test_joining_by_code_needs_no_proof_and_neither_does_coming_back(cast: Cast) -> None:
    client = Client()
    form = {"display_name": "Nora", "email": "nora@example.org", "password": factories.PASSWORD}
    assert client.post(f"/join/{cast.dojo.join_code}/", form).status_code == 302
    assert not has_proven(User.objects.get(email="nora@example.org"))
    assert mail.outbox == []
    again = Client()
    login = {"login": "nora@example.org", "password": factories.PASSWORD}
    again.post("/accounts/login/", login)
    assert again.get(f"/dojos/{cast.dojo.public_id}/work/").status_code == 200


# --- Accounts -------------------------------------------------------------------------
def test_who_signs_up_proves_the_address_first(db: None) -> None:
    client = Client()
    form = {"email": COLLEAGUE, "password1": factories.PASSWORD}
    assert client.post("/accounts/signup/", form).status_code == 302
    assert client.get("/account/").status_code == 302
    assert (
        Client().post("/accounts/login/", {"login": COLLEAGUE, "password": factories.PASSWORD})[
            "Location"
        ]
        == "/accounts/confirm-email/"
    )
    client.post(link_in(mail.outbox[0]))
    assert (
        client.get("/account/").status_code == 200
        or client.post("/accounts/login/", {"login": COLLEAGUE, "password": factories.PASSWORD})[
            "Location"
        ]
        == "/"
    )


def test_no_page_of_accounts_tells_whether_an_address_has_one(db: None) -> None:
    known = factories.make_user("known").email

    def answers(email: str) -> list[tuple[int, str, str]]:
        found = []
        for door, form in (
            ("signup", {"email": email, "password1": "another-long-one"}),
            ("password/reset", {"email": email}),
            ("login", {"login": email, "password": "wrong-password"}),
        ):
            client = Client()
            answer = client.post(f"/accounts/{door}/", form, headers=ENGLISH)
            seen = (
                client.get(answer["Location"], headers=ENGLISH)
                if answer.status_code == 302
                else answer
            )
            text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", seen.content.decode())
            text = re.sub(r'"X-CSRFToken": "[^"]*"|nonce="[^"]*"', "", text)
            found.append((answer.status_code, answer.get("Location", ""), text.replace(email, "…")))
        return found

    assert answers(known) == answers("unknown@example.org")


@pytest.mark.parametrize("email", ["known@example.org", "free@example.org"])
def test_signing_up_hashes_one_password_whether_there_is_an_account_or_not(
    db: None, email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.make_user("known")
    hashed, encode = [], MD5PasswordHasher.encode

    def counting(*args: Any, **kwargs: Any) -> str:
        hashed.append(email)
        return encode(*args, **kwargs)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counting)
    Client().post("/accounts/signup/", {"email": email, "password1": "another-long-one"})
    assert hashed == [email]


def change_address(client: Client, email: str) -> None:
    again = client.post("/accounts/email/", {"email": email, "action_add": ""})
    client.post(again["Location"], {"password": factories.PASSWORD})


def test_an_address_that_was_never_proven_stays_until_the_new_one_is(cast: Cast) -> None:
    for number in "12":
        client = Client()
        form = {
            "display_name": "Nora",
            "email": f"mistyped{number}@example.org",
            "password": factories.PASSWORD,
        }
        client.post(f"/join/{cast.dojo.join_code}/", form)
        change_address(client, f"right{number}@example.org")
        user = User.objects.get(email=f"mistyped{number}@example.org")
        assert Client().login(email=user.email, password=factories.PASSWORD)
        client.post(link_in(mail.outbox[-1]))
        user.refresh_from_db()
        assert user.email == f"right{number}@example.org"
        assert has_proven(user)


def test_who_only_asks_to_change_to_an_address_neither_keeps_it_nor_gets_it(cast: Cast) -> None:
    stranger, user = Client(), cast.neighbour.people.get()
    stranger.force_login(user)
    change_address(stranger, "nora@example.org")
    sent = link_in(mail.outbox[-1])
    form = {"display_name": "Nora", "email": "nora@example.org", "password": factories.PASSWORD}
    assert Client().post(f"/join/{cast.dojo.join_code}/", form).status_code == 302
    page = stranger.post(sent, follow=True)
    assert page.status_code == 200
    user.refresh_from_db()
    assert user.email == "neighbour@example.org"
    client = Client()
    client.post("/accounts/login/code/", {"email": "nora@example.org"})
    code = re.search(r"^([A-Z0-9]{3,}-?[A-Z0-9]{3,})$", mail.outbox[-1].body, re.MULTILINE)
    assert code
    client.post("/accounts/login/code/confirm/", {"code": code.group(1)})
    assert "Nora" in client.get(f"/dojos/{cast.dojo.public_id}/work/").content.decode()
    assert has_proven(User.objects.get(email="nora@example.org"))


def test_no_code_is_sent_for_an_address_that_somebody_asks_to_change_to(cast: Cast) -> None:
    change_address(cast.clients["neighbour"], "nora@example.org")
    mail.outbox.clear()
    Client().post("/accounts/login/code/", {"email": "nora@example.org"})
    assert mail.outbox == []


def test_an_address_changes_once_the_new_one_is_proven(db: None) -> None:
    user = factories.make_user("before")
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": factories.PASSWORD})
    again = client.post("/accounts/email/", {"email": "after@example.org", "action_add": ""})
    client.post(again["Location"], {"password": factories.PASSWORD})
    user.refresh_from_db()
    assert user.email == "before@example.org"
    client.post(
        link_in(mail.outbox[-1] if "confirm-email" in mail.outbox[-1].body else mail.outbox[0])
    )
    user.refresh_from_db()
    assert user.email == "after@example.org"
    assert has_proven(user)
    assert any(letter.to == ["before@example.org"] for letter in mail.outbox), "the old one is told"


def test_a_mail_server_that_is_down_stops_nobody(db: None, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    form = {"email": COLLEAGUE, "password1": factories.PASSWORD}
    assert Client().post("/accounts/signup/", form).status_code == 302
    assert Membership.objects.count() == 0
