"""What is made of a result."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from classrooms.agenda import timeline
from classrooms.models.agenda import PhaseKind
from experiments.findings import (
    Severity,
    findings_of,
    held_strengths,
)
from experiments.models import Experiment, RowNote, Run
from tests.experiments.records import KEEP, REJECT, Participant

pytestmark = pytest.mark.django_db


def test_no_decision_is_a_trap_once_the_next_is_submitted() -> None:
    someone = Participant()
    first = someone.tries()
    assert someone.severity("no_decision") is None
    someone.tries("random_forest", compared_to=first, result=False)
    assert someone.severity("no_decision") == Severity.ISSUE
    someone.concludes(first, KEEP, "Fine, few errors.")
    assert someone.severity("no_decision") is None


def test_what_was_submitted_before_the_result_was_there_is_no_reproach() -> None:
    someone = Participant()
    first = someone.tries()
    someone.tries("random_forest", compared_to=first)
    Run.objects.filter(experiment=first).update(finished_at=timezone.now())
    assert someone.severity("no_decision") is None


def test_no_decision_for_long() -> None:
    someone = Participant()
    someone.tries()
    later = timezone.now() + timedelta(minutes=25)
    assert someone.severity("no_decision", now=later) == Severity.ISSUE
    timeline.pause_dojo(someone.dojo)
    assert someone.severity("no_decision", now=later) is None


def test_errors_not_analysed_is_a_trap_from_the_interpretation_on() -> None:
    someone = Participant()
    kept = someone.tries()
    assert someone.severity("errors_not_analysed") is None
    someone.concludes(kept, KEEP, "The score is good.")
    assert someone.severity("errors_not_analysed") == Severity.NOTICE
    begun = frozenset({PhaseKind.THEORY, PhaseKind.INTERPRETATION})
    assert someone.severity("errors_not_analysed", begun=begun) == Severity.ISSUE
    RowNote.objects.create(experiment=kept, row=12, text="A border case.")
    assert someone.severity("errors_not_analysed", begun=begun) is None
    assert someone.severity("errors_analysed", begun=begun) == Severity.STRENGTH


@pytest.mark.parametrize(
    ("analysis", "is_asked"),
    [
        ("AUC, errors ok.", True),
        ("Rien à signaler sur les erreurs.", True),
        ("On en rate 4 sur 40, des petites tumeurs.", False),
    ],
)
def test_errors_are_counted_or_asked_for_whatever_the_words(analysis: str, is_asked: bool) -> None:
    someone = Participant()
    kept = someone.tries()
    someone.concludes(kept, KEEP, analysis)
    begun = frozenset({PhaseKind.INTERPRETATION})
    expected = Severity.ISSUE if is_asked else None
    assert someone.severity("errors_not_analysed", begun=begun) == expected
    assert someone.severity("errors_analysed", begun=begun) is None
    Experiment.objects.filter(pk=kept.pk).update(subgroup_claim="harder")
    assert someone.severity("errors_analysed", begun=begun) == Severity.STRENGTH


def test_errors_may_have_given_the_next_idea() -> None:
    someone = Participant()
    first = someone.tries()
    someone.concludes(first, KEEP, "The score is good.")
    someone.tries("random_forest", compared_to=first, rationale="3 of 12 small nuclei are wrong.")
    assert someone.severity("errors_not_analysed") is None


@pytest.mark.parametrize(
    ("decision", "judgement", "expected", "severity"),
    [
        (KEEP, ("missed", "worse"), 0.02, Severity.ISSUE),
        # Too small to matter: kept as progress or for being simpler, a reader has to tell.
        (KEEP, ("missed", "unclear"), 0.02, None),
        (KEEP, ("missed", "worse"), 0.0, Severity.ISSUE),
        (REJECT, ("missed", "worse"), 0.02, None),
        (KEEP, ("right", "worse"), -0.02, None),
        (KEEP, ("right", "better"), 0.02, None),
        (KEEP, ("missed", "better"), -0.02, None),
    ],
)
def test_what_is_kept_follows_the_evidence(
    decision: str, judgement: tuple[str, str], expected: float, severity: Severity | None
) -> None:
    someone = Participant()
    first = someone.tries()
    second = someone.tries(
        "random_forest", compared_to=first, judgement=judgement, expected_effect=expected
    )
    someone.concludes(second, decision, "Errors are fewer.")
    assert someone.severity("decision_against_evidence") == severity


def test_an_honest_score_may_be_worse() -> None:
    someone = Participant()
    first = someone.tries()
    second = someone.tries(
        config={"columns": {"exclude": ["mean_area"]}},
        compared_to=first,
        judgement=("missed", "worse"),
    )
    someone.concludes(second, KEEP, "Errors are more, and honest.")
    assert someone.severity("decision_against_evidence") == Severity.ISSUE
    leak = frozenset({"mean_area"})
    assert someone.severity("decision_against_evidence", leaks=leak) is None


@pytest.mark.parametrize(
    ("decision", "analysis", "expected", "severity"),
    [
        (KEEP, "Better, and fewer errors.", 0.02, Severity.ISSUE),
        (KEEP, "Within chance; kept because it is simpler.", 0.02, Severity.ISSUE),
        (KEEP, "As good with fewer columns.", 0.0, None),
        ("iterate", "Better, and fewer errors.", 0.02, None),
    ],
)
def test_what_is_kept_though_inconclusive_is_an_issue_whatever_is_written(
    decision: str, analysis: str, expected: float, severity: Severity | None
) -> None:
    someone = Participant()
    first = someone.tries()
    second = someone.tries(
        "random_forest",
        compared_to=first,
        judgement=("cannot tell", "unclear"),
        expected_effect=expected,
    )
    someone.concludes(second, decision, analysis)
    assert someone.severity("kept_inconclusive") == severity


def test_strengths_are_found_too() -> None:
    someone = Participant()
    first = someone.tries()
    someone.tries("random_forest", compared_to=first, judgement=("right", "better"))
    repeated = Run.objects.create(experiment=first, reproduces=first.run, status="succeeded")
    strengths = {f.code for f in findings_of(someone.record()) if f.is_strength}
    assert {"has_baseline", "one_change", "as_forecast", "reproduced"} <= strengths
    Run.objects.filter(pk=repeated.pk).update(differences=[{"metric": "roc_auc"}])
    assert "reproduced" not in {f.code for f in findings_of(someone.record())}


def test_a_strength_is_held_until_the_next_slip() -> None:
    someone = Participant()
    someone.tries()
    assert "small_gap" in {f.code for f in held_strengths(findings_of(someone.record()))}
    someone.tries("decision_tree", train=1.0)
    assert "small_gap" not in {f.code for f in held_strengths(findings_of(someone.record()))}


def kept_without_a_column(someone: Participant, decision: str, **fields: Any) -> None:
    first = someone.tries()
    second = someone.tries(
        config={"columns": {"exclude": ["mean_area"]}}, compared_to=first, **fields
    )
    someone.concludes(second, decision, "So it is.")


def test_what_is_simpler_may_be_kept_though_inconclusive() -> None:
    someone = Participant()
    kept_without_a_column(someone, KEEP, judgement=("cannot tell", "unclear"))
    assert someone.severity("kept_inconclusive") == Severity.NOTICE


def test_a_loss_that_is_not_shown_is_worth_a_question() -> None:
    someone = Participant()
    unclear = ("cannot tell", "unclear")
    kept_without_a_column(someone, REJECT, judgement=unclear, expected_effect=-0.02)
    assert someone.severity("fall_not_shown") == Severity.NOTICE
    other = Participant()
    kept_without_a_column(other, REJECT, judgement=unclear, expected_effect=0.02)
    assert other.severity("fall_not_shown") is None, "rejected for being no better"


@pytest.mark.parametrize(("analysis", "is_asked"), [("Fine.", True), ("Not 0.02.", False)])
def test_a_forecast_that_was_missed_is_come_back_to(analysis: str, is_asked: bool) -> None:
    someone = Participant()
    first = someone.tries()
    missed = someone.tries("random_forest", compared_to=first, judgement=("missed", "worse"))
    someone.concludes(missed, REJECT, analysis)
    assert someone.severity("forecast_missed") == (Severity.NOTICE if is_asked else None)


def test_a_conclusion_quotes_its_result() -> None:
    someone = Participant()
    first = someone.tries()
    someone.concludes(first, KEEP, "A good score.")
    assert someone.severity("nothing_quoted") == Severity.NOTICE
    someone.concludes(first, KEEP, "0.94 on the test set.")
    assert someone.severity("nothing_quoted") is None
