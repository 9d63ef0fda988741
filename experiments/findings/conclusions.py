"""Rules about conclusions: decided, errors analysed, chance respected."""

from __future__ import annotations

from typing import Any

from experiments.findings.outcomes import Outcome, fine, wrong
from experiments.findings.reading import names_chance, names_errors
from experiments.findings.record import Record, is_dummy
from experiments.models import Experiment

KEEP = Experiment.Decision.KEEP


def decided(record: Record, experiment: Experiment) -> Outcome | None:
    """Concluded, or still being read."""
    if experiment.is_closed:
        return fine()
    if not experiment.awaits_decision or not record.was_left(experiment):
        return None
    return wrong(True)


def wrote_of_errors(experiment: Experiment) -> bool:
    """Return whether the conclusion, the limitations or notes on rows mention errors."""
    texts = (experiment.analysis, experiment.limits)
    return bool(experiment.row_notes.all()) or any(names_errors(text) for text in texts)


def looked_at_errors(record: Record, experiment: Experiment) -> bool:
    """The same, or its errors are the reason of what they tried next."""
    following = (e for e in record.after(experiment) if e.compared_to_id == experiment.pk)
    return wrote_of_errors(experiment) or any(names_errors(e.rationale) for e in following)


def errors_analysed(record: Record, experiment: Experiment) -> Outcome | None:
    """Of what is concluded, the errors were looked at; a dummy's teach nothing.

    It is an issue once the agenda has come to the interpretation.
    """
    if looked_at_errors(record, experiment):
        return fine(view="errors")
    if not experiment.is_closed or not experiment.run.has_succeeded or is_dummy(experiment):
        return None
    others = [other for other in record.experiments if other != experiment]
    if any(looked_at_errors(record, other) for other in others):
        return None
    found = experiment.run.confusion
    return wrong(
        record.setting.errors_are_due,
        view="errors",
        errors=found.get("false_positives", 0) + found.get("false_negatives", 0),
    )


def follows_evidence(record: Record, experiment: Experiment) -> Outcome | None:
    """Kept experiments are not worse than their reference, nor refuted.

    Worse as predicted may well be kept: an honest score for a flattering one.
    """
    outcome = record.outcome(experiment)
    if outcome is None or not experiment.is_closed:
        return None
    is_foreseen = outcome.is_decided and not outcome.is_missed
    is_worse = outcome.direction == "worse" and not is_foreseen
    is_refuted = outcome.is_missed and outcome.direction != "better"
    if outcome.verdict == "too_small" and names_chance(experiment.analysis):
        is_refuted = False
    if experiment.decision != KEEP or not (is_worse or is_refuted):
        return fine()
    if _drops_leak(record, experiment):
        return fine()
    is_issue = is_worse or record.expects_progress(experiment)
    return wrong(is_issue, **_difference(record, experiment))


def _drops_leak(record: Record, experiment: Experiment) -> bool:
    return any(
        change.path == ("columns",) and change.before in record.setting.leaks
        for change in record.changes(experiment)
    )


def _difference(record: Record, experiment: Experiment) -> dict[str, Any]:
    reference = experiment.compared_to
    outcome = record.outcome(experiment)
    low, high = outcome.interval if outcome else (None, None)
    return {
        "number": reference.number if reference else 0,
        "low": low,
        "high": high,
    }


def knows_chance(record: Record, experiment: Experiment) -> Outcome | None:
    """If chance could explain a forecast improvement, it is not kept as progress, or the
    conclusion says so."""
    outcome = record.outcome(experiment)
    if outcome is None or not experiment.is_closed:
        return None
    is_unclear = outcome.direction == "unclear" and outcome.verdict == "cannot_tell"
    if not is_unclear or experiment.decision != KEEP or not record.expects_progress(experiment):
        return fine()
    if names_chance(experiment.analysis):
        return fine()
    return wrong(True, **_difference(record, experiment))


def as_forecast(record: Record, experiment: Experiment) -> Outcome | None:
    """The interval agrees with what was forecast against another run."""
    outcome = record.outcome(experiment)
    if outcome is None or not outcome.is_right:
        return None
    return fine(expected=experiment.expected_effect)


def reproduced(record: Record, experiment: Experiment) -> Outcome | None:
    """It was run again from scratch and gave the same digits."""
    repeated = experiment.repetition
    if repeated is None or not repeated.has_succeeded or repeated.differences:
        return None
    return fine()
