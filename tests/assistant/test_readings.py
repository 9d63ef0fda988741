"""A facilitator reads what rules cannot: who may, what is stored, and who sees it."""

import pytest

from assistant.models import Reading, Review
from experiments.models import Experiment
from experiments.submit.services import record_analysis
from tests.conftest import Cast

pytestmark = pytest.mark.django_db


def conclude(experiment: Experiment) -> None:
    record_analysis(experiment, analysis="0.95, fine.", decision="keep", next_step="A forest.")


@pytest.fixture
def concluded(cast: Cast) -> Cast:
    conclude(cast.experiment)
    Review.objects.get_or_create(experiment=cast.experiment, occasion="conclusion")
    return cast


def address(cast: Cast, fragment: str = "reading") -> str:
    return f"{cast.experiment.get_absolute_url()}{fragment}/"


def feedback(cast: Cast, role: str) -> str:
    headers = {"accept-language": "en"}
    return cast.clients[role].get(address(cast, "feedback"), headers=headers).content.decode()


def test_the_participant_sees_what_was_read_and_by_whom(concluded: Cast) -> None:
    assert "the facilitator can read it here" in feedback(concluded, "participant")
    sent = {"hypothesis": "3", "decision": "0", "note": "Which row did you see it in?"}
    answer = concluded.clients["facilitator"].post(address(concluded), sent)
    assert answer.url == concluded.experiment.get_absolute_url()
    reading = Reading.objects.get()
    assert (reading.hypothesis, reading.errors, reading.decision) == (3, None, 0)
    shown = feedback(concluded, "participant")
    assert f"Read by {reading.reader.display_name}: Something seen" in shown
    assert "Which row did you see it in?" in shown
    assert "the facilitator can read it here" not in shown


def test_a_reader_has_one_reading_and_may_change_it(concluded: Cast) -> None:
    client = concluded.clients["facilitator"]
    for points in ("1", "2"):
        page = client.post(address(concluded), {"errors": points}, headers={"hx-request": "true"})
        assert 'role="status"' in page.content.decode()
    assert Reading.objects.get().errors == 2
    for nothing in ({}, {"errors": "4"}):
        page = client.post(address(concluded), nothing, headers={"hx-request": "true"})
        assert 'role="alert"' in page.content.decode()
    assert Reading.objects.get().errors == 2


def test_what_is_not_concluded_or_not_theirs_nobody_reads(cast: Cast) -> None:
    assert cast.clients["facilitator"].get(address(cast)).status_code == 404, "still open"
    conclude(cast.experiment)
    assert cast.clients["facilitator"].get(address(cast)).status_code == 200
    for role in ("participant", "neighbour", "stranger"):
        assert cast.clients[role].post(address(cast), {"errors": "3"}).status_code == 404
    assert Experiment.objects.get(pk=cast.experiment.pk).readings.count() == 0
