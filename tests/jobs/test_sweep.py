"""The sweeper: wake-up messages for what waits, and what else it looks for."""

from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.conf import settings
from django.utils import timezone

from classrooms.agenda import timeline
from experiments.models import Framing, Run
from jobs import kinds
from jobs.enqueue import MESSAGES_AT_MOST, waiting_messages
from jobs.kinds import Queue
from jobs.sweep import sweep
from jobs.tasks import work
from jobs.workers import threads
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

Sent = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def empty_broker() -> None:
    """Other tests have left messages that no worker took."""
    with current_app.connection_or_acquire() as broker:
        for queue in Queue:
            current_app.amqp.queues[str(queue)].bind(broker.default_channel).purge()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch, empty_broker: None) -> Sent:
    """The tasks that were sent, by name."""
    found: Sent = []
    monkeypatch.setattr(
        current_app._get_current_object(),
        "send_task",
        lambda name, **options: found.append((name, options)),
    )
    return found


def test_a_submission_wakes_a_worker_of_its_queue(sent: Sent) -> None:
    member = factories.join(factories.make_dojo())
    sent.clear()
    factories.submit(member)
    messages = [options for name, options in sent if name == "jobs.tasks.work"]
    assert len(messages) == 2, "for the run, and for whoever is idle beside it"
    for message in messages:
        assert (message["args"], message["queue"]) == (("compute",), "compute")


def test_a_long_queue_gets_a_few_messages_at_a_time(sent: Sent) -> None:
    member = factories.join(factories.make_dojo())
    for _n in range(MESSAGES_AT_MOST + 2):
        factories.submit(member, "decision_tree")
    sent.clear()
    sweep()
    assert not sent, "each has a message of its own on its way"
    Run.objects.update(queued_at="2020-01-01T00:00:00Z")
    sweep()
    assert [name for name, _options in sent] == ["jobs.tasks.work"] * MESSAGES_AT_MOST


@pytest.mark.usefixtures("empty_broker")
def test_messages_do_not_pile_up_while_no_worker_takes_any() -> None:
    dojo = factories.make_dojo()
    people = [factories.join(dojo) for _person in range(12)]
    for number in range(60):
        factories.submit(people[number % len(people)])
    Run.objects.update(queued_at="2020-01-01T00:00:00Z")
    for _time in range(5):
        sweep()
    assert waiting_messages(Queue.COMPUTE) == MESSAGES_AT_MOST
    if settings.CELERY_BROKER_URL.startswith("filesystem"):
        files = [path.name for path in settings.MESSAGES_DIR.iterdir()]
        assert len([name for name in files if ".compute." in name]) == MESSAGES_AT_MOST
        assert len(files) <= 2 * MESSAGES_AT_MOST


def test_whoever_has_done_a_job_wakes_somebody_for_the_next(
    sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = [True, False]
    monkeypatch.setattr("jobs.tasks.perform_next", lambda kinds: waiting.pop(0))
    work("compute")
    assert [name for name, _options in sent] == ["jobs.tasks.work"]
    work("compute")
    assert len(sent) == 1, "nothing waited"


def test_simulated_participants_go_on_only_while_their_dojo_runs() -> None:
    member = factories.join(factories.make_dojo())
    sweep()
    assert not Framing.objects.exists()
    type(member).objects.filter(pk=member.pk).update(simulated_as="careful")
    timeline.pause_dojo(member.dojo)
    sweep()
    assert not Framing.objects.exists()
    timeline.resume_dojo(member.dojo)
    sweep()
    assert Framing.objects.filter(seat=member).exists()


def test_what_is_to_be_done_now_and_then_is_not_done_at_each_sweep(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[str] = []

    def hourly() -> None:
        calls.append("hourly")

    def always() -> None:
        calls.append("always")

    finders = {hourly: timedelta(hours=1), always: timedelta(0)}
    monkeypatch.setattr("jobs.sweep.finders", lambda: finders)
    sweep()
    sweep()
    assert calls == ["hourly", "always", "always"]


def test_one_thing_that_fails_keeps_the_sweeper_from_nothing_else(
    sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(kinds, "_finders", {fail: timedelta(0)})
    factories.submit(factories.join(factories.make_dojo()))
    Run.objects.update(queued_at=timezone.now() - kinds.RISES_EVERY)
    sent.clear()
    sweep()
    assert [name for name, _options in sent] == ["jobs.tasks.work"]


def test_no_more_threads_than_set(monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    held = threading.Event()
    monkeypatch.setattr(threads, "_free", threading.BoundedSemaphore(2))
    monkeypatch.setattr(threads, "perform_next", lambda kinds: held.wait(30) and False)
    started = [threads.start_thread() for _message in range(3)]
    assert [thread is None for thread in started] == [False, False, True]
    held.set()
    for thread in started[:2]:
        assert thread is not None
        thread.join()
    again = threads.start_thread()
    assert again is not None, "whoever is done makes room"
    again.join()
