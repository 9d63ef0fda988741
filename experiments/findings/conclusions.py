"""Rules about conclusions: decided, errors analysed, chance respected."""

from __future__ import annotations

from typing import Any

from experiments.findings.outcomes import Outcome, fine, notice, wrong
from experiments.findings.quoting import quotes_errors, quotes_forecast, quotes_result
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


def shows_errors(experiment: Experiment) -> bool:
    """Whether there is a note on a row that it gets wrong, or a claim about a subgroup."""
    return bool(experiment.row_notes.all()) or bool(experiment.subgroup_claim)


def is_interpreted(experiment: Experiment) -> bool:
    """Whether something is written of what it uses, where it is wrong or what limits it: a note,
    a claim or a limitation."""
    has_claim = bool(experiment.column_claim)
    return shows_errors(experiment) or has_claim or bool(experiment.limits.strip())


def errors_analysed(record: Record, experiment: Experiment) -> Outcome | None:
    """Of what is concluded, the errors were looked at; a dummy's teach nothing.

    Notes on rows and claims about subgroups show it. So does a count of errors in the conclusion,
    or in the reason for what was tried next: what it makes of it only a reader can tell, and the
    rule is silent. It is an issue once the agenda has come to the interpretation.
    """
    if shows_errors(experiment):
        return fine(view="errors", notes=len(experiment.row_notes.all()))
    if not experiment.is_closed or not experiment.run.has_succeeded or is_dummy(experiment):
        return None
    following = (e for e in record.after(experiment) if e.compared_to_id == experiment.pk)
    reasons = "\n".join(one.rationale for one in following)
    if any(map(shows_errors, record.experiments)) or quotes_errors(experiment, reasons):
        return None
    found = experiment.run.confusion
    return wrong(
        record.setting.errors_are_due,
        view="errors",
        errors=found.get("false_positives", 0) + found.get("false_negatives", 0),
        missed=found.get("false_negatives", 0),
    )


def follows_evidence(record: Record, experiment: Experiment) -> Outcome | None:
    """Kept experiments are not worse than their reference, nor refuted.

    Worse as predicted may well be kept: without its leak a score is lower. So may what is too
    small to matter, for being simpler: only a reader can tell.
    """
    outcome = record.outcome(experiment)
    if outcome is None or not experiment.is_closed:
        return None
    is_foreseen = outcome.is_decided and not outcome.is_missed
    is_worse = outcome.direction == "worse" and not is_foreseen
    is_refuted = outcome.is_missed and outcome.direction != "better"
    if outcome.verdict == "too_small" and experiment.decision == KEEP and not is_worse:
        return None
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


def inconclusive(record: Record, experiment: Experiment) -> Outcome | None:
    """A forecast improvement that chance could explain was kept.

    Where the config has only lost columns or features, it may have been kept for being simpler:
    worth a question, and no more.
    """
    outcome = record.outcome(experiment)
    if outcome is None or not experiment.is_closed or experiment.decision != KEEP:
        return None
    is_open = outcome.direction == "unclear" and outcome.verdict in ("cannot_tell", "too_small")
    if not is_open or not record.expects_progress(experiment):
        return None
    changes = record.changes(experiment)
    is_simpler = bool(changes) and all(
        change.path[0] in ("columns", "new_features") and change.after is None for change in changes
    )
    return wrong(not is_simpler, **_difference(record, experiment))


def unshown_fall(record: Record, experiment: Experiment) -> Outcome | None:
    """A forecast loss that chance could explain, and a rejection: nothing says that it is worse.

    It may as well have been rejected for being no better: worth a question, and no more.
    """
    outcome = record.outcome(experiment)
    if outcome is None or experiment.decision != Experiment.Decision.REJECT:
        return None
    if outcome.direction != "unclear" or outcome.is_same or not experiment.expected_effect:
        return None
    if record.expects_progress(experiment):
        return None
    return notice(**_difference(record, experiment))


def as_forecast(record: Record, experiment: Experiment) -> Outcome | None:
    """The interval agrees with what was forecast against another run, or stays short of it and
    the conclusion does not come back to the forecast.

    To have been wrong is no fault: worth a question.
    """
    outcome, expected = record.outcome(experiment), experiment.expected_effect
    if outcome is None or outcome.verdict == "not_believed":
        return None
    if outcome.is_right:
        return fine(expected=expected)
    if not expected:
        return None
    low, high = outcome.interval
    is_short = high < expected if expected > 0 else low > expected
    if not is_short or not experiment.is_closed or quotes_forecast(experiment, expected):
        return None
    return notice(expected=expected, **_difference(record, experiment))


def quoted(record: Record, experiment: Experiment) -> Outcome | None:
    """The conclusion quotes a number of its result, whichever."""
    row = record.row(experiment)
    if row is None or not experiment.is_closed or quotes_result(experiment):
        return None
    return notice(test=row.test, metric=row.label)


def reproduced(record: Record, experiment: Experiment) -> Outcome | None:
    """It was run again from scratch and gave the same digits."""
    repeated = experiment.repetition
    if repeated is None or not repeated.has_succeeded or repeated.differences:
        return None
    return fine()
