"""A Dojo that has not started takes no experiment, says when it will, and what to do meanwhile."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from classrooms.agenda import timeline
from classrooms.exceptions import NotStarted
from classrooms.models import Dojo, Seat
from connections.access_tokens.services import make_token
from experiments.demo.rehearsal import begin_rehearsal, end_rehearsal
from experiments.models import Experiment, Framing
from experiments.submit.config.yaml import YamlForm
from tests import factories


@pytest.fixture
def member(db: None) -> Seat:
    """Somebody in a Dojo that starts in Paris on 2 March at 14:00."""
    dojo = factories.make_dojo(started=False)
    dojo.scheduled_for = datetime(2026, 3, 2, 13, tzinfo=UTC)
    dojo.time_zone = "Europe/Paris"
    dojo.save()
    return factories.join(dojo)


@pytest.fixture
def client(member: Seat) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(member.people.get())
    return client


def workspace(member: Seat) -> str:
    return f"/dojos/{member.dojo.public_id}/work/"


def new(member: Seat) -> str:
    return f"/dojos/{member.dojo.public_id}/experiments/new/"


def yaml_post(member: Seat) -> dict[str, Any]:
    config = factories.config_of(member, "dummy")
    text = YamlForm.for_config(config, member.dojo.schema)["yaml"].value()
    return {"claim": "A floor", "rationale": "To beat", "expected_effect": "0.5", "yaml": text}


PLANNED = "The start is planned for Monday 2 March 2026, 14:00 (Europe/Paris)."


def test_a_submission_is_refused_with_the_start_and_nothing_typed_is_lost(
    member: Seat, client: Client
) -> None:
    page = client.post(new(member), yaml_post(member))
    assert PLANNED in page.content.decode()
    assert page.context["hypothesis"]["claim"].value() == "A floor"
    with pytest.raises(NotStarted):
        factories.submit(member)
    assert not Experiment.objects.exists()


def test_without_a_plan_the_facilitator_decides(member: Seat, client: Client) -> None:
    Dojo.objects.update(scheduled_for=None)
    page = client.post(new(member), yaml_post(member), headers={"Accept-Language": "fr"})
    assert "une fois que" in page.content.decode()
    assert "2026" not in page.context["hypothesis"].non_field_errors()[0]


def test_a_script_is_refused_too(member: Seat) -> None:
    _token, secret = make_token(member.people.get(), name="script", days=90)
    api = {"headers": {"Authorization": f"Bearer {secret}"}, "content_type": "application/json"}
    dojo = f"/api/v1/dojos/{member.dojo.public_id}"
    client = Client()
    assert client.get(dojo, headers=api["headers"]).json()["can_submit"] is False
    config = factories.config_of(member, "dummy").model_dump(mode="json")
    body = {"claim": "A floor", "rationale": "To beat", "config": config}
    answer = client.post(f"{dojo}/experiments", body, **api)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_started")
    assert PLANNED in answer.json()["message"]
    assert not Experiment.objects.exists()


def test_the_workspace_shows_what_can_be_done_meanwhile(member: Seat, client: Client) -> None:
    page = client.get(new(member), follow=True)
    assert page.redirect_chain[-1][0] == workspace(member)
    assert PLANNED in page.content.decode()
    assert page.context["next_action"].url.endswith("/framing/")
    assert new(member) not in page.content.decode()
    Framing.objects.create(seat=member, problem="p", data="d", metric="m", baseline="b")
    assert client.get(workspace(member)).context["next_action"].url.endswith("/data/")
    timeline.start_dojo(member.dojo)
    started = client.get(workspace(member))
    assert "planned for" not in started.content.decode()
    assert new(member) in started.content.decode()
    factories.submit(member)


def test_a_rehearsal_takes_experiments_until_it_is_wiped(member: Seat) -> None:
    begin_rehearsal(member.dojo, people=1)
    factories.submit(Seat.objects.with_dojo().get(pk=member.pk))
    end_rehearsal(Dojo.objects.get(pk=member.dojo.pk))
    assert not Experiment.objects.exists()
    with pytest.raises(NotStarted):
        factories.submit(member)
