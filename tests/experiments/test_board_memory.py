"""The board after a run: only what is new is computed, and nothing differs for that."""

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classrooms.models import Dojo, Seat
from engine.judge.uncertainty import differences
from experiments.compute import board_memory
from experiments.compute.comparing import y_test_of
from experiments.models import Experiment, LeaderboardSnapshot, Run
from tests import factories
from tests.experiments.predicted import predicting, ranked

pytestmark = pytest.mark.django_db


@pytest.fixture
def dojo() -> Dojo:
    return factories.make_dojo()


@pytest.fixture
def members(dojo: Dojo) -> list[Seat]:
    return [factories.join(dojo) for _number in range(4)]


def from_nothing(dojo: Dojo) -> LeaderboardSnapshot:
    board_memory._judged.clear()
    LeaderboardSnapshot.objects.update(pairs={}, resamples={})
    return ranked(dojo)


RUNS = st.tuples(st.integers(0, 3), st.sampled_from([0.0, 0.3, 0.6, 1.0, 2.0]), st.booleans())


@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(RUNS, min_size=1, max_size=9), st.data())
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
            kept = ranked(dojo)
        anew = from_nothing(dojo)
        assert kept.content == anew.content
        assert kept.pairs == anew.pairs
        assert kept.digest == anew.digest
        assert kept.resamples == anew.resamples
        transaction.set_rollback(True)


def test_after_a_run_only_its_own_pairs_are_compared(dojo, members, monkeypatch) -> None:
    for number, member in enumerate(members):
        predicting(member, 1.0, number)
    ranked(dojo)
    counts = []
    together = differences._together

    def counted(metric, first, others):
        counts.append(len(others))
        return together(metric, first, others)

    monkeypatch.setattr(differences, "_together", counted)
    ranked(dojo)
    assert counts == [], "nothing happened"
    predicting(members[0], 9.0, 0)
    ranked(dojo)
    assert counts == [len(LeaderboardSnapshot.objects.get().pairs["runs"]) - 1]
    counts.clear()
    rejected = predicting(members[1], -1.0, 0).experiment
    rejected.decision, rejected.concluded_at = Experiment.Decision.REJECT, timezone.now()
    rejected.save()
    ranked(dojo)
    assert counts == [], "what is rejected does not rank"


def test_a_process_remembers_as_many_runs_as_it_has_room_for(dojo, members, monkeypatch) -> None:
    runs = [predicting(member, 1.0, number) for number, member in enumerate(members)]
    monkeypatch.setattr(board_memory, "ROOM", 2 * len(y_test_of(dojo)))
    board_memory.judged_runs(runs, dojo)
    remembered = [public_id for public_id, _metric in board_memory._judged]
    assert remembered == [run.public_id for run in runs[2:]]
