"""A job ends exactly once, whoever does it, however often it is delivered."""

import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from experiments.models import Run
from jobs.claim import Claim, claim
from jobs.kinds import JobKind, kind_of
from jobs.models import FINISHED, TRANSITIONS, IllegalTransition, JobStatus
from jobs.perform import JobFailure, Report, Result, perform, perform_here
from jobs.sweep import recover
from jobs.workers.limits import TimeUp, time_limit
from tests import factories
from tests.product import wait_for

# Real transactions: the thread that keeps a lease has a connection of its own.
pytestmark = pytest.mark.django_db(transaction=True)

Work = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    return factories.submit(factories.join(factories.make_dojo())).run


@pytest.fixture
def works(monkeypatch: pytest.MonkeyPatch) -> Callable[[Work], None]:
    """Has another function do what is to be done for a run."""
    return lambda work: monkeypatch.setattr("experiments.compute.execution.execute", work)


@pytest.fixture
def announced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The states of runs as their announcer is called."""
    seen: list[str] = []
    monkeypatch.setitem(kind().__dict__, "announce", lambda run: seen.append(stored(run).status))
    return seen


def kind() -> JobKind:
    return kind_of(Run)


def claimed(run: Run) -> Claim:
    found = claim(kind(), run.pk)
    assert found is not None
    return found


def stored(run: Any) -> Run:
    return Run.objects.get(pk=run.pk)


def abandon(run: Run, *, after: float = 1, ago: float = 1) -> None:
    """As if the worker had died: running, with a lease that has run out.

    Args:
        after: how many seconds the lease was kept; `ago`: how long ago it ran out.
    """
    until = timezone.now() - timedelta(seconds=ago)
    started = until - timedelta(seconds=after)
    Run.objects.filter(pk=run.pk).update(started_at=started, lease_until=until)


def test_only_one_claim_wins(run: Run) -> None:
    assert claimed(run).job.attempt == 1
    assert claim(kind(), run.pk) is None


def test_success_is_stored_with_its_fields_and_announced(run: Run, works, announced) -> None:
    works(lambda run, report: report(0.5) or Result({"fit_seconds": 2.5}))
    assert perform_here(run)
    assert (stored(run).status, stored(run).fit_seconds) == (JobStatus.SUCCEEDED, 2.5)
    assert stored(run).progress == 1.0
    assert announced == ["running", "running", "succeeded"]
    assert not perform_here(run), "it is not queued any more"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (JobFailure("empty_file", {"a": 1}), JobStatus.FAILED, "empty_file"),
        (MemoryError(), JobStatus.FAILED, "out_of_memory"),
        (ZeroDivisionError("secret"), JobStatus.FAILED, "internal"),
        (TimeUp(), JobStatus.TIMED_OUT, "time_limit"),
    ],
)
def test_every_failure_has_a_reason(
    run: Run, works, error: BaseException, status: JobStatus, code: str
) -> None:
    def work(run: Run, report: Any) -> Result:
        raise error

    works(work)
    perform_here(run)
    assert (stored(run).status, stored(run).failure_code) == (status, code)
    assert "secret" not in str(stored(run).failure_context)


def test_a_result_that_cannot_be_stored_is_a_failure(run: Run, works) -> None:
    def refuse() -> None:
        raise KeyError("no such thing")

    unstorable = [
        Result({"metrics": {"test": float("inf")}, "threshold": object()}),
        Result({"fit_seconds": 1.0}, store=refuse),
    ]
    for result in unstorable:
        Run.objects.update(status=JobStatus.QUEUED)
        works(lambda run, report, result=result: result)
        perform_here(run)
        assert (stored(run).status, stored(run).failure_code) == (JobStatus.FAILED, "internal")
        assert stored(run).fit_seconds is None


def test_what_follows_comes_after_the_success_and_cannot_undo_it(run: Run, works) -> None:
    seen = []

    def afterwards() -> None:
        seen.append(stored(run).status)
        raise ZeroDivisionError

    works(lambda run, report: Result({}, afterwards=afterwards))
    perform_here(run)
    assert seen == [JobStatus.SUCCEEDED]
    assert stored(run).status == JobStatus.SUCCEEDED


def test_a_worker_that_lost_its_job_stores_nothing(run: Run) -> None:
    first = claimed(run)
    abandon(run)
    recover(kind())
    second = claimed(run)
    assert (first.job.attempt, second.job.attempt) == (1, 2)
    assert not first.job.finish(JobStatus.SUCCEEDED, fit_seconds=1.0)
    assert second.job.finish(JobStatus.SUCCEEDED, fit_seconds=2.0)
    assert stored(run).fit_seconds == 2.0


def test_nor_does_it_when_the_job_was_asked_for_once_more(run: Run) -> None:
    """The second life of a requeued job counts its attempts from one, too."""
    first = claimed(run)
    Run.objects.filter(pk=run.pk).requeue()
    second = claimed(run)
    assert first.job.attempt == second.job.attempt == 1
    assert not first.job.renew_lease()
    assert not first.job.finish(JobStatus.SUCCEEDED)
    assert second.job.finish(JobStatus.SUCCEEDED)


def test_a_cancelled_run_stops_at_its_next_report(run: Run, works) -> None:
    seen = []

    def work(run: Run, report: Any) -> Result:
        report(0.5)
        seen.append("half")
        stored(run).transition(JobStatus.CANCELLED)
        report(0.9)
        seen.append("end")
        return Result({})

    works(work)
    perform_here(run)
    assert seen == ["half"]
    assert stored(run).status == JobStatus.CANCELLED


def test_no_library_can_swallow_that_the_time_is_up() -> None:
    def work() -> None:
        while True:
            with suppress(Exception):  # as libraries do
                time.sleep(10)

    with pytest.raises(TimeUp), time_limit(1):
        work()


def test_a_process_that_is_stuck_in_native_code_is_ended() -> None:
    code = (
        "from jobs.workers import limits; limits.HARD_LIMIT_AFTER = 1\n"
        "with limits.time_limit(1): max(range(10**12))"  # no look at signals before its end
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert done.returncode == 1
    assert "Timeout" in done.stderr


def test_the_sweeper_requeues_what_a_dead_worker_left(run: Run, announced) -> None:
    claimed(run)
    recover(kind())
    assert stored(run).status == JobStatus.RUNNING
    abandon(run)
    recover(kind())
    assert stored(run).status == JobStatus.QUEUED
    assert announced == ["running", "queued"]


def test_the_sweeper_gives_up_after_the_last_attempt(run: Run, settings) -> None:
    for _attempt in range(settings.RUN_MAX_ATTEMPTS):
        claimed(run)
        abandon(run)
        recover(kind())
    assert stored(run).status == JobStatus.FAILED
    assert stored(run).failure_code == "worker_lost"


def test_the_sweeper_ends_what_was_killed_for_its_time(run: Run) -> None:
    claimed(run)
    abandon(run, after=kind().time_limit + 16)
    recover(kind())
    assert stored(run).status == JobStatus.TIMED_OUT


def test_the_time_that_a_host_slept_does_not_count(run: Run) -> None:
    claimed(run)
    abandon(run, after=2, ago=24 * 3600)
    recover(kind())
    assert stored(run).status == JobStatus.QUEUED


def test_no_way_leads_out_of_an_end(run: Run) -> None:
    for status in FINISHED:
        assert TRANSITIONS[status] == frozenset()
    run.transition(JobStatus.CANCELLED)
    with pytest.raises(IllegalTransition):
        run.transition(JobStatus.QUEUED)
    with pytest.raises(IllegalTransition):
        run.finish(JobStatus.RUNNING)


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
@pytest.mark.parametrize("while_working", [True, False])
def test_a_database_that_is_away_leaves_the_job_to_the_sweeper(
    run: Run, works, error: type[Exception], while_working: bool
) -> None:
    def fail() -> None:
        raise error("the connection is lost")

    def work(run: Run, report: Report) -> Result:
        if while_working:
            fail()
        return Result({}, store=fail)

    works(work)
    one = claimed(run)
    with pytest.raises(error):
        perform(one)
    assert stored(run).status == JobStatus.RUNNING
    abandon(run)
    recover(kind())
    assert stored(run).status == JobStatus.QUEUED


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only a server ends a connection")
def test_a_lease_is_kept_when_the_server_ends_its_connection(run: Run, works, settings) -> None:
    settings.LEASE_SECONDS = 1.5

    def until() -> Any:
        return stored(run).lease_until

    def work(run: Run, report: Report) -> Result:
        first = until()
        wait_for(lambda: until() > first, "the lease to be renewed")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        second = until()
        wait_for(lambda: until() > second, "the lease to be renewed by a new connection", seconds=5)
        return Result({})

    works(work)
    perform(claimed(run))
    assert stored(run).has_succeeded
