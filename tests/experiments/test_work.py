"""Which job a process takes when it is free."""

import pytest

from classrooms.jobs import RINGS_PER_SWEEP
from experiments import interpreting, process_memory, sweeping
from experiments.models import Interpretation, Run, Stage, Standings
from experiments.tasks import work_next
from experiments.work import do_next
from tests import factories

# Real transactions: the thread that keeps a lease has a connection of its own.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def member():
    return factories.join(factories.make_dojo())


def waiting() -> tuple[int, int, list[int]]:
    """Runs in the queue, standings, and the stages of interpretations."""
    stages = Interpretation.objects.queued().order_by("pk").values_list("stage", flat=True)
    return Run.objects.queued().count(), Standings.objects.queued().count(), list(stages)


def test_metrics_come_before_the_rest_of_an_earlier_interpretation(member, monkeypatch) -> None:
    monkeypatch.setattr(interpreting, "fit", None)  # whoever fits again fails
    factories.submit(member, "decision_tree")
    factories.submit(member, "logistic_regression")
    states = []
    while do_next():
        states.append(waiting())
    later = [Stage.LEARNING, Stage.REASONS, Stage.SUBGROUPS]
    assert states[:3] == [(1, 1, later), (0, 1, later + later), (0, 0, later + later)]
    assert states[3:] == [(0, 0, (later + later)[done:]) for done in range(1, 7)]
    assert Interpretation.objects.filter(status="succeeded").count() == 2 * len(Stage)


def test_another_process_fits_again_and_finds_the_same(member) -> None:
    factories.submit(member, "decision_tree")
    do_next()
    found = Interpretation.objects.get(stage=Stage.EVIDENCE)
    first = found.content
    Interpretation.objects.filter(pk=found.pk).update(status="queued", content={})
    process_memory.forget_everything()
    while do_next():
        pass
    found.refresh_from_db()
    assert found.content == first


def test_an_equal_run_takes_over_what_was_found(member) -> None:
    for _n in range(2):
        factories.submit(member, "decision_tree")
    do_next()
    do_next()
    evidence = Interpretation.objects.filter(stage=Stage.EVIDENCE)
    assert [found.content for found in evidence] == [evidence[0].content] * 2
    other = factories.join(factories.make_dojo(primary_metric="f1"))
    factories.submit(other, "decision_tree")
    last = Interpretation.objects.filter(
        stage=Stage.EVIDENCE, run__experiment__membership=other, status="succeeded"
    )
    while not last.exists():
        assert do_next()
    assert last.get().content["importance"]["metric"] == "f1"


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
