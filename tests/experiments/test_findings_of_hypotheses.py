"""What is asked: a hypothesis, a baseline, one change."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from classrooms.models import Dojo
from experiments.findings import (
    Severity,
    findings_of,
)
from experiments.models import Run
from tests.experiments.records import WHY, Participant

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("rationale", ["jsp, feeling", "asdf qwerty", WHY])
def test_of_a_reason_the_rules_say_nothing(rationale: str) -> None:
    someone = Participant()
    first = someone.tries()
    someone.tries("random_forest", claim="test", rationale=rationale, compared_to=first)
    assert someone.severity("no_expectation") is None
    assert someone.severity("has_forecast") == Severity.STRENGTH


def test_only_a_first_experiment_may_go_without_a_prediction() -> None:
    someone = Participant()
    first = someone.tries(expected_effect=None)
    assert someone.severity("no_expectation") == Severity.NOTICE
    someone.tries("random_forest", expected_effect=None, compared_to=first)
    assert someone.severity("no_expectation") == Severity.ISSUE


def test_who_does_it_right_later_has_learned() -> None:
    someone = Participant()
    first = someone.tries()
    second = someone.tries("random_forest", expected_effect=None, compared_to=first)
    assert someone.severity("no_expectation") == Severity.ISSUE
    someone.tries("decision_tree", compared_to=second)
    assert someone.severity("no_expectation") == Severity.NOTICE


def test_no_baseline() -> None:
    someone = Participant()
    someone.tries("random_forest")
    assert someone.severity("no_baseline") == Severity.ISSUE
    someone.tries("dummy")
    assert someone.severity("no_baseline") == Severity.NOTICE


def test_a_baseline_that_failed_is_none() -> None:
    someone = Participant()
    baseline = someone.tries("logistic_regression", result=False)
    someone.tries("random_forest")
    assert someone.severity("no_baseline") is None
    Run.objects.filter(experiment=baseline).update(status="failed")
    assert someone.severity("no_baseline") == Severity.ISSUE


def test_a_baseline_may_name_a_reference_that_failed() -> None:
    someone = Participant()
    failed = someone.tries("random_forest", result=False)
    Run.objects.filter(experiment=failed).update(status="failed")
    someone.tries("logistic_regression", compared_to=failed)
    assert someone.severity("no_baseline") == Severity.NOTICE


def test_where_only_trees_are_allowed_a_tree_is_the_baseline() -> None:
    someone = Participant()
    someone.seat.dojo.rules.allowed_models = ["decision_tree", "random_forest"]
    someone.seat.dojo.rules.save()
    someone.tries("decision_tree")
    assert someone.severity("no_baseline") is None


def test_a_first_experiment_is_asked_about_no_other() -> None:
    someone = Participant()
    someone.tries(expected_effect=None)
    (found,) = [one for one in findings_of(someone.record()) if one.code == "no_expectation"]
    assert "#0" not in found.question


def test_a_comparison_is_missing_once_there_is_something_to_compare_to() -> None:
    someone = Participant()
    someone.tries("dummy")
    someone.tries("logistic_regression")
    assert someone.severity("comparison_missing") is None
    someone.tries("random_forest")
    assert someone.severity("comparison_missing") == Severity.ISSUE


def test_a_comparison_is_not_missing_while_nothing_has_a_score() -> None:
    someone = Participant()
    someone.tries("dummy", result=False)
    someone.tries("random_forest")
    assert someone.severity("comparison_missing") is None


def test_what_had_no_score_yet_could_not_be_compared_to() -> None:
    someone = Participant()
    first = someone.tries("dummy")
    someone.tries("random_forest")
    assert someone.severity("comparison_missing") == Severity.ISSUE
    Run.objects.filter(experiment=first).update(finished_at=timezone.now())
    assert someone.severity("comparison_missing") is None


THREE = ("mean_radius", "mean_area", "mean_texture")


def without(*names: str) -> dict[str, Any]:
    """A config that leaves columns out."""
    return {"columns": {"exclude": list(names)}}


@pytest.mark.parametrize(
    ("model", "config", "severity"),
    [
        ("random_forest", {}, None),
        ("logistic_regression", without("mean_radius"), None),
        ("logistic_regression", without("mean_radius", "mean_area"), Severity.NOTICE),
        ("logistic_regression", without(*THREE), Severity.ISSUE),
        ("logistic_regression", {"model": {"name": "logistic_regression", "C": 0.1}}, None),
        (
            "logistic_regression",
            without("mean_radius") | {"model": {"name": "logistic_regression", "C": 0.1}},
            Severity.ISSUE,
        ),
        ("random_forest", without("mean_radius"), Severity.ISSUE),
        (
            "random_forest",
            {"preparation": {"numeric": {"scale": "none"}}},
            Severity.NOTICE,
        ),
    ],
)
def test_one_change_at_a_time(
    model: str, config: dict[str, Any], severity: Severity | None
) -> None:
    someone = Participant()
    first = someone.tries()
    someone.tries(model, config=config, compared_to=first)
    assert someone.severity("several_changes") == severity


def test_a_marked_column_does_not_count_as_a_change() -> None:
    someone = Participant()
    first = someone.tries()
    someone.tries(config=without("mean_radius", "mean_area"), compared_to=first)
    assert someone.severity("several_changes") == Severity.NOTICE
    Dojo.objects.update(column_marks={"mean_area": True})
    assert someone.severity("several_changes") is None


def test_the_same_config_again() -> None:
    someone = Participant()
    first = someone.tries()
    someone.tries("random_forest", compared_to=first)
    assert someone.severity("same_config") is None
    every = [column.name for column in someone.dojo.schema.default_features]
    someone.tries(config={"columns": {"include": every}}, compared_to=first)
    assert someone.severity("same_config") == Severity.ISSUE


def test_a_failed_config_may_be_tried_again() -> None:
    someone = Participant()
    first = someone.tries(result=False)
    Run.objects.filter(experiment=first).update(status="failed")
    someone.tries()
    assert someone.severity("same_config") is None


def test_not_framed_is_said_once() -> None:
    someone = Participant()
    someone.tries()
    someone.tries("random_forest")
    assert someone.severity("no_framing") is None
    someone.has_framing = False
    found = [f for f in findings_of(someone.record()) if f.code == "no_framing"]
    assert [f.experiment.number for f in found] == [2]
