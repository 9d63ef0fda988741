"""Nothing is lost: processes are killed, the broker stops, messages come twice.

Real workers, the real database, the real broker; each experiment ends with exactly
one result.
"""

import os
import signal
import subprocess
import sys

import pytest

from experiments.models import Experiment, Run, Stage
from jobs.models import JobStatus
from jobs.tasks import work
from tests import factories
from tests.commands import ROOT
from tests.processes.runs import submit_slow, wait_until_finished, wait_until_running
from tests.product import Product, wait_for

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def workers(product: Product) -> Product:
    product.start("compute", "io", "scheduler")
    return product


def assert_one_result(experiment: Experiment) -> Run:
    run = wait_until_finished(experiment)
    assert run.status == JobStatus.SUCCEEDED, (run.status, run.failure_code)
    assert set(run.metrics) == {"train", "cross_validation", "test"}
    assert Run.objects.filter(experiment=experiment).count() == 1
    assert experiment.sealed_entries.filter(kind="result").count() == 1
    assert not experiment.sealed_entries.filter(kind="corrected_result").exists()
    wait_for(
        lambda: run.interpretations.filter(status=JobStatus.SUCCEEDED).count() == len(Stage),
        "its interpretation",
    )
    return run


def test_a_submitted_experiment_is_run_and_interpreted() -> None:
    experiment = factories.submit(factories.join(factories.make_dojo()), "logistic_regression")
    run = assert_one_result(experiment)
    assert run.score("test", "roc_auc") > 0.98
    assert run.interpretations.get(stage=Stage.EVIDENCE).content["importance"]["columns"]


def test_killing_the_child_that_runs_it_loses_nothing() -> None:
    experiment = submit_slow()
    child = int(wait_until_running(experiment).worker.rsplit(":", 1)[1])
    os.kill(child, signal.SIGKILL)
    assert assert_one_result(experiment).attempt == 2


def test_killing_the_whole_worker_loses_nothing(product: Product) -> None:
    experiment = submit_slow()
    wait_until_running(experiment)
    product.kill("compute")
    product.start("compute")
    assert assert_one_result(experiment).attempt == 2


@pytest.mark.parametrize("name", ["io", "scheduler"])
def test_killing_it_loses_nothing(product: Product, name: str) -> None:
    product.kill(name)
    experiment = factories.submit(factories.join(factories.make_dojo()))
    product.start(name)
    assert_one_result(experiment)


def test_a_task_delivered_twice_does_its_work_once() -> None:
    experiment = factories.submit(factories.join(factories.make_dojo()))
    for _delivery in range(5):
        work.delay("compute")
    run = assert_one_result(experiment)
    for _delivery in range(3):
        work.delay("compute")
    other = factories.submit(factories.join(factories.make_dojo()))
    assert_one_result(other)
    run.refresh_from_db()
    assert run.attempt == 1
    assert set(run.interpretations.values_list("attempt", flat=True)) == {1}


SUBMIT = """
from tests import factories
from classrooms.models import Seat
print(factories.submit(Seat.objects.get(public_id="{member}")).pk)
"""


def test_a_broker_that_is_down_loses_nothing(product: Product) -> None:
    """No wake-up message is sent; the sweeper finds the run in the database."""
    seat = factories.join(factories.make_dojo())
    submitted = subprocess.run(
        [
            sys.executable,
            "manage.py",
            "shell",
            "-v0",
            "-c",
            SUBMIT.format(member=seat.public_id),
        ],
        cwd=ROOT,
        env=product.environment | {"CELERY_BROKER_URL": "redis://127.0.0.1:1/0"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "The broker does not say" in submitted.stderr, submitted.stderr
    assert_one_result(Experiment.objects.get(pk=int(submitted.stdout)))


def test_twenty_submissions_do_not_starve_anothers_first() -> None:
    dojo = factories.make_dojo()
    eager, late = factories.join(dojo), factories.join(dojo)
    many = [factories.submit(eager, "logistic_regression") for _ in range(12)]
    first = factories.submit(late, "logistic_regression")
    wait_until_finished(first)
    unfinished = Run.objects.unfinished().filter(experiment__in=many).count()
    assert unfinished > 0
    for experiment in many:
        wait_until_finished(experiment)
