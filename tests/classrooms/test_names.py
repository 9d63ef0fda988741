"""Names: tidy as they are stored, one of a kind as the eye sees them."""

import unicodedata

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from classrooms.dojos.services import seat_person
from classrooms.intake.names import MAX_NAME, NameField, free_name, name_key, tidy_name
from classrooms.models import Dojo, Invitation, Seat
from classrooms.people import services as people
from classrooms.people.roster import read_roster
from experiments.demo.rehearsal import begin_rehearsal
from tests import factories

COMPOSED, DECOMPOSED = "Zo\u00e9", "Zoe\u0301"
NOBODY_SEES = [
    "\u200b\u200b",
    "\u202e",
    "\u2060 \ufeff",
    "\u3164",
    "\u2800",
    "\t\n",
    "\0",
    "\u0301",
]


# --- Tidy ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (DECOMPOSED, COMPOSED),
        ("\u202eeiraM", "eiraM"),
        ("  Ana \t\u00a0 Maria\n", "Ana Maria"),
        ("Jo\u200bhn", "John"),
        ("Ана", "Ана"),
        ("李 小龍", "李 小龍"),
        ("O'Neill-Çelik", "O'Neill-Çelik"),
        *((typed, "") for typed in NOBODY_SEES[:-1]),
    ],
)
def test_a_name_is_stored_as_it_is_seen(typed: str, stored: str) -> None:
    assert tidy_name(typed) == stored


@given(st.text(max_size=80))
def test_tidying_twice_changes_nothing_and_keys_agree(typed: str) -> None:
    name = tidy_name(typed)
    assert tidy_name(name) == name == unicodedata.normalize("NFC", name)
    assert name_key(name) == name_key(typed)


@pytest.mark.parametrize("typed", NOBODY_SEES)
def test_a_name_that_nobody_sees_is_no_name(typed: str) -> None:
    field = NameField()
    with pytest.raises(Exception, match=str(field.error_messages["required"])):
        field.clean(typed)


# --- Alike --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ÉLODIE", "élodie"),
        (COMPOSED, DECOMPOSED),
        ("Straße", "STRASSE"),
        ("Marie", "M\u0430ri\u0435"),  # with Cyrillic letters
        ("Bob", "\u0412ob"),
        ("Ana 2", "Ａｎａ　２"),
        ("Zoé", "Z\u200boé"),
    ],
)
def test_names_that_look_alike_have_one_key(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(("one", "other"), [("Zoé", "Zoe"), ("Ian", "lan"), ("Amo", "Arno")])
def test_names_that_differ_to_the_eye_have_two(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


def test_a_number_is_added_within_the_length() -> None:
    taken = {name_key("Zoé"), name_key("zoé 2")}
    assert free_name("Zoé", taken) == "Zoé 3"
    long = free_name("x" * 70, {"x" * MAX_NAME})
    assert long == "x" * (MAX_NAME - 2) + " 2"


# --- In a Dojo ------------------------------------------------------------------------------
@pytest.fixture
def dojo(db: None) -> Dojo:
    return factories.make_dojo(started=False)


def join(dojo: Dojo, name: str, email: str) -> Client:
    client = Client(headers={"Accept-Language": "fr"})
    data = {"display_name": name, "email": email, "password": factories.PASSWORD}
    response = client.post(f"/join/{dojo.join_code}/", data, follow=True)
    assert response.status_code == 200
    return client


@pytest.mark.parametrize(
    ("first", "second", "called"),
    [
        ("élodie", "ÉLODIE", "ÉLODIE 2"),
        (COMPOSED, DECOMPOSED, f"{COMPOSED} 2"),
        ("Marie", "M\u0430rie\u202e", "M\u0430rie 2"),
    ],
)
def test_who_joins_with_a_name_that_is_taken_gets_a_number_and_is_told(
    dojo: Dojo, first: str, second: str, called: str
) -> None:
    join(dojo, first, "one@example.org")
    client = join(dojo, second, "two@example.org")
    seat = dojo.seats.get(people__email="two@example.org")
    assert seat.display_name == called
    told = client.post(f"/join/{dojo.join_code}/", follow=True)
    assert told.status_code == 200
    assert dojo.seats.participants().count() == 2


def test_they_are_told_on_the_next_page(dojo: Dojo) -> None:
    join(dojo, "Zoé", "one@example.org")
    client = Client(headers={"Accept-Language": "fr"})
    data = {"display_name": "Zoé", "email": "b@example.org", "password": factories.PASSWORD}
    page = client.post(f"/join/{dojo.join_code}/", data, follow=True).content.decode()
    assert "vous apparaissez sous le nom «\u00a0Zoé 2\u00a0»" in page


def test_a_name_that_nobody_sees_is_refused_beside_its_field(dojo: Dojo) -> None:
    data = {"display_name": "\u200b\u200b", "email": "a@example.org", "password": "x" * 12}
    page = Client(headers={"Accept-Language": "fr"}).post(f"/join/{dojo.join_code}/", data)
    assert page.context["form"].errors["display_name"] == ["Champ obligatoire."]
    assert page.context["form"]["email"].value() == "a@example.org"


def test_the_database_refuses_names_that_look_alike(dojo: Dojo) -> None:
    seat_person(dojo, factories.make_user(), "ÉLODIE")
    with pytest.raises(IntegrityError), transaction.atomic():
        seat_person(dojo, factories.make_user(), "élodie\u200b")


def test_a_facilitator_cannot_rename_into_a_name_that_is_taken(dojo: Dojo) -> None:
    factories.join(dojo, "Élodie")
    other = factories.join(dojo, "Marie")
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(dojo.seats.facilitators().get().people.get())
    path = f"/dojos/{dojo.public_id}/seats/{other.public_id}/"
    page = client.post(path, {"display_name": "ÉLODIE"}, follow=True).content.decode()
    assert "already has this name" in page
    client.post(path, {"display_name": " Mari\u200be  Curie "})
    other.refresh_from_db()
    assert (other.display_name, other.name_key) == ("Marie Curie", "marie curie")


def test_the_admin_refuses_it_too(dojo: Dojo) -> None:
    factories.join(dojo, "Élodie")
    other = factories.join(dojo, "Marie")
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(factories.make_user(is_staff=True, is_superuser=True))
    path = f"/admin/classrooms/seat/{other.pk}/change/"
    data = {"display_name": "ÉLODIE", "memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    page = client.post(path, data | {"role": "participant"})
    assert "already has this name" in page.content.decode()


def test_a_roster_takes_names_as_they_are_seen(dojo: Dojo) -> None:
    lines = read_roster(f"{DECOMPOSED}\nÉLODIE\nélodie\n\u200b\u200b; a@example.org\n")
    assert [line.name for line in lines if not line.problem] == [COMPOSED, "ÉLODIE"]
    assert [line.number for line in lines if line.problem] == [3, 4]
    factories.join(dojo, "Zoé")
    assert people.invite(dojo, lines) == 1
    assert Invitation.objects.get().display_name == "ÉLODIE"


def test_an_invited_person_gets_a_number_too(dojo: Dojo) -> None:
    invitation = factories.invite(dojo, DECOMPOSED)
    factories.join(dojo, "ZOÉ")
    seat = people.accept(invitation, user=factories.make_user(), display_name="Zoé")
    assert seat.display_name == "Zoé 2"


def test_simulated_people_keep_out_of_the_way(dojo: Dojo) -> None:
    factories.join(dojo, "AMINA")
    begin_rehearsal(dojo, people=2)
    simulated = Seat.objects.exclude(simulated_as="")
    assert not simulated.called("Amina").exists()
