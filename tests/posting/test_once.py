"""What a form makes is made once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from assistant.models import Message
from classrooms.models import Announcement, Dataset, Dojo, Invitation, Seat, User
from classrooms.models.users import UserManager
from connections.models import AccessToken
from experiments.models import Experiment
from posting.models import SentForm, forget_sent_forms
from posting.once import FIELD
from tests import factories
from tests.conftest import Cast
from tests.experiments.test_submission import form_data
from tests.test_access import MATRIX, OK, our_urls, path_of

KEY = {FIELD: "a-key-of-this-page"}

# POSTs that make nothing, or nothing a second time: why, beside each.
MAKES_NOTHING_TWICE = {
    "experiments:ruler": "stores nothing",
    "experiments:duration": "stores nothing",
    "experiments:yaml_check": "stores nothing",
    "classrooms:dataset": "prepares while the dataset awaits its target",
    "classrooms:dataset_format": "the format is what it is set to",
    "classrooms:dataset_card": "the card is what it is set to",
    "classrooms:dataset_delete": "gone is gone",
    "classrooms:dataset_sensitive": "the columns are what they are set to",
    "classrooms:details": "set to what is sent",
    "classrooms:agenda": "an older agenda is refused; a template's title is unique",
    "classrooms:rules": "set to what is sent",
    "classrooms:agenda_rename": "set to what is sent",
    "classrooms:agenda_delete": "gone is gone",
    "classrooms:solo": "the person's row orders two clicks: one copy of a dataset",
    "classrooms:solo_ready": "one session under way for a dataset",
    "classrooms:pace": "says which moment it has seen",
    "classrooms:clock_action": "says which moment it has seen",
    "classrooms:invitation_action": "the old link is gone",
    "classrooms:facilitators": "one offer for an email",
    "classrooms:person": "set to what is sent",
    "classrooms:show_slide": "by number",
    "experiments:restart": "a run that waits already is left alone",
    "classrooms:answer": "one answer to a question",
    "classrooms:scene": "set to what is sent",
    "classrooms:news_seen": "seen is seen",
    "classrooms:hand": "one hand that is up",
    "classrooms:hand_lower": "down is down",
    "classrooms:hand_action": "set to what is sent",
    "classrooms:prove_email": "no two links within minutes",
    "classrooms:account_delete": "gone is gone",
    "classrooms:archive": "set to what is sent",
    "classrooms:delete": "gone is gone",
    "classrooms:leave": "gone is gone",
    "experiments:framing": "one framing of a seat",
    "experiments:experiment": "a conclusion is what it is set to",
    "experiments:cancel": "a run that ended stays as it is",
    "experiments:again": "a job that waits is not queued twice",
    "experiments:note": "one note on a row",
    "experiments:limits": "set to what is sent",
    "experiments:freeze": "set to what is sent",
    "experiments:document": "one document of a seat",
    "experiments:export": "one file of a kind",
    "experiments:person_note": "set to what is sent",
    "experiments:final": "set to what is sent",
    "experiments:learnings": "one talk of a seat",
    "experiments:slides": "one deck of a seat",
    "experiments:takeaway": "one word of a person to a presenter",
    "experiments:talk_grades": "one grade of a juror for each criterion",
    "experiments:talk_action": "says whose talk",
    "experiments:dojo_archive": "one archive of a kind",
    "assistant:choose": "set to what is sent",
    "assistant:settings": "one setting of a Dojo",
    "assistant:reading": "one reading of a reader",
    "assistant:stop": "stopped is stopped",
    "connections:token_revoke": "gone is gone",
    "connections:tracking": "one setting of a Dojo",
    "api:submit_experiment": "takes an Idempotency-Key",
    "api:restart": "a run that waits already is left alone",
}


@pytest.mark.parametrize("name", MATRIX)
def test_every_view_that_takes_a_form_makes_things_once(name: str, cast: Cast) -> None:
    _method, expected, _access = MATRIX[name]
    role = next((role for role, found in expected.items() if found == OK), "participant")
    response = cast.clients[role].post(path_of(name, cast))
    is_call = name.startswith("api:") and name not in MAKES_NOTHING_TWICE
    if response.status_code == 405 or response.streaming or is_call:
        return
    makes_once = getattr(dict(our_urls())[name].callback, "makes_once", False)
    assert makes_once != (name in MAKES_NOTHING_TWICE)


# --- The pages ----------------------------------------------------------------------------
FORM = re.compile(r"<form\b(.*?)>(.*?)</form>", re.DOTALL)
ADDRESS = re.compile(r'(?:action|hx-post|formaction)="([^"]+)"')
PAGES = [name for name, (method, _roles, _access) in MATRIX.items() if method == "get"]


def pages_of(name: str, cast: Cast) -> list[tuple[str, str]]:
    """Path and HTML of a page, as each role sees it."""
    path = path_of(name, cast)
    found = []
    for client in cast.clients.values():
        response = client.get(path)
        is_html = response.headers.get("Content-Type", "").startswith("text/html")
        if response.status_code == 200 and is_html and not response.streaming:
            found.append((path, response.content.decode()))
    return found


@pytest.mark.parametrize("name", PAGES)
def test_forms_that_make_something_carry_a_key_and_numbers_are_text(name: str, cast: Cast) -> None:
    for path, html in pages_of(name, cast):
        assert 'type="number"' not in html, path
        for attributes, content in FORM.findall(html):
            if 'method="post"' not in attributes:
                continue
            addresses = ADDRESS.findall(attributes) + ADDRESS.findall(content)
            for address in addresses or [path]:
                match = resolve(address.split("?")[0].split("#")[0])
                if getattr(match.func, "makes_once", False):
                    assert f'name="{FIELD}"' in content, (path, address)


# --- Twice --------------------------------------------------------------------------------
def test_two_experiments_with_one_key_are_one(cast: Cast) -> None:
    path = f"/dojos/{cast.dojo.public_id}/experiments/new/"
    data = form_data(cast.neighbour) | KEY
    first, second = (cast.clients["neighbour"].post(path, data) for _ in range(2))
    made = Experiment.objects.get(seat=cast.neighbour)
    assert first["Location"] == second["Location"] == made.get_absolute_url()


def test_another_text_with_the_same_key_is_another_experiment(cast: Cast) -> None:
    """The browser's Back shows the form with its old key."""
    path = f"/dojos/{cast.dojo.public_id}/experiments/new/"
    data = form_data(cast.neighbour) | KEY
    cast.clients["neighbour"].post(path, data)
    cast.clients["neighbour"].post(path, data | {"claim": "Another idea."})
    assert Experiment.objects.filter(seat=cast.neighbour).count() == 2


def test_a_form_with_errors_takes_no_key(cast: Cast) -> None:
    path = f"/dojos/{cast.dojo.public_id}/experiments/new/"
    data = form_data(cast.neighbour) | KEY
    cast.clients["neighbour"].post(path, data | {"claim": ""})
    assert not SentForm.objects.exists()
    assert cast.clients["neighbour"].post(path, data).status_code == 302


def test_a_key_of_somebody_else_is_another_key(cast: Cast) -> None:
    for role in ("participant", "neighbour"):
        path = f"/dojos/{cast.dojo.public_id}/experiments/new/"
        seat = getattr(cast, role)
        cast.clients[role].post(path, form_data(seat) | KEY)
        assert Experiment.objects.filter(seat=seat, claim="C is right.").count() == 1


def test_two_clones_announcements_and_messages_are_one_each(cast: Cast) -> None:
    dojo = f"/dojos/{cast.dojo.public_id}"
    facilitator, dojos = cast.clients["facilitator"], Dojo.objects.count()
    for _ in range(2):
        answer = facilitator.post(f"{dojo}/clone/", KEY)
        facilitator.post(f"{dojo}/announcements/", {"text": "Ten minutes left."} | KEY)
        said = {"text": "What is a baseline?"} | KEY
        cast.clients["participant"].post(f"{dojo}/coach/say/", said)
    assert Dojo.objects.count() == dojos + 1
    assert answer["Location"] == f"/dojos/{Dojo.objects.latest('pk').public_id}/prepare/"
    assert Announcement.objects.count() == 1
    assert Message.objects.filter(role=Message.Role.PARTICIPANT).count() == 1


def test_two_datasets_are_one(cast: Cast) -> None:
    before = Dataset.objects.count()
    for _ in range(2):
        cast.clients["facilitator"].post("/datasets/new/", {"bundled_key": "churn"} | KEY)
    assert Dataset.objects.count() == before + 1


def test_a_token_made_twice_is_one_and_its_secret_is_shown_again(cast: Cast) -> None:
    data = {"name": "laptop", "days": "7"} | KEY
    pages = [cast.clients["participant"].post("/tokens/", data) for _ in range(2)]
    secrets = {page.context["secret"] for page in pages}
    assert len(secrets) == 1
    assert secrets.pop().startswith("mlx_")
    assert AccessToken.objects.count() == 1


JOINING = {"display_name": "Zoé", "email": "zoe@example.org", "password": factories.PASSWORD}


@pytest.mark.parametrize("key", [KEY, {}])
def test_joining_twice_ends_seated_and_logged_in(cast: Cast, key: dict[str, str]) -> None:
    """The browser forgets the first answer and its cookie: the second comes from nobody."""
    path = f"/join/{cast.dojo.join_code}/"
    Client().post(path, JOINING | key)
    second = Client()
    assert second.post(path, JOINING | key)["Location"] == cast.dojo.get_absolute_url()
    assert second.get(cast.dojo.get_absolute_url()).status_code == 302
    assert "sessionid" in second.cookies
    assert Seat.objects.filter(display_name="Zoé").count() == 1


def test_who_does_not_know_the_password_does_not_come_in_by_a_second_click(cast: Cast) -> None:
    path = f"/join/{cast.dojo.join_code}/"
    Client().post(path, JOINING | KEY)
    stranger = Client()
    assert stranger.post(path, JOINING | KEY | {"password": "a-guess-of-mine"}).status_code == 200
    assert "sessionid" not in stranger.cookies


def test_an_invitation_accepted_twice_ends_seated_and_logged_in(cast: Cast) -> None:
    path = f"/invite/{factories.invite(cast.dojo).token}/"
    Client().post(path, JOINING | KEY)
    second = Client()
    assert second.post(path, JOINING | KEY)["Location"] == cast.dojo.get_absolute_url()
    assert "sessionid" in second.cookies
    assert Invitation.objects.get().seat == Seat.objects.get(display_name="Zoé")


def test_keys_are_forgotten_after_a_day(cast: Cast) -> None:
    cast.clients["facilitator"].post(f"/dojos/{cast.dojo.public_id}/clone/", KEY)
    forget_sent_forms()
    assert SentForm.objects.count() == 1
    SentForm.objects.update(sent_at=timezone.now() - timedelta(hours=25))
    forget_sent_forms()
    assert not SentForm.objects.exists()


def test_an_account_made_while_the_form_is_read_is_joined_with(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second of two requests looks for the account just before the first one makes it."""
    path = f"/join/{cast.dojo.join_code}/"
    Client().post(path, JOINING)
    with_email, asked = UserManager.with_email, []

    def too_early(manager: UserManager, email: str) -> User | None:
        asked.append(email)
        return with_email(manager, email) if len(asked) > 1 else None

    monkeypatch.setattr(UserManager, "with_email", too_early)
    second = Client()
    assert second.post(path, JOINING)["Location"] == cast.dojo.get_absolute_url()
    assert "sessionid" in second.cookies
    assert Seat.objects.filter(display_name="Zoé").count() == 1
