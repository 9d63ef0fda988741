"""A record belongs to a seat, and a seat has one or more people; accounts are e-mails."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.db import IntegrityError, transaction
from django.test import Client

from classrooms.access import find_seat
from classrooms.dojos.services import join_dojo
from classrooms.exceptions import NotNow
from classrooms.models import Dojo, Membership, Seat, User
from classrooms.people import services as people
from classrooms.retention import services as retention
from connections.access_tokens.services import make_token
from experiments.exports.archives.aliases import Aliases
from experiments.models import Experiment
from tests import factories
from tests.conftest import Cast
from tests.test_access import MATRIX, OK, path_of


@pytest.fixture
def partner(cast: Cast) -> User:
    """Somebody else on the participant's seat."""
    user = factories.make_user("partner")
    Membership.objects.create(user=user, seat=cast.participant)
    return user


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


# --- A pair -----------------------------------------------------------------------
@pytest.mark.parametrize("name", MATRIX)
def test_both_of_a_pair_get_what_the_matrix_says(name: str, cast: Cast, partner: User) -> None:
    method, expected, _access = MATRIX[name]
    response = getattr(client_of(partner), method)(path_of(name, cast))
    is_let_in = response.status_code not in (401, 404)
    assert is_let_in == (expected["participant"] == OK)


def test_both_of_a_pair_work_on_one_record_each_in_their_own_session(
    cast: Cast, partner: User
) -> None:
    path = f"/dojos/{cast.dojo.public_id}/experiments/{cast.experiment.public_id}/"
    first, second = cast.clients["participant"], client_of(partner)
    first.post(path, {"analysis": "Mine.", "decision": "keep", "next_step": ""})
    assert "Mine." in second.get(path).content.decode()
    assert first.session.session_key != second.session.session_key
    second.logout()
    assert first.get(path).status_code == 200
    assert cast.dojo.seats.participants().count() == 2, "one of the pair, one of the neighbour"


def test_a_seat_is_found_in_one_query_however_many_are_on_it(
    cast: Cast, partner: User, django_assert_num_queries: Any
) -> None:
    for user in (partner, cast.neighbour.people.get()):
        with django_assert_num_queries(1):
            assert find_seat(user, cast.dojo.public_id).dojo.dataset.title


def test_nobody_has_two_seats_in_a_dojo(cast: Cast, partner: User) -> None:
    assert join_dojo(dojo=cast.dojo, user=partner, display_name="Partner") == cast.participant
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(user=partner, seat=cast.neighbour)


def test_tokens_of_both_open_the_record(cast: Cast, partner: User) -> None:
    path = f"/api/v1/dojos/{cast.dojo.public_id}/experiments/{cast.experiment.public_id}"
    for user in cast.participant.people.all():
        _token, secret = make_token(user, name="laptop", days=7)
        answer = Client().get(path, headers={"authorization": f"Bearer {secret}"})
        assert answer.json()["claim"] == cast.experiment.claim


def test_the_facilitator_sees_both_emails_and_anonymous_exports_none(
    cast: Cast, partner: User
) -> None:
    page = cast.clients["facilitator"].get(f"/dojos/{cast.dojo.public_id}/seats/")
    assert "participant@example.org, partner@example.org" in page.content.decode()
    said = Aliases(cast.dojo).text("participant@example.org asked PARTNER@example.org.")
    assert said == "P01 asked P01."


def accounts_in(response: Any) -> list[str]:
    archive = zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))
    return [one["email"] for one in json.loads(archive.read("data.json"))["account"]]


def test_ones_own_data_tells_of_no_other_account(cast: Cast, partner: User) -> None:
    own = f"/dojos/{cast.dojo.public_id}/my-data/"
    assert accounts_in(client_of(partner).get(own)) == [partner.email]
    of_seat = f"/dojos/{cast.dojo.public_id}/people/{cast.participant.public_id}/data/"
    both = accounts_in(cast.clients["facilitator"].get(of_seat))
    assert both == ["participant@example.org", "partner@example.org"]


def test_a_seat_goes_with_its_last_person(cast: Cast, partner: User) -> None:
    path = f"/dojos/{cast.dojo.public_id}/leave/"
    gone = client_of(partner)
    gone.post(path)
    assert gone.get(path).status_code == 404
    assert Experiment.objects.filter(pk=cast.experiment.pk).exists()
    cast.clients["participant"].post(path)
    assert not Seat.objects.filter(pk=cast.participant.pk).exists()
    assert not Experiment.objects.filter(pk=cast.experiment.pk).exists()


@pytest.mark.parametrize("erase", [retention.erase_account, User.delete])
def test_erasing_one_of_a_pair_leaves_the_record_to_the_other(
    cast: Cast, partner: User, erase: Any
) -> None:
    first = cast.participant.people.exclude(pk=partner.pk).get()
    erase(first)
    assert list(cast.participant.people.all()) == [partner]
    assert Experiment.objects.filter(pk=cast.experiment.pk).exists()
    erase(partner)
    assert not Seat.objects.filter(pk=cast.participant.pk).exists()
    assert Seat.objects.filter(pk=cast.neighbour.pk).exists()


def test_of_two_who_facilitate_on_one_seat_either_may_go(cast: Cast) -> None:
    seat = cast.dojo.seats.facilitators().get()
    first, other = seat.people.get(), factories.make_user("co-facilitator")
    Membership.objects.create(user=other, seat=seat)
    assert not retention.dojos_in_need_of(first).exists()
    retention.erase_account(first)
    dojo = Dojo.objects.get(pk=cast.dojo.pk)
    assert dojo.dataset.owner != first
    with pytest.raises(NotNow):
        retention.leave(seat, other)


def test_one_of_a_pair_is_not_made_a_facilitator(cast: Cast, partner: User) -> None:
    with pytest.raises(NotNow):
        people.add_facilitator(cast.dojo, partner)


# --- Accounts ---------------------------------------------------------------------
def test_an_email_is_one_account_however_it_is_typed(db: None) -> None:
    user = User.objects.create_user(" Nora@Example.ORG ", "a-long-password")
    assert user.email == "nora@example.org"
    assert User.objects.with_email("NORA@example.org") == user
    assert authenticate(username="Nora@example.org", password="a-long-password") == user
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("NORA@EXAMPLE.ORG")
    other = User.objects.create_user("olga@example.org")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=other.pk).update(email="Nora@example.org")
    assert not other.has_usable_password()


def test_a_superuser_logs_in_to_the_admin_by_email(client: Client, db: None) -> None:
    User.objects.create_superuser("root@example.org", "a-long-password")
    door = client.get("/admin/login/?next=/admin/")["Location"]
    assert door.startswith("/accounts/login/?next=")
    data = {"login": "Root@example.org", "password": "a-long-password"}
    back = client.post(door, data | {"next": "/admin/login/?next=/admin/"})["Location"]
    assert client.get(back)["Location"] == "/admin/"
    page = client.post(
        "/admin/classrooms/user/add/",
        {
            "email": "New@Example.org",
            "usable_password": "true",
            "password1": "another-long-password",
            "password2": "another-long-password",
        },
    )
    assert page.status_code == 302
    assert User.objects.with_email("new@example.org")
    assert client.get("/admin/classrooms/user/").status_code == 200
