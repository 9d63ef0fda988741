"""The board after a run: only what is new is computed, and nothing differs for that."""

import numpy as np
import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classrooms.models import Dojo, Seat
from engine.build.runtime_helpers import scores
from engine.judge.uncertainty import differences
from experiments.compute import board_memory
from experiments.compute.comparing import y_test_of
from experiments.compute.leaderboard import snapshot_fields
from experiments.models import Experiment, LeaderboardSnapshot, Predictions, Run
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def dojo() -> Dojo:
    return factories.make_dojo()


@pytest.fixture
def members(dojo: Dojo) -> list[Seat]:
    return [factories.join(dojo) for _number in range(4)]


def predicting(member: Seat, skill: float, seed: int) -> Run:
    """A finished run with real predictions, and the scores that they have."""
    y = y_test_of(member.dojo)
    noise = np.random.default_rng(seed).normal(size=len(y))
    probability = 1 / (1 + np.exp(-(skill * (2 * y - 1) + noise)))
    run = factories.finish(factories.submit(member))
    run.metrics["test"] = scores(y, probability)
    run.save(update_fields=["metrics"])
    Predictions.objects.filter(run=run).update(test=probability.astype("<f8").tobytes())
    return run


def computed(dojo: Dojo) -> LeaderboardSnapshot:
    """The board after what happened, computed from what is stored and remembered."""
    snapshot, _is_new = LeaderboardSnapshot.objects.get_or_create(dojo=dojo)
    for name, value in snapshot_fields(snapshot).items():
        setattr(snapshot, name, value)
    snapshot.save()
    return LeaderboardSnapshot.objects.get(pk=snapshot.pk)


def from_nothing(dojo: Dojo) -> LeaderboardSnapshot:
    board_memory._judged.clear()
    LeaderboardSnapshot.objects.update(pairs={})
    return computed(dojo)


RUNS = st.tuples(st.integers(0, 3), st.sampled_from([0.0, 0.3, 0.6, 1.0, 2.0]), st.booleans())


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(RUNS, min_size=1, max_size=8), st.data())
def test_a_board_kept_up_to_date_is_the_board_computed_from_nothing(
    dojo, members, happened, data
) -> None:
    with transaction.atomic():
        for number, (person, skill, is_taken_back) in enumerate(happened):
            predicting(members[person], skill, seed=number % 5)
            if is_taken_back and number:
                lost = data.draw(st.sampled_from(list(Run.objects.order_by("pk"))))
                lost.experiment.delete()
            if data.draw(st.booleans()):
                board_memory._judged.clear()
            kept = computed(dojo)
        anew = from_nothing(dojo)
        assert kept.content == anew.content
        assert kept.pairs == anew.pairs
        assert kept.digest == anew.digest
        transaction.set_rollback(True)


def test_after_a_run_only_its_own_pairs_are_compared(dojo, members, monkeypatch) -> None:
    for number, member in enumerate(members):
        predicting(member, 1.0, number)
    computed(dojo)
    counts = []
    together = differences._together

    def counted(metric, first, others):
        counts.append(len(others))
        return together(metric, first, others)

    monkeypatch.setattr(differences, "_together", counted)
    computed(dojo)
    assert counts == [], "nothing happened"
    predicting(members[0], 9.0, 0)
    computed(dojo)
    assert counts == [len(LeaderboardSnapshot.objects.get().pairs["runs"]) - 1]
    counts.clear()
    rejected = predicting(members[1], -1.0, 0).experiment
    rejected.decision, rejected.concluded_at = Experiment.Decision.REJECT, timezone.now()
    rejected.save()
    computed(dojo)
    assert counts == [], "what is rejected does not rank"


def test_a_process_remembers_as_many_runs_as_it_has_room_for(dojo, members, monkeypatch) -> None:
    runs = [predicting(member, 1.0, number) for number, member in enumerate(members)]
    monkeypatch.setattr(board_memory, "ROOM", 2 * len(y_test_of(dojo)))
    board_memory.judged_runs(runs, dojo)
    remembered = [public_id for public_id, _metric in board_memory._judged]
    assert remembered == [run.public_id for run in runs[2:]]
