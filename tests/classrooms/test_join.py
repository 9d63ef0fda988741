"""Taking a seat: one form, with a new or an existing account."""

import pytest
from django.core.cache import cache
from django.test import Client

from classrooms.agenda import timeline
from classrooms.models import Seat, User
from tests import factories

pytestmark = pytest.mark.django_db

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


def test_a_wrong_password_takes_no_seat_and_loses_nothing_typed(client: Client) -> None:
    dojo = factories.make_dojo()
    factories.make_user("olga")
    form = {"display_name": "Olga", "email": "olga@example.org", "password": "wrong-password"}
    page = client.post(join_path(dojo), form).content.decode()
    assert "go together" in page
    assert 'value="olga@example.org"' in page
    assert not Seat.objects.filter(display_name="Olga").exists()


def test_passwords_cannot_be_guessed_through_the_join_form(client: Client) -> None:
    dojo = factories.make_dojo()
    factories.make_user("olga")
    form = {"display_name": "Olga", "email": "olga@example.org", "password": "wrong-password"}
    for _guess in range(5):
        client.post(join_path(dojo), form)
    page = client.post(join_path(dojo), form | {"password": factories.PASSWORD})
    assert page.status_code == 200
    assert not Seat.objects.filter(display_name="Olga").exists()


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


def test_a_code_and_an_account_join_in_one_form(client: Client) -> None:
    dojo = factories.make_dojo()
    assert [field.name for field in client.get("/join/").context["form"]] == [
        "code", "display_name", "email", "password",
    ]  # fmt: skip
    page = client.post("/join/", NEW | {"code": dojo.join_code.lower()}, follow=True)
    assert page.redirect_chain[-1][0].endswith("/work/")
    assert Seat.objects.get(dojo=dojo, display_name="Nora").people.get().email == NEW["email"]


@pytest.mark.parametrize("typed", [{"code": "XXXXXX"}, {"code": "XXXXXX"} | NEW])
def test_a_wrong_code_is_all_that_is_told(client: Client, typed: dict[str, str]) -> None:
    form = client.post("/join/", typed).context["form"]
    assert set(form.errors) == {"code"}
    assert form["display_name"].value() == typed.get("display_name")


def test_a_closed_dojo_takes_nobody_by_its_code(client: Client) -> None:
    dojo = factories.make_dojo()
    dojo.rules.join_is_open = False
    dojo.rules.save()
    assert set(client.post("/join/", NEW | {"code": dojo.join_code}).context["form"].errors) == {
        "code"
    }
    assert not User.objects.filter(email=NEW["email"]).exists()


def test_who_has_a_seat_gets_to_it_by_the_code_of_a_closed_dojo(client: Client) -> None:
    dojo = factories.make_dojo()
    seat = factories.join(dojo, "olga")
    dojo.rules.join_is_open = False
    dojo.rules.save()
    client.force_login(seat.people.get())
    typed = {"code": dojo.join_code, "display_name": "Olga"}
    assert client.post("/join/", typed)["Location"] == dojo.get_absolute_url()


@pytest.mark.parametrize("password", ["short", "12345678901"])
def test_a_refused_password_tells_not_whether_there_is_an_account(
    client: Client, password: str
) -> None:
    dojo = factories.make_dojo()
    factories.make_user("olga")
    told = []
    for email in ("olga@example.org", "nobody@example.org"):
        typed = {"display_name": "Olga", "email": email, "password": password}
        told.append(client.post(join_path(dojo), typed).context["form"].errors)
    assert told[0] == told[1]
    assert told[0].keys() == {"password"}


def test_the_name_of_the_last_dojo_is_proposed(client: Client) -> None:
    client.force_login(factories.join(factories.make_dojo(), "Nora").people.get())
    page = client.get(join_path(factories.make_dojo()))
    assert page.context["form"]["display_name"].value() == "Nora"
