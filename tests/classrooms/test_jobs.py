"""A job ends exactly once, whoever does it, however often it is delivered."""

from datetime import timedelta

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from classrooms.jobs import JobFailure, perform_job, sweep_jobs
from classrooms.models.jobs import FINISHED, TRANSITIONS, IllegalTransition, JobStatus
from experiments.models import Run
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def run() -> Run:
    return factories.submit(factories.join(factories.make_dojo())).run


def claim(run: Run) -> int | None:
    return Run.objects.all().claim(run.pk, worker="here")


def stored(run: Run) -> Run:
    return Run.objects.get(pk=run.pk)


def abandon(run: Run, *, started_ago: float = 1.0) -> None:
    """As if the worker had died: running, with a lease that has run out."""
    now = timezone.now()
    Run.objects.filter(pk=run.pk).update(
        lease_until=now - timedelta(seconds=1), started_at=now - timedelta(seconds=started_ago)
    )


def sweep(runs: QuerySet[Run] | None = None) -> list[Run]:
    rung: list[Run] = []
    sweep_jobs(Run.objects.all(), ring=rung.append, on_change=lambda run: None)
    return rung


def test_only_one_claim_wins(run: Run) -> None:
    assert claim(run) == 1
    assert claim(run) is None


def test_success_is_stored_with_its_fields(run: Run) -> None:
    attempt = claim(run)
    perform_job(run, lambda report: {"fit_seconds": 2.5}, attempt=attempt, on_change=lambda: None)
    assert (stored(run).status, stored(run).fit_seconds) == (JobStatus.SUCCEEDED, 2.5)
    assert stored(run).progress == 1.0


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (JobFailure("empty_file", {"a": 1}), JobStatus.FAILED, "empty_file"),
        (MemoryError(), JobStatus.FAILED, "out_of_memory"),
        (ZeroDivisionError("secret"), JobStatus.FAILED, "internal"),
    ],
)
def test_every_failure_has_a_reason(
    run: Run, error: Exception, status: JobStatus, code: str
) -> None:
    def work(report):
        raise error

    perform_job(run, work, attempt=claim(run), on_change=lambda: None)
    assert (stored(run).status, stored(run).failure_code) == (status, code)
    assert "secret" not in str(stored(run).failure_context)


@pytest.mark.django_db(transaction=True)
def test_a_result_that_cannot_be_stored_is_a_failure(run: Run) -> None:
    unstorable = {"metrics": {"test": float("inf")}, "threshold": object()}
    for name, value in unstorable.items():
        Run.objects.update(status=JobStatus.QUEUED)
        perform_job(
            run, lambda report, f={name: value}: f, attempt=claim(run), on_change=lambda: None
        )
        assert (stored(run).status, stored(run).failure_code) == (JobStatus.FAILED, "internal")


def test_a_worker_that_lost_its_job_stores_nothing(run: Run) -> None:
    first = claim(run)
    abandon(run)
    sweep()
    second = claim(run)
    assert (first, second) == (1, 2)
    assert not run.finish(first, JobStatus.SUCCEEDED, fit_seconds=1.0)
    assert run.finish(second, JobStatus.SUCCEEDED, fit_seconds=2.0)
    assert stored(run).fit_seconds == 2.0


def test_a_cancelled_run_stops_at_its_next_report(run: Run) -> None:
    attempt = claim(run)
    seen = []

    def work(report):
        report(0.5)
        seen.append("half")
        stored(run).transition(JobStatus.CANCELLED)
        report(0.9)
        seen.append("end")

    perform_job(run, work, attempt=attempt, on_change=lambda: None)
    assert seen == ["half"]
    assert stored(run).status == JobStatus.CANCELLED


def test_the_sweeper_requeues_what_a_dead_worker_left(run: Run) -> None:
    claim(run)
    assert sweep() == []
    abandon(run)
    sweep()
    assert stored(run).status == JobStatus.QUEUED


def test_the_sweeper_gives_up_after_the_last_attempt(run: Run, settings) -> None:
    for _attempt in range(settings.RUN_MAX_ATTEMPTS):
        assert claim(run)
        abandon(run)
        sweep()
    assert stored(run).status == JobStatus.FAILED
    assert stored(run).failure_code == "worker_lost"


def test_the_sweeper_ends_what_was_killed_for_its_time(run: Run, settings) -> None:
    claim(run)
    abandon(run, started_ago=settings.RUN_HARD_TIME_LIMIT_SECONDS + 1)
    sweep()
    assert stored(run).status == JobStatus.TIMED_OUT


def test_the_sweeper_rings_for_what_nobody_took(run: Run) -> None:
    assert sweep() == []
    Run.objects.filter(pk=run.pk).update(queued_at=timezone.now() - timedelta(seconds=10))
    assert sweep() == [run]


def test_no_way_leads_out_of_an_end(run: Run) -> None:
    for status in FINISHED:
        assert TRANSITIONS[status] == frozenset()
    run.transition(JobStatus.CANCELLED)
    with pytest.raises(IllegalTransition):
        run.transition(JobStatus.QUEUED)
    with pytest.raises(IllegalTransition):
        run.finish(0, JobStatus.RUNNING)


def test_everyones_first_run_comes_before_anyones_second() -> None:
    dojo = factories.make_dojo()
    eager, late = factories.join(dojo), factories.join(dojo)
    first, second, third = (factories.submit(eager) for _ in range(3))
    other = factories.submit(late)
    order = [run.experiment for run in Run.objects.all().in_fair_order()]
    assert order == [first, other, second, third]
    claim(first.run)
    order = [run.experiment for run in Run.objects.all().in_fair_order()]
    assert order == [other, second, third]
