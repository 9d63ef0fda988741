"""A run that was lost through no fault of its participant is started again with one click."""

from typing import Any

import pytest
from django.test import Client

from classrooms.models import Dojo, DojoRules, Seat
from experiments.models import Experiment, Run, Stage
from experiments.submit import services
from jobs.models import JobStatus
from tests import factories
from tests.work import do_next

# Real transactions: the thread that keeps a lease has a connection of its own.
pytestmark = pytest.mark.django_db(transaction=True)

BUTTON = "/restart/"


def a_seat(**rules: Any) -> Seat:
    seat = factories.join(factories.make_dojo())
    DojoRules.objects.filter(dojo=seat.dojo).update(**rules)
    return Seat.objects.with_dojo().get(pk=seat.pk)


def lose(experiment: Experiment, code: str = "worker_lost") -> Run:
    run = experiment.run
    context = {"attempts": 3, "seconds": 120, "megabytes": 4096}
    run.transition(JobStatus.FAILED, failure_code=code, failure_context=context)
    return run


def client_of(seat: Seat) -> Client:
    client = Client()
    client.force_login(seat.people.get())
    client.cookies["django_language"] = "en"
    return client


def restart(client: Client, experiment: Experiment) -> str:
    """The page that the click leads to."""
    answer = client.post(f"{experiment.get_absolute_url()}restart/", follow=True)
    return str(answer.content.decode())


@pytest.mark.parametrize("code", ["worker_lost", "internal"])
def test_one_click_leads_to_one_result_of_the_same_experiment(code: str) -> None:
    seat = a_seat()
    experiment = factories.submit(seat)
    lose(experiment, code)
    client = client_of(seat)
    assert BUTTON in client.get(experiment.get_absolute_url()).content.decode()
    assert "Queued" in restart(client, experiment)
    assert "can&#x27;t be started" not in restart(client, experiment), "a second click"
    while do_next():
        pass
    (again,) = Experiment.objects.all()
    (run,) = Run.objects.all()
    assert (again.claim, again.config) == (experiment.claim, experiment.config)
    assert run.has_succeeded
    assert not run.failure_code
    assert run.interpretations.count() == len(Stage)


@pytest.mark.parametrize("code", ["cancelled", "time_limit", "out_of_memory"])
def test_other_ends_offer_no_restart(code: str) -> None:
    seat = a_seat()
    experiment = factories.submit(seat)
    lose(experiment, code)
    client = client_of(seat)
    assert BUTTON not in client.get(experiment.get_absolute_url()).content.decode()
    assert "be started again" in restart(client, experiment)
    assert Run.objects.get().failure_code == code


def test_a_concluded_experiment_stays_as_it_was_concluded() -> None:
    seat = a_seat()
    experiment = factories.submit(seat)
    lose(experiment)
    experiment = Experiment.objects.with_results().get()
    services.record_analysis(experiment, analysis="Lost.", decision="reject", next_step="")
    client = client_of(seat)
    assert BUTTON not in client.get(experiment.get_absolute_url()).content.decode()
    restart(client, experiment)
    assert Run.objects.get().has_failed


def test_after_the_end_nothing_starts_again() -> None:
    seat = a_seat()
    experiment = factories.submit(seat)
    lose(experiment)
    Dojo.objects.update(state=Dojo.State.ENDED)
    client = client_of(seat)
    assert BUTTON not in client.get(experiment.get_absolute_url()).content.decode()
    restart(client, experiment)
    assert Run.objects.get().has_failed


@pytest.mark.parametrize("status", ["failed", "timed_out", "cancelled"])
def test_what_gave_no_result_uses_up_no_experiment(status: str) -> None:
    seat = a_seat(max_experiments=1)
    first = factories.submit(seat)
    with pytest.raises(services.NoneLeft):
        factories.submit(seat)
    if status == JobStatus.CANCELLED:
        services.cancel_run(first)
    else:
        Run.objects.update(status=status, failure_code="time_limit")
    second = factories.submit(seat)
    factories.finish(second)
    with pytest.raises(services.NoneLeft):
        factories.submit(seat)


def test_a_restart_is_no_way_around_the_limits() -> None:
    seat = a_seat(max_experiments=1, max_unfinished_runs=1)
    first = factories.submit(seat)
    lose(first)
    second = factories.submit(seat)
    client = client_of(seat)
    assert "You have run the 1 experiment" in restart(client, first)
    DojoRules.objects.update(max_experiments=None)
    assert "You have 1 run in the queue" in restart(client, first)
    factories.finish(second)
    assert "Queued" in restart(client, first)
