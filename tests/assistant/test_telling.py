"""What the coach by rules says beside the points: facts, in order, and not twice the same."""

from itertools import pairwise
from pathlib import Path

import pytest

from assistant.facts.faults import KINDS
from assistant.facts.rubric import CodedReview, Criterion
from assistant.facts.rules import facts_of, review_by_rules
from assistant.facts.wording import SUGGESTIONS
from benchmarks.assistant.planted import CRITERION_OF, FOR_A_READER, planted_cases
from experiments.models import Experiment, Run
from tests.experiments.records import Participant

pytestmark = pytest.mark.django_db

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks" / "assistant"


def review(someone: Participant, experiment: Experiment) -> CodedReview:
    record = someone.record()
    read = next(one for one in record.experiments if one.pk == experiment.pk)
    return review_by_rules(facts_of(record, read))


@pytest.mark.parametrize("name", ["worked_on.json", "kept_back.json"])
def test_planted_cases_can_be_read_and_their_faults_have_a_criterion(name: str) -> None:
    cases = planted_cases(FOLDER / name)
    assert sum(case.is_clean for case in cases) >= 6
    planted = {kind for case in cases for kind in case.must_find}
    assert planted == CRITERION_OF.keys()
    assert planted - FOR_A_READER <= {kind for kinds in KINDS.values() for kind in kinds} | {
        "many_changes"
    }


def test_a_reason_and_a_next_step_get_no_points_by_rules_whatever_they_say() -> None:
    for words in (
        "jsp, feeling",
        "61 of 133 in the South are wrong, which looks like two effects.",
    ):
        someone = Participant()
        first = someone.tries(rationale=words)
        Experiment.objects.filter(pk=first.pk).update(next_step=words)
        someone.concludes(first, "keep", "0.94 against 0.95 on train; 4 of 40 missed.")
        told = review(someone, first)
        assert told.score(Criterion.HYPOTHESIS).points is None
        assert told.score(Criterion.DECISION).points is None
        assert told.weaknesses == []


def test_nothing_that_a_leak_may_have_made_is_praised() -> None:
    someone = Participant()
    first = someone.tries()
    leaking = someone.tries("random_forest", compared_to=first, judgement=("right", "better"))
    assert review(someone, leaking).codes["strength"] == ["one_change"]
    alarm = {"column": "mean_area", "reason": "alone", "value": 0.99, "others": 0.8}
    Run.objects.filter(experiment=leaking).update(alarms=[alarm])
    someone.concludes(leaking, "keep", "0.94, a great gain.")
    told = review(someone, leaking)
    assert told.codes["strength"] == ["compared"]
    assert told.codes["question"] == ["leak_celebrated"]
    assert Criterion.DECISION in told.weaknesses


def test_no_pair_of_sentences_is_said_twice_in_a_row() -> None:
    someone = Participant()
    experiments = [someone.tries()]
    for model in ("random_forest", "decision_tree", "hist_gradient_boosting"):
        experiments.append(someone.tries(model, compared_to=experiments[0]))
    told = [review(someone, one) for one in experiments]
    pairs = [(one.codes["strength"], one.codes["question"]) for one in told]
    assert all(pair != following for pair, following in pairwise(pairs))


def test_every_question_has_a_place_to_look() -> None:
    assert KINDS.keys() <= SUGGESTIONS.keys()
