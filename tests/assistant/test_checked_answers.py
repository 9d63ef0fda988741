"""Wrong answers over the wire: none reaches a page, and a reply of any shape comes to an end."""

import json
from typing import Any

import pytest
from django.utils import translation

from assistant.conversation.page import MessageView
from assistant.facts.rubric import Criterion
from assistant.facts.rubric import Review as Rubric
from assistant.models import Call, Message, Review
from assistant.reviews.page import FeedbackPage
from assistant.reviews.services import request_review
from classrooms.models import Seat
from experiments.models import Experiment
from tests import factories
from tests.assistant.anthropic_server import Act, AnthropicServer
from tests.assistant.talking import said
from tests.work import do_next

# Real transactions: an answer is written by a task with connections of its own.
pytestmark = pytest.mark.django_db(transaction=True)

RIGHT = "What do its errors have in common?"


@pytest.fixture
def member() -> Seat:
    """Somebody with one result: ROC AUC 0.950, and a column under suspicion."""
    seat = factories.join(factories.make_dojo(), "amina")
    dataset = seat.dojo.dataset
    dataset.leak_columns = [dataset.schema.features[0].name]
    dataset.save()
    factories.finish(factories.submit(seat, "logistic_regression"))
    return seat


def column(member: Seat) -> str:
    return str(member.dojo.dataset.leak_columns[0])


WRONG = {
    "number": "Your #1 reaches 0.83 on the test set.",
    "quote": "You wrote “it is certainly ready for production”.",
    "language": "Votre écart entre train et test est grand, et il faut le regarder.",
    "claim": "Bravo, #1 is an excellent result!",
    "hidden": "Look at {column}, which is filled in afterwards.",
    "draft": "```config\nmodel: {{C: 0.1}}\n```\n",
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_sentence_that_the_record_contradicts_is_never_shown(
    member: Seat, anthropic_server: AnthropicServer, kind: str
) -> None:
    wrong = WRONG[kind].format(column=column(member))
    anthropic_server.will(Act(f"{wrong} {RIGHT}" if kind != "draft" else f"{wrong}{RIGHT}"))
    answer = said(member, "Is #1 any good?")
    assert (answer.text.strip(), answer.state, answer.source) == (RIGHT, "complete", "model")
    assert answer.cards == []
    (left_out,) = answer.left_out
    assert left_out["text"] == wrong.strip()
    with translation.override("en"):
        assert MessageView(answer).mark.startswith("1 sentence was left out")


def test_where_nothing_is_left_the_rules_answer_and_say_why(
    member: Seat, anthropic_server: AnthropicServer
) -> None:
    anthropic_server.will(Act(WRONG["number"]))
    answer = said(member, "Is my score good?")
    assert (answer.source, answer.failure) == ("rules", "not_borne_out")
    assert "0.950" in answer.text
    assert "0.83" not in answer.text


SHAPES: dict[str, tuple[Act, str, str]] = {
    "a page": (Act(raw=b"<html>gateway</html>", content_type="text/html"), "rules", "unreachable"),
    "nothing": (Act(raw=b""), "rules", "unreachable"),
    "a refusal midway": (Act(RIGHT, stop_reason="refusal"), "rules", "refused"),
    "an error midway": (Act(f"{RIGHT} And then", fails_after=7), "model", "broken_stream"),
    "an error at once": (Act("And then", fails_after=0), "rules", "overloaded"),
    "a cut": (Act(f"{RIGHT} And th", stop_reason="max_tokens"), "model", "cut_off"),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_reply_ends_with_an_answer_a_true_caption_and_a_settled_budget(
    member: Seat, anthropic_server: AnthropicServer, settings: Any, shape: str
) -> None:
    settings.ASSISTANT_MAX_RETRIES = 0
    act, source, failure = SHAPES[shape]
    anthropic_server.will(act)
    answer = said(member, "Is my score good?")
    assert (answer.source, answer.failure) == (source, failure)
    assert answer.state == ("complete" if source == "rules" else "failed")
    assert "And th" not in answer.text, "half a sentence"
    assert answer.text.strip()
    assert (answer.text.strip() == RIGHT) == (source == "model")
    assert Call.objects.get().outcome == "failed"
    with translation.override("en"):
        told = MessageView(answer).remark
    assert ("cut off" in told) == (source == "model")
    assert not Message.objects.filter(state="writing").exists()


# --- Feedback ---------------------------------------------------------------------------
def reply(**texts: str) -> Act:
    scores = [{"criterion": one, "points": 2, "reason": "It is clear."} for one in Criterion]
    fine = {"strength": "It is clear.", "question": "Why?", "suggestion": "Look at the rows."}
    return Act(json.dumps({"scores": scores} | fine | texts))


def reviewed(member: Seat) -> Review:
    experiment = Experiment.objects.get(seat=member)
    request_review(experiment, Review.Occasion.RESULTS)
    assert do_next(Review)
    return Review.objects.get()


def test_feedback_that_is_wrong_is_asked_for_again_with_the_reason(
    member: Seat, anthropic_server: AnthropicServer
) -> None:
    anthropic_server.will(reply(strength=WRONG["number"]), reply(strength="A claim with a number."))
    review = reviewed(member)
    assert review.content["strength"] == "A claim with a number."
    assert WRONG["number"] in anthropic_server.requests[1]["messages"][-1]["content"]
    assert [one.output_tokens for one in Call.objects.all()] == [20, 20], "both were billed"


def test_feedback_that_stays_wrong_loses_that_sentence_and_says_so(
    member: Seat, anthropic_server: AnthropicServer
) -> None:
    wrong = reply(strength=WRONG["quote"], question=f"{WRONG['number']} {RIGHT}")
    anthropic_server.will(wrong, wrong)
    review = reviewed(member)
    assert review.source == "model"
    assert review.content["question"] == RIGHT
    assert "production" not in json.dumps(review.content)
    assert review.content["strength"], "the rules stand in"
    assert {one["code"] for one in review.left_out} >= {"quote", "number"}
    with translation.override("en"):
        told = FeedbackPage(review, Rubric.model_validate(review.content)).source
    assert "2 sentences were left out" in told


@pytest.mark.parametrize(
    ("acts", "failure"),
    [
        ([Act(raw=b"<html>gateway</html>", content_type="text/html")], "unreachable"),
        ([Act(raw=b"")], "unreachable"),
        ([Act(raw=b"null")], "unreachable"),
        ([Act(raw=b'{"type": "message"}')], "unreachable"),
        ([Act("{}", stop_reason="refusal")], "refused"),
        ([Act('{"scores"', stop_reason="max_tokens")] * 2, "cut_off"),
    ],
    ids=["a page", "nothing", "null", "half a message", "a refusal", "cut twice"],
)
def test_feedback_comes_of_any_reply_and_its_call_is_settled(
    member: Seat,
    anthropic_server: AnthropicServer,
    settings: Any,
    acts: list[Act],
    failure: str,
) -> None:
    settings.ASSISTANT_MAX_RETRIES = 0
    anthropic_server.will(*acts)
    review = reviewed(member)
    assert (review.status, review.source, review.fallback) == ("succeeded", "rules", failure)
    assert (Call.objects.get().outcome, Call.objects.get().failure) == ("failed", failure)
    limits = [request["max_tokens"] for request in anthropic_server.requests]
    assert limits == sorted(set(limits)), "never the same limit again"


def test_facilitators_read_what_was_not_shown(
    member: Seat, anthropic_server: AnthropicServer, client: Any
) -> None:
    anthropic_server.will(Act(f"{WRONG['number']} {RIGHT}"))
    said(member)
    path = f"/dojos/{member.dojo.public_id}/coach/settings/"
    client.force_login(member.dojo.seats.get(role="facilitator").people.get())
    shown = client.get(path, headers={"accept-language": "en"}).content.decode()
    assert WRONG["number"] in shown
    assert "a number that is not in the record" in shown
