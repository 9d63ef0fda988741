"""Rules about hypotheses: framing, clarity, baseline, one change."""

from __future__ import annotations

from engine.spec.changes import ideas_of
from experiments.findings.outcomes import Outcome, fine, issue, notice, wrong
from experiments.findings.reading import says_little
from experiments.findings.record import Record
from experiments.models import Experiment


def framed(record: Record, experiment: Experiment) -> Outcome | None:
    """The problem is framed; asked once, about the latest experiment."""
    if experiment != record.experiments[-1]:
        return None
    return fine() if record.has_framing else notice()


def clear_hypothesis(record: Record, experiment: Experiment) -> Outcome:
    """It names a change, a reason and something to measure.

    A first experiment may go without a prediction: there is nothing yet to predict from.
    """
    no_change = says_little(experiment.claim)
    reason = experiment.rationale
    no_reason = says_little(reason) or reason.casefold() == experiment.claim.casefold()
    no_measure = experiment.expected_effect is None
    if not (no_change or no_reason or no_measure):
        return fine()
    is_first = experiment == record.experiments[0]
    return wrong(
        no_change or no_reason or not is_first,
        claim=experiment.claim,
        lacks=[
            name
            for name, is_lacking in (
                ("change", no_change),
                ("reason", no_reason),
                ("measure", no_measure),
            )
            if is_lacking
        ],
    )


def baseline(record: Record, experiment: Experiment) -> Outcome | None:
    """Before anything else there is a simple model that gave a score, or is about to."""
    for candidate in [experiment, *record.before(experiment)]:
        if candidate.is_baseline and not candidate.run.has_failed:
            return fine(number=candidate.number)
    if experiment.is_baseline:
        return None
    return issue(model=experiment.model_label)


def compared(record: Record, experiment: Experiment) -> Outcome | None:
    """It names the run that it is to beat, once there is one. A baseline need not."""
    if experiment.compared_to_id is not None:
        return fine()
    submitted = experiment.submitted_at
    there = [
        other
        for other in record.before(experiment)
        if other.run.has_succeeded and other.run.finished_at and other.run.finished_at < submitted
    ]
    if not there or experiment.is_baseline:
        return None
    return issue(number=there[-1].number)


def one_change(record: Record, experiment: Experiment) -> Outcome | None:
    """One idea at a time: each column is one, but for those that are marked; several settings of
    a model are one together, though which of them helped is then unknown.

    Another model may need another preparation; the two may have to come together.
    """
    changes = record.changes(experiment)
    if not changes:
        return None
    ideas = ideas_of(changes, ignored=record.setting.leaks)
    if len(ideas) <= 1:
        if ideas == {("settings",)} and len(changes) > 2:
            return notice(count=len(changes), number=_reference(experiment))
        return fine(number=_reference(experiment))
    is_pair = ideas == {("model",), ("preparation",)} or (
        len(ideas) == 2 and {idea[0] for idea in ideas} == {"columns"}
    )
    return wrong(not is_pair, count=len(ideas), number=_reference(experiment))


def _reference(experiment: Experiment) -> int:
    return experiment.compared_to.number if experiment.compared_to else 0


def new_config(record: Record, experiment: Experiment) -> Outcome | None:
    """A config that already ran is not run again as if it were new; re-runs have a button."""
    schema = record.setting.schema
    own = record.configs[experiment.pk]
    for earlier in record.before(experiment):
        other = record.configs[earlier.pk]
        same_columns = own.columns.chosen(schema) == other.columns.chosen(schema)
        rest = own.model_copy(update={"columns": other.columns})
        if same_columns and rest == other and not earlier.run.has_failed:
            return issue(number=earlier.number)
    return fine() if record.before(experiment) else None
