"""One scheduler sweeps at a time, and two by mistake do no harm."""

import threading
from datetime import timedelta

import pytest
from django.db import close_old_connections, connection
from django.utils import timezone

from experiments.demo.simulation import advance_all
from experiments.models import Experiment, Framing
from jobs import health, scheduler
from jobs.models import Lease, WorkerHeartbeat
from jobs.workers.pool import TaskPool
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def swept(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Who swept."""
    names: list[str] = []
    monkeypatch.setattr(scheduler, "sweep", lambda: names.append(scheduler.worker_name()))
    return names


def become(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(scheduler, "worker_name", lambda: name)


def test_the_second_scheduler_waits_until_the_lease_of_the_first_runs_out(
    swept: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("first", "second", "first", "second"):
        become(monkeypatch, name)
        scheduler.tick()
    assert swept == ["first", "first"]
    Lease.objects.update(until=timezone.now() - timedelta(seconds=1))
    become(monkeypatch, "second")
    assert scheduler.tick()
    become(monkeypatch, "first")
    assert not scheduler.tick(), "it comes back after its lease"


def test_a_scheduler_that_ends_leaves_the_lease_to_the_next(
    swept: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = threading.Event()
    ended.set()
    become(monkeypatch, "first")
    scheduler.run(ended)
    become(monkeypatch, "second")
    assert scheduler.tick()
    assert swept == ["first", "second"]
    assert WorkerHeartbeat.objects.get().queue == health.SCHEDULER


def test_two_sweeps_at_once_take_each_simulated_step_once() -> None:
    dojo = factories.make_dojo()
    for script in ("careful", "methodical", "hurried", "curious"):
        seat = factories.join(dojo)
        type(seat).objects.filter(pk=seat.pk).update(simulated_as=script)
    # Framing first; a run that waits keeps its owner from the next step.
    for _round in range(3):
        together = threading.Barrier(2)

        def sweep(together: threading.Barrier = together) -> None:
            close_old_connections()
            together.wait()
            try:
                advance_all()
            finally:
                connection.close()

        threads = [threading.Thread(target=sweep) for _thread in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert Framing.objects.count() == 3, "one of them never frames"
    owners = list(Experiment.objects.values_list("seat", flat=True))
    assert len(owners) == len(set(owners)) == 4


def test_readiness_names_each_process_that_is_missing() -> None:
    missing = [name for name, is_there in health.check_all().items() if not is_there]
    assert missing == ["compute worker", "io worker", "scheduler"]
    for role in ("compute", "io", health.SCHEDULER):
        health.record_heartbeat(role)
    assert all(health.check_all().values())
    WorkerHeartbeat.objects.filter(queue="io").update(seen_at=timezone.now() - timedelta(minutes=1))
    missing = [name for name, is_there in health.check_all().items() if not is_there]
    assert missing == ["io worker"]


def test_a_child_that_dies_at_its_start_does_not_end_the_worker() -> None:
    """Celery asks this once, before it listens to Redis, and gives up if the answer is no."""
    pool = TaskPool(limit=1)
    pool._pool = None  # it would be asked for children that have exited
    assert pool.did_start_ok()
