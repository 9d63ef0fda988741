"""Feedback is written several at a time, each once, and the worker's other work goes on."""

import json
import threading
from dataclasses import replace

import pytest

from assistant.facts.rubric import Criterion
from assistant.models import Call, Review
from experiments.models import Experiment
from jobs.tasks import work
from jobs.workers.threads import start_thread
from tests import factories
from tests.assistant.anthropic_server import Act, AnthropicServer
from tests.product import wait_for
from tests.work import do_next

# Real transactions: each thread has a connection of its own.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def waiting() -> list[Experiment]:
    """Experiments of four people whose feedback waits."""
    dojo = factories.make_dojo()
    experiments = []
    for number in range(4):
        claim = f"Radius and texture alone give {number} points less."
        experiment = factories.submit(factories.join(dojo), "logistic_regression", claim=claim)
        factories.finish(experiment)
        Review.objects.create(experiment=experiment, occasion=Review.Occasion.RESULTS)
        experiments.append(experiment)
    return experiments


def review(meets: threading.Barrier | None = None) -> Act:
    scores = [{"criterion": one, "points": 2, "reason": "Seen."} for one in Criterion]
    said = {"strength": "Clear.", "question": "Why?", "suggestion": "Look."}
    return Act(json.dumps({"scores": scores} | said), meets=meets)


def test_messages_are_handled_at_once_and_feedback_is_written_together(
    waiting: list[Experiment], anthropic_server: AnthropicServer, settings
) -> None:
    settings.ASSISTANT_TIMEOUT_SECONDS = 30.0
    # The service answers nobody before three have asked and the worker has gone on.
    together = threading.Barrier(4)
    anthropic_server.will(*[review(together)] * 3)
    anthropic_server.default = review()
    for _message in range(3):
        work("io")
    wait_for(lambda: len(anthropic_server.requests) == 3, "three requests")
    assert Review.objects.filter(status="running").count() == 3
    together.wait()
    wait_for(lambda: not Review.objects.unfinished().exists(), "the fourth, by whoever is free")
    assert set(Review.objects.values_list("status", "source", "attempt")) == {
        ("succeeded", "model", 1)
    }
    assert Call.objects.count() == len(anthropic_server.requests) == 4


def test_what_two_ask_at_the_same_time_is_paid_once(
    waiting: list[Experiment], anthropic_server: AnthropicServer
) -> None:
    experiment = waiting[0]
    Review.objects.exclude(experiment=experiment).delete()
    Review.objects.create(experiment=experiment, occasion=Review.Occasion.CONCLUSION)
    anthropic_server.default = replace(review(), pause=1.0)
    threads = [start_thread() for _message in range(2)]
    for thread in threads:
        assert thread is not None
        thread.join()
    first, second = Review.objects.all()
    assert first.digest == second.digest != ""
    assert {first.status, second.status} == {"succeeded"}
    assert (first.source, first.content) == (second.source, second.content)
    assert second.source == "model"
    assert Call.objects.count() == len(anthropic_server.requests) == 1


def test_a_request_whose_writer_died_is_sent_again(
    waiting: list[Experiment], anthropic_server: AnthropicServer
) -> None:
    waits, dead = Review.objects.order_by("pk")[:2]
    Review.objects.exclude(pk__in=[waits.pk, dead.pk]).delete()
    Review.objects.filter(pk=dead.pk).update(status="failed")
    anthropic_server.default = review()
    assert do_next(Review)
    digest = Review.objects.get(pk=waits.pk).digest
    Review.objects.filter(pk=waits.pk).update(status="queued", source="", content={})
    Review.objects.filter(pk=dead.pk).update(status="running", digest=digest)
    thread = start_thread()
    assert thread is not None
    thread.join(1.0)
    assert thread.is_alive(), "it waits its turn"
    assert len(anthropic_server.requests) == 1
    Review.objects.filter(pk=dead.pk).update(status="queued")
    thread.join()
    assert set(Review.objects.values_list("status", "source")) == {("succeeded", "model")}
