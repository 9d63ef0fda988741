"""Apply all rules to a record; issues that the participant has since avoided count less."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from experiments.findings import conclusions, evidence, hypotheses
from experiments.findings.outcomes import Outcome
from experiments.findings.record import Finding, Record, Severity
from experiments.models import Experiment

# Comes before everything else, however old: nothing is learned from a number that a leak made.
ALARM = "leak_alarm"

Judge = Callable[[Record, Experiment], Outcome | None]


@dataclass(frozen=True)
class Rule:
    """One thing to look at in every experiment.

    Attributes:
        judge: what it shows; None where the rule has nothing to say of it.
        problem: code of the finding where something is wrong; empty where nothing can be.
        strength: code of the finding where it is done well; empty where that is no merit.
    """

    judge: Judge
    problem: str = ""
    strength: str = ""

    def code(self, outcome: Outcome) -> str:
        return self.strength if outcome.severity == Severity.STRENGTH else self.problem


RULES = (
    Rule(evidence.no_alarm, ALARM),
    Rule(hypotheses.framed, "no_framing", "framed"),
    Rule(hypotheses.forecast, "no_expectation", "has_forecast"),
    Rule(hypotheses.baseline, "no_baseline", "has_baseline"),
    Rule(hypotheses.compared, "comparison_missing", "compared"),
    Rule(hypotheses.one_change, "several_changes", "one_change"),
    Rule(hypotheses.new_config, "same_config"),
    Rule(evidence.small_gap, "overfitting", "small_gap"),
    Rule(evidence.no_leak, "leaking_column", "no_leak"),
    Rule(evidence.no_suspect, "suspect_column"),
    Rule(evidence.fresh_test_set, "test_set_worn_out"),
    Rule(evidence.honest_metric, "metric_hides_imbalance"),
    Rule(conclusions.decided, "no_decision", "decided"),
    Rule(conclusions.errors_analysed, "errors_not_analysed", "errors_analysed"),
    Rule(conclusions.follows_evidence, "decision_against_evidence", "decision_follows"),
    Rule(conclusions.inconclusive, "kept_inconclusive"),
    Rule(conclusions.unshown_fall, "fall_not_shown"),
    Rule(conclusions.as_forecast, "forecast_missed", "as_forecast"),
    Rule(conclusions.quoted, "nothing_quoted"),
    Rule(conclusions.reproduced, strength="reproduced"),
)


def findings_of(record: Record) -> list[Finding]:
    """Everything that the rules find: the gravest first, then the latest."""
    found = [finding for rule in RULES for finding in _apply(rule, record)]
    return sorted(found, key=_gravity)


def _gravity(finding: Finding) -> tuple[bool, int, int]:
    return finding.code != ALARM, -finding.severity, -finding.experiment.number


def _apply(rule: Rule, record: Record) -> Iterator[Finding]:
    """A rule's findings. Who did it right later has learned: what was an issue is a notice."""
    learned = False
    for experiment in reversed(record.experiments):
        outcome = rule.judge(record, experiment)
        if outcome is None:
            continue
        if outcome.severity == Severity.STRENGTH:
            learned = True
        elif learned and outcome.severity == Severity.ISSUE:
            outcome = replace(outcome, severity=Severity.NOTICE)
        if code := rule.code(outcome):
            yield Finding(code, outcome.severity, experiment, outcome.evidence, outcome.view)


def held_strengths(findings: Iterable[Finding]) -> list[Finding]:
    """Strengths not contradicted by a later experiment."""
    latest: dict[str, Finding] = {}
    strength_of = {rule.problem: rule.strength for rule in RULES if rule.problem}
    for finding in sorted(findings, key=lambda f: f.experiment.number):
        latest[strength_of.get(finding.code) or finding.code] = finding
    return [finding for finding in latest.values() if finding.is_strength]


def most_pressing(findings: Iterable[Finding]) -> list[Finding]:
    """For each problem, the most serious and latest finding."""
    first: dict[str, Finding] = {}
    for finding in findings:
        if not finding.is_strength:
            first.setdefault(finding.code, finding)
    return list(first.values())
