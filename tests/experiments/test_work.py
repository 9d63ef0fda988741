"""Which job a process takes when it is free."""

import pytest

from classrooms.jobs import RINGS_PER_SWEEP
from experiments import interpreting, process_memory, sweeping
from experiments.models import Interpretation, Run
from experiments.tasks import work_next
from experiments.work import do_next
from tests import factories

# Real transactions: the thread that keeps a lease has a connection of its own.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def member():
    return factories.join(factories.make_dojo())


def waiting() -> tuple[int, int]:
    """Runs and interpretations in the queue."""
    return Run.objects.queued().count(), Interpretation.objects.queued().count()


def test_what_was_just_fitted_is_interpreted_before_the_next_run(member, monkeypatch) -> None:
    monkeypatch.setattr(interpreting, "fit", None)  # whoever fits again fails
    for _n in range(2):
        factories.submit(member, "decision_tree")
    states = [waiting()]
    while do_next():
        states.append(waiting())
    # The second run takes over the first's result, interpretation included.
    assert states == [(2, 0), (1, 1), (1, 0), (0, 0)]
    assert Interpretation.objects.filter(status="succeeded").count() == 2


def test_a_run_comes_before_another_process_s_interpretation(member) -> None:
    first = factories.submit(member, "decision_tree").run
    do_next()
    process_memory.forget_everything()
    factories.submit(member, "logistic_regression")
    do_next()
    assert first.interpretation.status == "queued"
    while do_next():
        pass
    first.interpretation.refresh_from_db()
    assert first.interpretation.status == "succeeded"


def test_a_long_queue_is_rung_for_a_few_at_a_time(member, monkeypatch) -> None:
    rung = []
    monkeypatch.setattr(work_next, "apply_async", lambda **options: rung.append(options))
    for _n in range(RINGS_PER_SWEEP + 2):
        factories.submit(member, "decision_tree")
    Run.objects.update(queued_at="2020-01-01T00:00:00Z")
    rung.clear()
    sweeping.sweep()
    assert len(rung) == RINGS_PER_SWEEP
    assert all(options["expires"] for options in rung)
