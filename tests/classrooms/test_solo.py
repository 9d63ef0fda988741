"""Working alone: one click, one's own pace."""

from __future__ import annotations

import pytest
from django.test import Client

from classrooms.agenda import timeline
from classrooms.dojos.page import pace_buttons
from classrooms.dojos.reads import dojo_clock
from classrooms.models import Dataset, Dojo
from jobs.models import JobStatus
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(factories.make_user("alone"))
    return client


def begin(client: Client) -> Dojo:
    factories.make_dataset(factories.User.objects.get(email="alone@example.org"))
    client.post("/solo/", {"bundled_key": "breast_cancer"})
    return Dojo.objects.get()


def test_a_dataset_that_is_ready_starts_at_once(client: Client, settings) -> None:
    settings.DOJO_OPEN_TO = "staff"
    assert "/solo/" in client.get("/").content.decode()
    assert client.get("/solo/").status_code == 200
    dojo = begin(client)
    assert dojo.is_solo
    assert dojo.is_running
    assert dojo.current_phase
    assert dojo.current_phase.position == 1
    page = client.get(f"/dojos/{dojo.public_id}/", follow=True)
    assert page.request["PATH_INFO"].endswith("/work/")
    assert "Go to Setup" in page.content.decode()


def test_a_dataset_that_is_not_ready_is_waited_for(client: Client) -> None:
    response = client.post("/solo/", {"bundled_key": "churn"})
    dataset = Dataset.objects.get()
    assert response["Location"] == f"/solo/{dataset.public_id}/"
    part = {"headers": {"HX-Request": "true"}}
    waiting = client.get(response["Location"], **part).content.decode()
    assert "every 1s" in waiting
    assert "<html" not in waiting
    # Before it is ready nothing begins, and a second click takes no second copy.
    assert client.post(response["Location"])["Location"] == response["Location"]
    client.post("/solo/", {"bundled_key": "churn"})
    assert Dataset.objects.count() == 1
    assert not Dojo.objects.exists()


def test_it_begins_by_itself_when_it_is_ready(client: Client) -> None:
    dataset = factories.make_dataset(factories.User.objects.get(email="alone@example.org"))
    page = client.get(f"/solo/{dataset.public_id}/").content.decode()
    assert 'hx-trigger="load, submit"' in page
    assert "every 1s" not in page
    response = client.post(f"/solo/{dataset.public_id}/", headers={"HX-Request": "true"})
    dojo = Dojo.objects.get()
    assert response["HX-Redirect"] == dojo.get_absolute_url()
    # The button and the page's own start may come at once.
    client.post(f"/solo/{dataset.public_id}/")
    assert Dojo.objects.count() == 1
    assert "Continue where you left off" in client.get("/solo/").content.decode()


def test_a_split_that_failed_is_said_and_tried_anew(client: Client) -> None:
    client.post("/solo/", {"bundled_key": "churn"})
    Dataset.objects.update(
        status=JobStatus.FAILED, failure_code="worker_lost", failure_context={"attempts": 3}
    )
    failed = Dataset.objects.get()
    assert "Try again" in client.get(f"/solo/{failed.public_id}/").content.decode()
    client.post("/solo/", {"bundled_key": "churn"})
    assert Dataset.objects.count() == 2


def test_an_unknown_dataset_is_nowhere(client: Client) -> None:
    assert client.post("/solo/", {"bundled_key": "secret"}).status_code == 404
    assert client.get("/solo/secret/").status_code == 404


def test_one_moves_on_and_pauses_alone(client: Client) -> None:
    dojo = begin(client)

    def do(action: str) -> Dojo:
        response = client.post(f"/dojos/{dojo.public_id}/pace/{action}/")
        assert response["Location"] == dojo.get_absolute_url()
        return Dojo.objects.get()

    assert do("pause").is_paused
    assert do("resume").is_running
    for _phase in range(4):
        do("next")
    assert "End the session" in client.get(f"/dojos/{dojo.public_id}/work/").content.decode()
    assert do("next").has_ended
    assert do("next").has_ended
    assert client.post(f"/dojos/{dojo.public_id}/pace/extend/").status_code == 404


def test_who_works_alone_facilitates_nobody(client: Client) -> None:
    dojo = begin(client)
    page = client.get(f"/dojos/{dojo.public_id}/work/").content.decode()
    for address in ("cockpit/", "prepare/"):
        assert f'href="/dojos/{dojo.public_id}/{address}"' not in page
    assert "· Facilitator" not in " ".join(page.split())
    assert f"/dojos/{dojo.public_id}/delete/" in page


def test_one_goes_back_to_the_phase_before(client: Client) -> None:
    dojo = begin(client)
    work = f"/dojos/{dojo.public_id}/work/"
    assert "Back to the previous phase" not in client.get(work).content.decode()
    timeline.advance_dojo(dojo)
    assert "Back to the previous phase" in client.get(work).content.decode()
    seen = {"seen": Dojo.objects.get().moment}
    for _click in range(2):  # the second one comes too late, and changes nothing
        client.post(f"/dojos/{dojo.public_id}/pace/back/", seen)
        current = Dojo.objects.get().current_phase
        assert current
        assert current.position == 1


def test_buttons_are_those_that_the_clock_can_do(client: Client) -> None:
    dojo = begin(client)
    for _step in range(2):
        names = {button.name for button in pace_buttons(dojo_clock(dojo))}
        assert names <= set(timeline.CLOCK_ACTIONS)
        assert {"pause", "next"} <= names
        timeline.advance_dojo(dojo)


def test_a_solo_session_is_not_cloned(client: Client) -> None:
    dojo = begin(client)
    assert client.post(f"/dojos/{dojo.public_id}/clone/").status_code == 404


def test_in_a_dojo_nobody_has_a_pace_of_their_own(client: Client) -> None:
    dojo = factories.make_dojo(factories.User.objects.get(email="alone@example.org"))
    assert client.post(f"/dojos/{dojo.public_id}/pace/next/").status_code == 404


def test_each_dataset_proposes_its_own_measure(client: Client) -> None:
    user = factories.User.objects.get(email="alone@example.org")
    dataset = factories.make_dataset(user)
    Dataset.objects.filter(pk=dataset.pk).update(bundled_key="tickets")
    client.post("/solo/", {"bundled_key": "tickets"})
    dojo = Dojo.objects.get()
    assert (dojo.primary_metric, dojo.success_threshold) == ("average_precision", 0.8)
