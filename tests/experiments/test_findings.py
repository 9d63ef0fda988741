"""Each trap fires where it should, and a good experimenter gets none."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from classrooms import timeline
from classrooms.models import Dojo, Membership
from classrooms.models.phases import PhaseKind
from experiments.engine.config import ExperimentConfig
from experiments.findings import (
    Record,
    Severity,
    findings_of,
    held_strengths,
    most_pressing,
    setting_of,
)
from experiments.findings.evidence import HALF_WIDTH, WEARING_TRIES
from experiments.findings.judging import RULES
from experiments.findings.words import WORDS
from experiments.models import Experiment, RowNote, Run
from experiments.selectors import experiments_of
from experiments.simulation import advance_all
from experiments.work import do_next
from tests import factories

pytestmark = pytest.mark.django_db

CLAIM = "Gradient boosting finds interactions that a line cannot."
WHY = "Radius and texture probably act together."
KEEP, REJECT = "keep", "reject"


class Participant:
    """Somebody whose record a test writes."""

    def __init__(self, **dojo: Any) -> None:
        self.membership = factories.join(factories.make_dojo(**dojo))
        self.has_framing = True
        self.metric_in_framing = ""

    @property
    def dojo(self) -> Dojo:
        return self.membership.dojo

    def config(self, model: str, changes: dict[str, Any]) -> ExperimentConfig:
        values = factories.config_of(self.membership, model).model_dump(mode="json")
        return ExperimentConfig.model_validate(values | changes)

    def tries(
        self,
        model: str = "logistic_regression",
        *,
        result: bool = True,
        train: float = 0.95,
        judgement: tuple[str | None, str] | None = None,
        **fields: Any,
    ) -> Experiment:
        """A submitted experiment, with a result and what the comparison said of it.

        Args:
            judgement: verdict and direction.
        """
        config = self.config(model, fields.pop("config", {}))
        values = {"claim": CLAIM, "rationale": WHY, "expected_effect": 0.02, "config": config}
        experiment = factories.submit(self.membership, **values | fields)
        if not result:
            return experiment
        run = factories.finish(experiment, test=0.94)
        run.metrics["train"]["roc_auc"] = train
        run.intervals = {"roc_auc": [0.9, 0.97]}
        if judgement:
            run.comparison = {
                "differences": {"roc_auc": {"low": -0.01, "high": 0.02}},
                "judgement": {"verdict": judgement[0], "effect": "none", "direction": judgement[1]},
            }
        run.save()
        return Experiment.objects.get(pk=experiment.pk)

    def concludes(self, experiment: Experiment, decision: str, analysis: str) -> None:
        Experiment.objects.filter(pk=experiment.pk).update(
            decision=decision, analysis=analysis, closed_at=timezone.now()
        )

    def record(self, **setting: Any) -> Record:
        dojo = Dojo.objects.get(pk=self.dojo.pk)
        found = setting_of(dojo)
        for name, value in setting.items():
            object.__setattr__(found, name, value)
        experiments = tuple(experiments_of(Membership.objects.get(pk=self.membership.pk)))
        return Record(found, experiments, self.has_framing, self.metric_in_framing)

    def severity(self, code: str, **setting: Any) -> Severity | None:
        """The gravest of this kind of finding; None where there is none."""
        found = [f.severity for f in findings_of(self.record(**setting)) if f.code == code]
        return max(found, default=None)


# --- Hypotheses -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("claim", "rationale", "expected", "lacks"),
    [
        ("On teste XGBoost", WHY, 0.02, ["change"]),
        ("Let us try something", WHY, 0.02, ["change"]),
        (CLAIM, "why not", 0.02, ["reason"]),
        (CLAIM, CLAIM.upper(), 0.02, ["reason"]),
        ("test 2", "parce que", 0.02, ["change", "reason"]),
        (CLAIM, WHY, 0.02, []),
        ("Une forêt aléatoire dépasse la régression", "Effets non linéaires de l'âge", 0.02, []),
        ("Without area, recall holds", "Radius says the same", 0.0, []),
    ],
)
def test_a_hypothesis_names_a_change_a_reason_and_a_measure(
    claim: str, rationale: str, expected: float, lacks: list[str]
) -> None:
    someone = Participant()
    someone.tries(claim=claim, rationale=rationale, expected_effect=expected)
    found = [f for f in findings_of(someone.record()) if f.code == "no_clear_hypothesis"]
    assert [f.evidence["lacks"] for f in found] == ([lacks] if lacks else [])
    assert all(f.is_trap for f in found)


def test_only_a_first_experiment_may_go_without_a_prediction() -> None:
    someone = Participant()
    first = someone.tries(expected_effect=None)
    assert someone.severity("no_clear_hypothesis") == Severity.NOTICE
    someone.tries("random_forest", expected_effect=None, compared_to=first)
    assert someone.severity("no_clear_hypothesis") == Severity.TRAP


def test_who_does_it_right_later_has_learned() -> None:
    someone = Participant()
    first = someone.tries(claim="test", rationale="test")
    assert someone.severity("no_clear_hypothesis") == Severity.TRAP
    someone.tries("random_forest", compared_to=first)
    assert someone.severity("no_clear_hypothesis") == Severity.NOTICE


def test_no_baseline() -> None:
    someone = Participant()
    someone.tries("random_forest")
    assert someone.severity("no_baseline") == Severity.TRAP
    someone.tries("dummy")
    assert someone.severity("no_baseline") == Severity.NOTICE


def test_a_baseline_that_failed_is_none() -> None:
    someone = Participant()
    baseline = someone.tries("logistic_regression", result=False)
    someone.tries("random_forest")
    assert someone.severity("no_baseline") is None
    Run.objects.filter(experiment=baseline).update(status="failed")
    assert someone.severity("no_baseline") == Severity.TRAP


def test_a_comparison_is_missing_once_there_is_something_to_compare_to() -> None:
    someone = Participant()
    someone.tries("dummy")
    someone.tries("logistic_regression")
    assert someone.severity("comparison_missing") is None
    someone.tries("random_forest")
    assert someone.severity("comparison_missing") == Severity.TRAP


def test_a_comparison_is_not_missing_while_nothing_has_a_score() -> None:
    someone = Participant()
    someone.tries("dummy", result=False)
    someone.tries("random_forest")
    assert someone.severity("comparison_missing") is None


def test_what_had_no_score_yet_could_not_be_compared_to() -> None:
    someone = Participant()
    first = someone.tries("dummy")
    someone.tries("random_forest")
    assert someone.severity("comparison_missing") == Severity.TRAP
    Run.objects.filter(experiment=first).update(finished_at=timezone.now())
    assert someone.severity("comparison_missing") is None


@pytest.mark.parametrize(
    ("model", "config", "severity"),
    [
        ("random_forest", {}, None),
        ("logistic_regression", {"columns": {"include": ["mean_radius", "mean_area"]}}, None),
        ("logistic_regression", {"model": {"name": "logistic_regression", "C": 0.1}}, None),
        (
            "logistic_regression",
            {
                "columns": {"include": ["mean_radius"]},
                "model": {"name": "logistic_regression", "C": 0.1},
            },
            Severity.TRAP,
        ),
        ("random_forest", {"columns": {"include": ["mean_radius"]}}, Severity.TRAP),
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


def test_the_same_config_again() -> None:
    someone = Participant()
    first = someone.tries()
    someone.tries("random_forest", compared_to=first)
    assert someone.severity("same_config") is None
    every = [column.name for column in someone.dojo.schema.default_features]
    someone.tries(config={"columns": {"include": every}}, compared_to=first)
    assert someone.severity("same_config") == Severity.TRAP


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


# --- Evidence -------------------------------------------------------------------------
def test_overfitting_is_a_trap_once_they_go_on() -> None:
    someone = Participant()
    someone.tries()
    assert someone.severity("overfitting") is None
    deep = someone.tries("decision_tree", train=1.0)
    assert someone.severity("overfitting") == Severity.NOTICE  # they may be reading it
    someone.concludes(deep, KEEP, "It fits.")
    assert someone.severity("overfitting") == Severity.TRAP


@pytest.mark.parametrize(
    ("decision", "direction", "severity"),
    [
        (REJECT, "better", None),
        ("iterate", "unclear", None),
        (KEEP, "better", Severity.NOTICE),
        (KEEP, "unclear", Severity.TRAP),
        (KEEP, "worse", Severity.TRAP),
    ],
)
def test_who_saw_the_gap_is_in_no_trap(
    decision: str, direction: str, severity: Severity | None
) -> None:
    someone = Participant()
    first = someone.tries()
    deep = someone.tries(
        "decision_tree", train=1.0, compared_to=first, judgement=("supported", direction)
    )
    someone.concludes(deep, decision, "Train is perfect.")
    assert someone.severity("overfitting") == severity


def test_a_leak_is_looked_at_once_and_no_more() -> None:
    someone = Participant()
    leak = frozenset({"mean_area"})
    someone.tries("dummy")
    assert someone.severity("leaking_column", leaks=leak) is None
    first = someone.tries()
    assert someone.severity("leaking_column", leaks=leak) == Severity.NOTICE
    second = someone.tries("random_forest", compared_to=first)
    assert someone.severity("leaking_column", leaks=leak) == Severity.TRAP
    someone.concludes(second, KEEP, "Great.")
    someone.tries(config={"columns": {"exclude": ["mean_area"]}}, compared_to=second)
    assert someone.severity("leaking_column", leaks=leak) == Severity.NOTICE
    assert someone.severity("no_leak", leaks=leak) == Severity.INFO


def test_a_leak_within_a_new_feature_is_one_too() -> None:
    someone = Participant()
    feature = {"name": "density", "operation": "ratio"}
    feature |= {"numerator": "mean_area", "denominator": "mean_radius"}
    config = {"columns": {"include": ["mean_texture"]}, "new_features": [feature]}
    kept = someone.tries(config=config)
    someone.concludes(kept, KEEP, "Great.")
    leak = frozenset({"mean_area"})
    assert someone.severity("leaking_column", leaks=leak) == Severity.TRAP
    assert someone.severity("leaking_column", leaks=frozenset({"mean_area_2"})) is None


def test_a_column_that_is_only_suspected_is_no_trap() -> None:
    someone = Participant()
    kept = someone.tries()
    someone.concludes(kept, KEEP, "Great.")
    assert someone.severity("suspect_column", suspects=frozenset({"mean_area"})) == Severity.NOTICE
    assert someone.severity("suspect_column", suspects=frozenset()) is None


@pytest.mark.parametrize(
    ("unclear", "clear", "severity"),
    [(WEARING_TRIES, 0, Severity.TRAP), (WEARING_TRIES - 1, 0, None), (1, WEARING_TRIES, None)],
)
def test_many_tries_within_chance_wear_the_test_set_out(
    unclear: int, clear: int, severity: Severity | None
) -> None:
    someone = Participant()
    for direction, count in (("unclear", unclear), ("better", clear)):
        for _try in range(count):
            someone.tries(judgement=("inconclusive", direction))
    assert someone.severity("test_set_worn_out") == severity


def test_so_many_tries_are_as_much_as_an_interval_calls_chance() -> None:
    too_high = math.sqrt(2 * math.log(WEARING_TRIES))
    assert too_high >= HALF_WIDTH > math.sqrt(2 * math.log(WEARING_TRIES - 1))


def test_the_ladder_counters_it() -> None:
    someone = Participant()
    for _try in range(WEARING_TRIES):
        someone.tries(judgement=("inconclusive", "unclear"))
    Dojo.objects.update(uses_ladder=True)
    assert someone.severity("test_set_worn_out") == Severity.NOTICE


@pytest.mark.parametrize(
    ("claim", "minority", "severity"),
    [
        ("A forest reaches an accuracy of 0.95.", 0.1, Severity.TRAP),
        ("Une forêt atteint 95 % de bonnes réponses.", 0.1, Severity.TRAP),
        ("A forest reaches an accuracy of 0.95.", 0.4, None),
        ("A forest keeps accuracy and gains recall.", 0.1, None),
        (CLAIM, 0.1, None),
    ],
)
def test_accuracy_hides_a_rare_class(
    claim: str, minority: float, severity: Severity | None
) -> None:
    someone = Participant()
    someone.tries(claim=claim)
    assert someone.severity("metric_hides_imbalance", minority=minority) == severity


def test_a_dojos_own_metric_is_no_trap_of_the_participant() -> None:
    someone = Participant(primary_metric="accuracy")
    someone.tries()
    assert someone.severity("metric_hides_imbalance", minority=0.1) == Severity.NOTICE
    someone.metric_in_framing = "Accuracy, from 0.9 on."
    assert someone.severity("metric_hides_imbalance", minority=0.1) == Severity.TRAP


# --- Conclusions ----------------------------------------------------------------------
def test_no_decision_is_a_trap_once_the_next_is_submitted() -> None:
    someone = Participant()
    first = someone.tries()
    assert someone.severity("no_decision") is None
    someone.tries("random_forest", compared_to=first, result=False)
    assert someone.severity("no_decision") == Severity.TRAP
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
    assert someone.severity("no_decision", now=later) == Severity.TRAP
    timeline.pause_dojo(someone.dojo)
    assert someone.severity("no_decision", now=later) is None


def test_errors_not_analysed_is_a_trap_from_the_interpretation_on() -> None:
    someone = Participant()
    kept = someone.tries()
    assert someone.severity("errors_not_analysed") is None
    someone.concludes(kept, KEEP, "The score is good.")
    assert someone.severity("errors_not_analysed") == Severity.NOTICE
    begun = frozenset({PhaseKind.THEORY, PhaseKind.INTERPRETATION})
    assert someone.severity("errors_not_analysed", begun=begun) == Severity.TRAP
    RowNote.objects.create(experiment=kept, row=12, text="A border case.")
    assert someone.severity("errors_not_analysed", begun=begun) is None
    assert someone.severity("errors_analysed", begun=begun) == Severity.INFO


@pytest.mark.parametrize(
    "analysis", ["It misses five: false negatives.", "Les erreurs sont des petites tumeurs."]
)
def test_words_on_errors_are_an_analysis(analysis: str) -> None:
    someone = Participant()
    someone.concludes(someone.tries(), KEEP, analysis)
    begun = frozenset({PhaseKind.INTERPRETATION})
    assert someone.severity("errors_not_analysed", begun=begun) is None


def test_errors_that_gave_the_next_idea_were_analysed() -> None:
    someone = Participant()
    first = someone.tries()
    someone.concludes(first, KEEP, "The score is good.")
    someone.tries("random_forest", compared_to=first, rationale="Most errors are small nuclei.")
    assert someone.severity("errors_not_analysed") is None


@pytest.mark.parametrize(
    ("decision", "judgement", "expected", "severity"),
    [
        (KEEP, ("refuted", "worse"), 0.02, Severity.TRAP),
        (KEEP, ("refuted", "unclear"), 0.02, Severity.TRAP),
        (KEEP, ("refuted", "worse"), 0.0, Severity.TRAP),
        (REJECT, ("refuted", "worse"), 0.02, None),
        (KEEP, ("supported", "worse"), -0.02, None),
        (KEEP, ("supported", "better"), 0.02, None),
        (KEEP, ("refuted", "better"), -0.02, None),
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
        judgement=("refuted", "worse"),
    )
    someone.concludes(second, KEEP, "Errors are more, and honest.")
    assert someone.severity("decision_against_evidence") == Severity.TRAP
    leak = frozenset({"mean_area"})
    assert someone.severity("decision_against_evidence", leaks=leak) is None


@pytest.mark.parametrize(
    ("decision", "analysis", "expected", "severity"),
    [
        (KEEP, "Better, and fewer errors.", 0.02, Severity.TRAP),
        (KEEP, "Within chance; kept because it is simpler.", 0.02, None),
        (KEEP, "L'intervalle contient zéro.", 0.02, None),
        (KEEP, "As good with fewer columns.", 0.0, None),
        ("iterate", "Better, and fewer errors.", 0.02, None),
    ],
)
def test_an_inconclusive_result_is_no_win(
    decision: str, analysis: str, expected: float, severity: Severity | None
) -> None:
    someone = Participant()
    first = someone.tries()
    second = someone.tries(
        "random_forest",
        compared_to=first,
        judgement=("inconclusive", "unclear"),
        expected_effect=expected,
    )
    someone.concludes(second, decision, analysis)
    assert someone.severity("inconclusive_win") == severity


def test_strengths_are_found_too() -> None:
    someone = Participant()
    first = someone.tries()
    someone.tries("random_forest", compared_to=first, judgement=("supported", "better"))
    repeated = Run.objects.create(experiment=first, reproduces=first.run, status="succeeded")
    strengths = {f.code for f in findings_of(someone.record()) if f.is_strength}
    assert {"has_baseline", "one_change", "prediction_came_true", "reproduced"} <= strengths
    Run.objects.filter(pk=repeated.pk).update(differences=[{"metric": "roc_auc"}])
    assert "reproduced" not in {f.code for f in findings_of(someone.record())}


def test_a_strength_is_held_until_the_next_slip() -> None:
    someone = Participant()
    someone.tries()
    assert "small_gap" in {f.code for f in held_strengths(findings_of(someone.record()))}
    someone.tries("decision_tree", train=1.0)
    assert "small_gap" not in {f.code for f in held_strengths(findings_of(someone.record()))}


# --- All of them ----------------------------------------------------------------------
def test_no_experiment_no_finding() -> None:
    assert findings_of(Participant().record()) == []


def test_every_finding_has_words_and_a_page_in_both_languages() -> None:
    codes = {rule.problem for rule in RULES} | {rule.strength for rule in RULES}
    assert codes - {""} == set(WORDS)
    for rule in RULES:
        for language in ("en", "fr"):
            with translation.override(language):
                assert not rule.problem or str(WORDS[rule.problem].question)
                assert not rule.strength or not WORDS[rule.strength].question
    someone = Participant()
    someone.has_framing = False
    someone.tries("decision_tree", train=1.0, claim="test")
    someone.tries("decision_tree")
    for finding in findings_of(someone.record(leaks=frozenset({"mean_area"}))):
        with translation.override("fr"):
            assert "%(" not in finding.sentence
        assert finding.url.startswith(f"/dojos/{someone.dojo.public_id}/")


def test_the_most_pressing_are_one_of_a_kind_and_the_gravest_first() -> None:
    someone = Participant()
    someone.has_framing = False
    for _try in range(2):
        someone.tries("random_forest", claim="test")
    pressing = most_pressing(findings_of(someone.record()))
    assert len(pressing) == len({f.code for f in pressing})
    assert [f.severity for f in pressing] == sorted((f.severity for f in pressing), reverse=True)
    assert {f.experiment.number for f in pressing if f.code == "no_clear_hypothesis"} == {2}


@pytest.mark.django_db(transaction=True)
def test_a_careful_participant_is_in_no_trap_and_a_hurried_one_is() -> None:
    dojo = factories.make_dojo()
    members = {}
    for script in ("careful", "hurried"):
        member = members[script] = factories.join(dojo, script)
        member.simulated_as = script
        member.save()
    for _step in range(12):
        advance_all()
        while do_next():
            pass
    traps = {}
    for script, member in members.items():
        record = Record(
            setting_of(dojo), tuple(experiments_of(member)), has_framing=script == "careful"
        )
        assert len(record.experiments) > 1
        traps[script] = {f.code for f in findings_of(record) if f.is_trap}
    assert traps["careful"] == set()
    assert "no_decision" in traps["hurried"]
