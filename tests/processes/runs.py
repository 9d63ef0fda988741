"""Runs that take long enough for a process to be killed in the middle."""

from experiments.models import Experiment, Run
from jobs.models import FINISHED
from tests import factories
from tests.product import wait_for

# Many trees, eleven times.
SLOW = {
    "model": {"name": "random_forest", "n_estimators": 150},
    "validation": {"folds": 10},
}


def submit_slow() -> Experiment:
    seat = factories.join(factories.make_dojo())
    values = factories.config_of(seat).model_dump(mode="json") | SLOW
    config = type(factories.config_of(seat)).model_validate(values)
    return factories.submit(seat, config=config)


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
