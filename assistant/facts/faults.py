"""What facts show to be wrong with an experiment: gravest first, and by the name of its kind."""

from __future__ import annotations

from collections.abc import Mapping

from experiments.findings import Finding

# A kind is the name of a fault in the evaluation of the coach (`benchmarks/assistant`). The order
# is that of gravity: what makes the number itself worthless comes first.
KINDS: dict[str, tuple[str, ...]] = {
    "leak_alarm": ("leak_celebrated",),
    "leaking_column": ("leak_celebrated",),
    "same_config": ("same_config",),
    "decision_against_evidence": ("keep_worse", "contradicts_interval"),
    "no_baseline": ("no_baseline",),
    "comparison_missing": ("no_comparison",),
    "overfitting": ("overfit_ignored",),
    "metric_hides_imbalance": ("accuracy_imbalance",),
    "kept_inconclusive": ("keep_not_significant", "contradicts_interval"),
    "fall_not_shown": ("contradicts_interval",),
    "several_changes": ("two_things",),
    "no_expectation": ("no_expectation",),
    "test_set_worn_out": ("test_reuse",),
    "forecast_missed": ("predicted_not_reached",),
    "no_decision": ("no_decision",),
    "suspect_column": ("suspect_column",),
    "errors_not_analysed": ("errors_unlooked",),
    "nothing_quoted": ("no_numbers",),
    "no_framing": ("no_framing",),
}
_ORDER = {code: place for place, code in enumerate(KINDS)}
# So many places does what is only worth a question stand behind.
_NOTICED = 4
# What puts a gain in doubt: nothing that is built on the number may be praised.
DOUBTS = frozenset({"leak_alarm", "leaking_column", "same_config"})


def kinds_of(finding: Finding) -> tuple[str, ...]:
    """The kinds of fault that a finding speaks of."""
    if finding.code == "several_changes" and finding.evidence["count"] > 2:
        # Many settings of one model are one idea.
        return ("many_changes",) if finding.is_issue else ()
    return KINDS.get(finding.code, ())


def faults_of(findings: Mapping[str, Finding]) -> list[Finding]:
    """What is wrong or to be asked about, the gravest first."""
    found = [one for one in findings.values() if not one.is_strength]
    return sorted(
        found, key=lambda one: _ORDER.get(one.code, len(_ORDER)) + _NOTICED * (not one.is_issue)
    )
