"""Nothing is lost: processes are killed, the broker stops, messages come twice.

Real workers, the real database, the real broker; each experiment ends with exactly
one result.
"""

import os
import signal
import subprocess
import sys

import pytest

from classrooms.models.jobs import FINISHED, JobStatus
from experiments.models import Experiment, Run, Stage
from experiments.tasks import work_next
from tests import factories
from tests.product import ROOT, Product, wait_for

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

# Long enough to be killed in the middle: many trees, eleven times.
SLOW = {
    "model": {"name": "random_forest", "n_estimators": 150},
    "validation": {"folds": 10},
}


@pytest.fixture(autouse=True)
def workers(product: Product) -> Product:
    product.start("compute", "io")
    return product


def submit_slow() -> Experiment:
    membership = factories.join(factories.make_dojo())
    values = factories.config_of(membership).model_dump(mode="json") | SLOW
    config = type(factories.config_of(membership)).model_validate(values)
    return factories.submit(membership, config=config)


def run_of(experiment: Experiment) -> Run:
    return Run.objects.get(experiment=experiment)


def wait_until_running(experiment: Experiment) -> Run:
    def running() -> Run | None:
        run = run_of(experiment)
        assert run.status not in FINISHED, "it must be slow enough to be killed"
        return run if run.is_running and run.progress > 0 else None

    return wait_for(running, "the run to be under way")


def wait_until_finished(experiment: Experiment) -> Run:
    wait_for(lambda: run_of(experiment).status in FINISHED, "the run's end", seconds=90)
    return run_of(experiment)


def assert_one_result(experiment: Experiment) -> Run:
    run = wait_until_finished(experiment)
    assert run.status == JobStatus.SUCCEEDED, (run.status, run.failure_code)
    assert set(run.metrics) == {"train", "cross_validation", "test"}
    assert Run.objects.filter(experiment=experiment).count() == 1
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


def test_killing_the_io_worker_with_its_clock_loses_nothing(product: Product) -> None:
    product.kill("io")
    experiment = factories.submit(factories.join(factories.make_dojo()))
    product.start("io")
    assert_one_result(experiment)


def test_a_task_delivered_twice_does_its_work_once() -> None:
    experiment = factories.submit(factories.join(factories.make_dojo()))
    for _delivery in range(5):
        work_next.delay()
    run = assert_one_result(experiment)
    for _delivery in range(3):
        work_next.delay()
    other = factories.submit(factories.join(factories.make_dojo()))
    assert_one_result(other)
    run.refresh_from_db()
    assert run.attempt == 1
    assert set(run.interpretations.values_list("attempt", flat=True)) == {1}


SUBMIT = """
from tests import factories
from classrooms.models import Membership
print(factories.submit(Membership.objects.get(public_id="{member}")).pk)
"""


def test_a_broker_that_is_down_loses_nothing(product: Product) -> None:
    """The bell cannot be rung; the sweeper finds the run in the database."""
    membership = factories.join(factories.make_dojo())
    submitted = subprocess.run(
        [
            sys.executable,
            "manage.py",
            "shell",
            "-v0",
            "-c",
            SUBMIT.format(member=membership.public_id),
        ],
        cwd=ROOT,
        env=product.environment | {"CELERY_BROKER_URL": "redis://127.0.0.1:1/0"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "The broker did not take" in submitted.stderr, submitted.stderr
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
