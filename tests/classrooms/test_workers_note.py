"""Whoever waits for a worker is told that none is there."""

from datetime import timedelta

import pytest
from django.utils import timezone

from classrooms.datasets.services import add_bundled_dataset
from classrooms.models import User
from jobs import health
from jobs.models import WorkerHeartbeat
from tests import factories
from tests.conftest import Cast

PARTICIPANTS_NOTE = "Nothing is being computed at the moment"
FACILITATORS_NOTE = "Part of the platform is not responding"
ROLES = ("compute", "io", health.SCHEDULER)


@pytest.fixture
def waiting(cast: Cast) -> Cast:
    """A participant whose second run is queued; everybody reads English."""
    for client in cast.clients.values():
        client.cookies["django_language"] = "en"
    factories.submit(cast.participant)
    return cast


def heard(*roles: str) -> None:
    for role in roles:
        health.record_heartbeat(role)


def read(cast: Cast, role: str, path: str) -> str:
    answer = cast.clients[role].get(f"/dojos/{cast.dojo.public_id}/{path}")
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.mark.django_db
def test_a_participant_sees_it_where_they_wait(waiting: Cast) -> None:
    run_page = waiting.participant.experiments.get(number=2).get_absolute_url()
    client = waiting.clients["participant"]
    assert PARTICIPANTS_NOTE in client.get(run_page).content.decode()
    heard("compute")
    assert PARTICIPANTS_NOTE not in client.get(run_page).content.decode()
    WorkerHeartbeat.objects.update(seen_at=timezone.now() - timedelta(minutes=1))
    assert PARTICIPANTS_NOTE in client.get(run_page).content.decode()
    first = waiting.experiment.get_absolute_url()
    assert PARTICIPANTS_NOTE not in client.get(first).content.decode(), "that one is done"


@pytest.mark.django_db
def test_the_note_asks_again_while_they_wait_and_goes_when_a_worker_is_back(waiting: Cast) -> None:
    run_page = waiting.participant.experiments.get(number=2).get_absolute_url()
    address = f"/dojos/{waiting.dojo.public_id}/workers/"
    assert f'hx-get="{address}"' in waiting.clients["participant"].get(run_page).content.decode()
    assert PARTICIPANTS_NOTE in read(waiting, "participant", "workers/")
    heard("compute")
    note = read(waiting, "participant", "workers/")
    assert PARTICIPANTS_NOTE not in note
    assert f'hx-get="{address}"' in note


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("compute", "No compute worker"),
        ("io", "No io worker"),
        (health.SCHEDULER, "No scheduler"),
    ],
)
def test_the_cockpit_says_which_process_is_missing(waiting: Cast, missing: str, words: str) -> None:
    heard(*(role for role in ROLES if role != missing))
    page = read(waiting, "facilitator", "cockpit/")
    assert FACILITATORS_NOTE in page
    assert words in page
    heard(missing)
    assert FACILITATORS_NOTE not in read(waiting, "facilitator", "cockpit/")


@pytest.mark.django_db
def test_it_is_said_in_french(waiting: Cast) -> None:
    waiting.clients["participant"].cookies["django_language"] = "fr"
    assert "est calculé pour le moment" in read(waiting, "participant", "workers/")


@pytest.mark.django_db
def test_the_page_of_a_dataset_that_is_being_read_says_it(cast: Cast) -> None:
    client = cast.clients["facilitator"]
    client.cookies["django_language"] = "en"
    dataset = add_bundled_dataset(User.objects.get(email__startswith="facilitator"), "churn")
    address = f"/datasets/{dataset.public_id}/"
    assert FACILITATORS_NOTE in client.get(address).content.decode()
    heard(*ROLES)
    assert FACILITATORS_NOTE not in client.get(address).content.decode()
