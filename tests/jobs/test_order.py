"""Which job a process takes when it is free."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from classrooms.models import Dataset
from experiments.analysis.questions import ask_about_row
from experiments.compute import interpreting, process_memory
from experiments.models import (
    BoostingReference,
    Experiment,
    Export,
    Interpretation,
    LeaderboardSnapshot,
    Question,
    Run,
    Stage,
)
from jobs.claim import claim_next
from jobs.kinds import RISES_EVERY, Queue, Urgency, every_kind, kind_of, kinds_of
from jobs.models import Job
from tests import factories
from tests.work import do_next

# Real transactions: the thread that keeps a lease has a connection of its own.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def member():
    return factories.join(factories.make_dojo())


def claim_all(*models: type[Job]) -> Iterable[Job]:
    """Every waiting job, as one process would take them that does nothing with them."""
    kinds = [kind_of(model) for model in models] or kinds_of(Queue.COMPUTE)
    while claimed := claim_next(kinds):
        yield claimed.job


def claimed_experiments() -> list[Experiment]:
    """Whose runs are taken, each finished before the next is taken."""
    found = []
    for run in claim_all(Run):
        found.append(run.experiment)
        run.finish("succeeded")
    return found


def age(jobs: Any, classes: float) -> None:
    """As if they had waited for so many classes."""
    jobs.update(queued_at=timezone.now() - classes * RISES_EVERY - timedelta(seconds=1))


# --- Fair turns ---------------------------------------------------------------------
def test_everyones_first_run_comes_before_anyones_second() -> None:
    dojo = factories.make_dojo()
    eager, late = factories.join(dojo), factories.join(dojo)
    first, second, third = (factories.submit(eager) for _ in range(3))
    other = factories.submit(late)
    assert claimed_experiments() == [first, other, second, third]


def test_what_runs_already_counts_as_a_turn(member) -> None:
    other = factories.join(member.dojo)
    factories.submit(member)
    assert next(iter(claim_all(Run)))
    second, first_of_other = factories.submit(member), factories.submit(other)
    assert [run.experiment for run in claim_all(Run)] == [first_of_other, second]


def test_a_small_dojo_does_not_wait_for_a_large_one() -> None:
    large, small = factories.make_dojo(), factories.make_dojo(title="Small")
    many = [factories.submit(factories.join(large)) for _person in range(4)]
    few = [factories.submit(factories.join(small)) for _person in range(2)]
    assert claimed_experiments() == [many[0], few[0], many[1], few[1], many[2], many[3]]


def test_urgent_work_of_a_person_does_not_wait_for_their_own_backlog() -> None:
    dojo = factories.make_dojo()
    busy, other = factories.join(dojo), factories.join(dojo)
    for seat in (busy, busy, other):
        factories.finish(factories.submit(seat))
    Interpretation.objects.update(status="queued")
    stages = [(one.run.owner_key, one.stage) for one in claim_all(Interpretation)]
    assert [stage for _seat, stage in stages[:3]] == [Stage.EVIDENCE] * 3
    assert [seat for seat, _stage in stages[:3]] == [busy.pk, other.pk, busy.pk]


# --- Urgency, across kinds ------------------------------------------------------------
def one_of_each(member) -> None:
    """A job of five kinds waits, the least urgent one first."""
    run = factories.finish(factories.submit(member))
    stages = Interpretation.objects.filter(run=run)
    stages.filter(stage__in=[Stage.LEARNING, Stage.EVIDENCE]).update(status="queued")
    LeaderboardSnapshot.objects.create(dojo=member.dojo, share_key=member.dojo_id)
    Export.objects.create(seat=member, kind="pdf", **run.keys)
    factories.submit(member)
    factories.make_upload(factories.make_user())
    Dataset.objects.filter(title="Mine").update(status="queued")


def test_who_waits_in_front_of_a_page_comes_first(member) -> None:
    one_of_each(member)
    found = [type(job) for job in claim_all()]
    assert found[:2] == [Dataset, Run]
    assert set(found[2:4]) == {Interpretation, Export}
    assert found[4:] == [LeaderboardSnapshot, Interpretation, BoostingReference]


def test_an_answer_from_memory_comes_before_everything(member) -> None:
    one_of_each(member)
    run = Run.objects.filter(status="succeeded").get()
    ask_about_row(run, 1, {})
    first = next(iter(claim_all()))
    assert isinstance(first, Dataset), "it would have to fit the model again"
    process_memory.remember_pipeline(run.pk, object())
    assert isinstance(next(iter(claim_all())), Question)


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_a_job_rises_a_class_in_two_minutes(member, steps: int) -> None:
    one_of_each(member)
    age(LeaderboardSnapshot.objects.all(), steps)
    order = [type(job) for job in claim_all()]
    before = {1: {Dataset, Run}, 2: {Dataset}, 3: set()}[steps]
    assert set(order[: order.index(LeaderboardSnapshot)]) == before


def test_nothing_rises_above_the_first_class_where_turns_are_fair(member) -> None:
    other = factories.join(member.dojo)
    many = [factories.submit(member) for _ in range(3)]
    age(Run.objects.all(), 2 * len(Urgency))
    first = factories.submit(other)
    age(Run.objects.filter(experiment=first), len(Urgency))
    assert claimed_experiments() == [many[0], first, many[1], many[2]]


def let_pass(time: timedelta) -> None:
    for kind in every_kind():
        kind.every.update(queued_at=F("queued_at") - time, started_at=F("started_at") - time)


def test_a_backlog_of_runs_keeps_nobody_waiting_for_long() -> None:
    busy, other = factories.make_dojo(), factories.make_dojo(title="Other")
    people = [factories.join(busy) for _person in range(15)]
    for seat in people * 3:
        factories.submit(seat)
    reader = factories.join(busy)
    Export.objects.create(seat=reader, kind="pdf", share_key=busy.pk, owner_key=reader.pk)
    LeaderboardSnapshot.objects.create(dojo=other, share_key=other.pk)
    uploaded = factories.make_upload(factories.make_user())
    Dataset.objects.filter(pk=uploaded.pk).update(status="queued")

    each = timedelta(seconds=25)
    waited: dict[type[Job], timedelta] = {}
    for number, job in enumerate(claim_all()):
        job.finish("succeeded")
        waited[type(job)] = number * each
        let_pass(each)
    assert waited[Run] > timedelta(minutes=19), "one process has work for so long"
    assert waited[Dataset] == timedelta(0), "it blocks the facilitator"
    # Each has risen to the first class, and there it was soon its turn.
    assert waited[Export] <= Urgency.REQUESTED * RISES_EVERY + 2 * each
    assert waited[LeaderboardSnapshot] <= Urgency.SHARED * RISES_EVERY + 2 * each


# --- What a process has in memory -------------------------------------------------------
def waiting() -> tuple[int, int, list[int]]:
    """runs in the queue, leaderboards, and the stages of interpretations."""
    stages = Interpretation.objects.queued().order_by("pk").values_list("stage", flat=True)
    return Run.objects.queued().count(), LeaderboardSnapshot.objects.queued().count(), list(stages)


def test_metrics_come_before_the_rest_of_an_earlier_interpretation(member, monkeypatch) -> None:
    monkeypatch.setattr(interpreting, "fit", None)  # whoever fits again fails
    factories.submit(member, "decision_tree")
    factories.submit(member, "logistic_regression")
    states = []
    while do_next():
        states.append(waiting())
    later = [Stage.LEARNING, Stage.REASONS, Stage.SUBGROUPS, Stage.CHECKS]
    # With each run its evidence; the rest at the end, in one go.
    assert states == [(1, 1, later), (0, 1, later + later), (0, 0, [])]
    assert Interpretation.objects.filter(status="succeeded").count() == 2 * len(Stage)


def test_a_process_does_not_go_on_for_ever(member, monkeypatch) -> None:
    monkeypatch.setattr("jobs.perform.GO_ON_SECONDS", 0)
    factories.submit(member, "decision_tree")
    assert do_next()
    assert Interpretation.objects.queued().count() == len(Stage)


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
        stage=Stage.EVIDENCE, run__experiment__seat=other, status="succeeded"
    )
    while not last.exists():
        assert do_next()
    assert last.get().content["importance"]["metric"] == "f1"
