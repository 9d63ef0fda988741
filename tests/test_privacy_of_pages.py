"""What is somebody's is stored by no cache, ends with the password, and is looked up in the log."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from classrooms.models import AuditEntry, Dojo, Invitation, Seat, User
from classrooms.models.dojos import Variant
from connections.access_tokens.services import make_token
from connections.models import AccessToken
from experiments.models import Takeaway, Talk
from tests import factories
from tests.conftest import Cast

ENGLISH = {"accept-language": "en"}


# --- Caches -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    "path", ["work/", "take-home/", "take-home/log/", "my-data/", "starter/", "leaderboard/"]
)
def test_private_pages_and_downloads_are_stored_by_no_cache(path: str, cast: Cast) -> None:
    names = {
        "work/": "experiments:workspace",
        "take-home/": "experiments:take_home",
        "take-home/log/": "experiments:log",
        "my-data/": "experiments:own_data",
        "starter/": "experiments:starter",
        "leaderboard/": "experiments:leaderboard",
    }
    answer = cast.clients["participant"].get(reverse(names[path], args=[cast.dojo.public_id]))
    assert answer.status_code == 200
    kept = {part.strip() for part in answer["Cache-Control"].split(",")}
    assert {"private", "no-store"} <= kept


def test_what_is_public_may_be_stored_and_an_api_answer_may_not(cast: Cast) -> None:
    schema = cast.clients["participant"].get(reverse("experiments:config_schema"))
    assert "public" in schema["Cache-Control"]
    assert "no-store" not in schema["Cache-Control"]
    _token, secret = make_token(cast.participant.people.get(), name="laptop", days=7)
    answer = Client().get("/api/v1/dojos", headers={"authorization": f"Bearer {secret}"})
    assert "no-store" in answer["Cache-Control"]


# --- Tokens -----------------------------------------------------------------------------
def changed_on_its_page(user: User) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": factories.PASSWORD})
    new = {"oldpassword": factories.PASSWORD, "password1": "another-long-password"}
    client.post("/accounts/password/change/", new | {"password2": "another-long-password"})


def changed_by_code(user: User) -> None:
    user.set_password("another-long-password")
    user.save()


@pytest.mark.parametrize("change", [changed_on_its_page, changed_by_code])
def test_tokens_end_with_the_password(change: Any, cast: Cast) -> None:
    user = cast.participant.people.get()
    _token, secret = make_token(user, name="laptop", days=7)
    _other, others = make_token(cast.neighbour.people.get(), name="laptop", days=7)
    change(user)
    opens = [
        Client().get("/api/v1/dojos", headers={"authorization": f"Bearer {one}"}).status_code
        for one in (secret, others)
    ]
    assert opens == [401, 200]


def test_logging_in_ends_no_token(cast: Cast) -> None:
    """Though a hash with another number of rounds is computed anew then."""
    user = cast.participant.people.get()
    make_token(user, name="laptop", days=7)
    User.objects.filter(pk=user.pk).update(
        password="pbkdf2_sha256$1$salt$" + _pbkdf2(factories.PASSWORD)
    )
    Client().post("/accounts/login/", {"login": user.email, "password": factories.PASSWORD})
    assert AccessToken.objects.filter(user=user).exists()


def _pbkdf2(password: str) -> str:
    from django.contrib.auth.hashers import PBKDF2PasswordHasher

    return PBKDF2PasswordHasher().encode(password, "salt", 1).rpartition("$")[2]


# --- What one may read of oneself --------------------------------------------------------
def test_my_data_has_a_takeaway_once_the_page_shows_it(cast: Cast) -> None:
    talk = Talk.objects.create(seat=cast.participant, position=1, started_at=timezone.now())
    Takeaway.objects.create(talk=talk, author=cast.neighbour, text="Clear and brave.")

    def own() -> list[Any]:
        path = reverse("experiments:own_data", args=[cast.dojo.public_id])
        answer = cast.clients["participant"].get(path)
        archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
        found: list[Any] = json.loads(archive.read("data.json")).get("experiments.takeaway", [])
        return found

    assert own() == []
    Talk.objects.filter(pk=talk.pk).update(ended_at=timezone.now())
    assert own()[0]["text"] == "Clear and brave."


def test_the_demo_is_for_laptops_only(db: None, settings: Any) -> None:
    settings.DEBUG = False
    before = User.objects.count()
    with pytest.raises(CommandError, match="DJANGO_DEBUG"):
        call_command("load_demo")
    assert User.objects.count() == before


# --- The audit log ------------------------------------------------------------------------
def log_of(cast: Cast) -> list[tuple[str, str]]:
    return [(one.action, one.detail) for one in AuditEntry.objects.order_by("pk")]


def test_what_facilitators_do_is_looked_up_in_the_log(cast: Cast) -> None:
    client, dojo, person = cast.clients["facilitator"], cast.dojo, cast.participant
    base = f"/dojos/{dojo.public_id}"
    record = reverse("experiments:person", args=[dojo.public_id, person.public_id])
    for _visit in range(2):
        client.get(record)
    client.get(reverse("experiments:experiment", args=[dojo.public_id, cast.experiment.public_id]))
    client.get(reverse("experiments:person_data", args=[dojo.public_id, person.public_id]))
    client.post(f"{base}/seats/code/", {"action": "rotate"})
    client.post(f"{base}/seats/code/", {"action": "close"})
    client.post(f"{base}/clock/pause/", {"seen": dojo.moment})
    client.post(f"{base}/clock/pause/", {"seen": "long ago"})
    client.post(reverse("experiments:reveal", args=[dojo.public_id]), {"rows": "all"})
    client.post(f"{base}/seats/{cast.neighbour.public_id}/", {"action": "remove"})
    assert log_of(cast) == [
        ("opened", ""),
        ("took_data", ""),
        ("code", ""),
        ("joining", "close"),
        ("clock", "pause"),
        ("revealed", "all rows"),
        ("removed", ""),
    ]
    page = client.get(f"{base}/audit/", headers=ENGLISH).content.decode()
    assert "opened a person&#x27;s record" in page
    assert "facilitator@example.org" in page
    assert "neighbour" not in page, "who was removed is not named any more"
    table = client.get(f"{base}/audit/table/", headers=ENGLISH).content.decode("utf-8-sig")
    assert len(table.splitlines()) == 8
    assert "participant" in table


def test_ones_own_record_is_no_entry(cast: Cast) -> None:
    path = reverse("experiments:experiment", args=[cast.dojo.public_id, cast.experiment.public_id])
    cast.clients["participant"].get(path)
    assert not AuditEntry.objects.exists()


def test_the_log_costs_the_same_however_long_it_is(
    cast: Cast, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    facilitator = cast.dojo.seats.get(role=Seat.Role.FACILITATOR).people.get()
    path = f"/dojos/{cast.dojo.public_id}/audit/"

    def entries(count: int) -> None:
        AuditEntry.objects.bulk_create(
            AuditEntry(dojo=cast.dojo, actor=facilitator, action="opened", subject=seat.public_id)
            for seat in [cast.participant, cast.neighbour] * count
        )

    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    entries(1)
    with CaptureQueriesContext(connection) as few:
        cast.clients["facilitator"].get(path)
    entries(30)
    with django_assert_num_queries(len(few.captured_queries)):
        cast.clients["facilitator"].get(path)


def test_staff_read_the_log_and_change_nothing(cast: Cast) -> None:
    cast.clients["facilitator"].post(
        f"/dojos/{cast.dojo.public_id}/seats/code/", {"action": "rotate"}
    )
    entry = AuditEntry.objects.get()
    staff = Client()
    staff.force_login(factories.make_user(is_staff=True, is_superuser=True))
    assert staff.get(f"/admin/classrooms/auditentry/{entry.pk}/change/").status_code == 200
    assert staff.post(f"/admin/classrooms/auditentry/{entry.pk}/delete/").status_code == 403
    cast.dojo.delete()
    assert not AuditEntry.objects.exists()


def test_freezing_the_board_is_noted_once_each_way(cast: Cast) -> None:
    client, dojo = cast.clients["facilitator"], cast.dojo
    path = reverse("experiments:freeze", args=[dojo.public_id])
    for sent in ({}, {}, {"frozen": "no"}, {"frozen": "no"}):
        client.post(path, sent)
    actions = {"action": "freeze", "_selected_action": [dojo.pk]}
    client.post("/admin/classrooms/dojo/", actions)
    assert log_of(cast) == [("board", "freeze"), ("board", "unfreeze"), ("board", "freeze")]


def test_the_pace_of_a_solo_session_is_noted(cast: Cast) -> None:
    Dojo.objects.filter(pk=cast.dojo.pk).update(variant=Variant.SOLO)
    path = reverse("classrooms:pace", args=[cast.dojo.public_id, "pause"])
    for _click in range(2):
        cast.clients["facilitator"].post(path, {"seen": cast.dojo.moment})
    assert log_of(cast) == [("clock", "pause")]


def test_what_staff_change_and_delete_in_the_admin_is_noted(cast: Cast) -> None:
    staff = Client()
    staff.force_login(factories.make_user(is_staff=True, is_superuser=True))
    kept = Invitation.objects.create(dojo=cast.dojo, display_name="Ada")
    path = f"/admin/classrooms/invitation/{kept.pk}/"
    same = {"dojo": cast.dojo.pk, "display_name": "Ada", "email": "", "seat": ""}
    staff.post(f"{path}change/", same)
    assert log_of(cast) == [], "nothing was changed"
    staff.post(f"{path}change/", same | {"display_name": "Grace"})
    staff.post(f"{path}delete/", {"post": "yes"})
    staff.post(
        "/admin/classrooms/seat/",
        {"action": "delete_selected", "_selected_action": [cast.neighbour.pk], "post": "yes"},
    )
    assert log_of(cast) == [
        ("edited", "invitation"),
        ("deleted", "invitation"),
        ("deleted", "seat"),
    ]
    assert AuditEntry.objects.latest("pk").subject == cast.neighbour.public_id
