"""What a score is worth: gaps, leaks, a worn test set, the metric."""

from __future__ import annotations

import math

import pytest

from experiments.findings import (
    Severity,
)
from experiments.findings.evidence import HALF_WIDTH, WEARING_TRIES
from experiments.forecasts.registering import Typed
from tests.experiments.records import KEEP, REJECT, Participant

pytestmark = pytest.mark.django_db


def test_overfitting_is_a_trap_once_they_go_on() -> None:
    someone = Participant()
    someone.tries()
    assert someone.severity("overfitting") is None
    deep = someone.tries("decision_tree", train=1.0)
    assert someone.severity("overfitting") == Severity.NOTICE  # they may be reading it
    someone.concludes(deep, KEEP, "It fits.")
    assert someone.severity("overfitting") == Severity.ISSUE


@pytest.mark.parametrize(
    ("decision", "direction", "severity"),
    [
        (REJECT, "better", None),
        ("iterate", "unclear", Severity.NOTICE),
        (KEEP, "better", Severity.NOTICE),
        (KEEP, "unclear", Severity.ISSUE),
        (KEEP, "worse", Severity.ISSUE),
    ],
)
def test_who_saw_the_gap_is_has_no_issue(
    decision: str, direction: str, severity: Severity | None
) -> None:
    someone = Participant()
    first = someone.tries()
    deep = someone.tries(
        "decision_tree", train=1.0, compared_to=first, judgement=("right", direction)
    )
    someone.concludes(deep, decision, "Train is perfect.")
    assert someone.severity("overfitting") == severity
    someone.concludes(deep, decision, "1.00 against 0.94: it knows the train rows by heart.")
    assert someone.severity("overfitting") is None, "both are quoted"


def test_a_leak_is_looked_at_once_and_no_more() -> None:
    someone = Participant()
    leak = frozenset({"mean_area"})
    someone.tries("dummy")
    assert someone.severity("leaking_column", leaks=leak) is None
    first = someone.tries()
    assert someone.severity("leaking_column", leaks=leak) == Severity.NOTICE
    second = someone.tries("random_forest", compared_to=first)
    assert someone.severity("leaking_column", leaks=leak) == Severity.ISSUE
    someone.concludes(second, KEEP, "Great.")
    someone.tries(config={"columns": {"exclude": ["mean_area"]}}, compared_to=second)
    assert someone.severity("leaking_column", leaks=leak) == Severity.NOTICE
    assert someone.severity("no_leak", leaks=leak) == Severity.STRENGTH


def test_a_leak_within_a_new_feature_is_one_too() -> None:
    someone = Participant()
    feature = {"name": "density", "operation": "ratio"}
    feature |= {"numerator": "mean_area", "denominator": "mean_radius"}
    config = {"columns": {"include": ["mean_texture"]}, "new_features": [feature]}
    kept = someone.tries(config=config)
    someone.concludes(kept, KEEP, "Great.")
    leak = frozenset({"mean_area"})
    assert someone.severity("leaking_column", leaks=leak) == Severity.ISSUE
    assert someone.severity("leaking_column", leaks=frozenset({"mean_area_2"})) is None


def test_a_column_that_is_only_suspected_is_no_issue() -> None:
    someone = Participant()
    kept = someone.tries()
    someone.concludes(kept, KEEP, "Great.")
    assert someone.severity("suspect_column", suspects=frozenset({"mean_area"})) == Severity.NOTICE
    assert someone.severity("suspect_column", suspects=frozenset()) is None


@pytest.mark.parametrize(
    ("unclear", "clear", "severity"),
    [(WEARING_TRIES, 0, Severity.ISSUE), (WEARING_TRIES - 1, 0, None), (1, WEARING_TRIES, None)],
)
def test_many_tries_within_chance_wear_the_test_set_out(
    unclear: int, clear: int, severity: Severity | None
) -> None:
    someone = Participant()
    first = someone.tries()
    for direction, count in (("unclear", unclear), ("better", clear)):
        for _try in range(count):
            someone.tries(compared_to=first, judgement=("cannot tell", direction))
    assert someone.severity("test_set_worn_out") == severity


def test_so_many_tries_are_as_much_as_an_interval_calls_chance() -> None:
    too_high = math.sqrt(2 * math.log(WEARING_TRIES))
    assert too_high >= HALF_WIDTH > math.sqrt(2 * math.log(WEARING_TRIES - 1))


@pytest.mark.parametrize(
    ("metric", "minority", "severity"),
    [
        ("accuracy", 0.1, Severity.ISSUE),
        ("accuracy", 0.4, None),
        ("recall", 0.1, None),
        ("", 0.1, None),
    ],
)
def test_accuracy_hides_a_rare_class(
    metric: str, minority: float, severity: Severity | None
) -> None:
    someone = Participant()
    someone.tries(forecast=Typed(0.02, metric=metric))
    assert someone.severity("metric_hides_imbalance", minority=minority) == severity


def test_what_a_claim_says_of_accuracy_is_for_a_reader() -> None:
    someone = Participant()
    someone.tries(claim="A forest reaches an accuracy of 0.95.")
    assert someone.severity("metric_hides_imbalance", minority=0.1) is None


def test_a_dojos_own_metric_is_no_issue_of_the_participant() -> None:
    someone = Participant(primary_metric="accuracy")
    someone.tries()
    assert someone.severity("metric_hides_imbalance", minority=0.1) == Severity.NOTICE
