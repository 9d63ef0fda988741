"""Rules about hypotheses: framing, forecast, baseline, one change."""

from __future__ import annotations

from engine.spec.changes import ideas_of
from experiments.findings.outcomes import Outcome, fine, issue, notice, wrong
from experiments.findings.record import Record
from experiments.models import Experiment
from experiments.submit.rules import simple_models
from experiments.templatetags.experiments import score


def framed(record: Record, experiment: Experiment) -> Outcome | None:
    """The problem is framed; asked once, about the latest experiment."""
    if experiment != record.experiments[-1]:
        return None
    return fine() if record.has_framing else notice()


def forecast(record: Record, experiment: Experiment) -> Outcome:
    """It says by how much, so that it can be wrong. Why, and whether that convinces, only a reader
    can tell.

    A first experiment may go without: there is nothing yet to predict from.
    """
    expected = experiment.expected_effect
    if expected is not None:
        # A first experiment forecasts a score, others a difference.
        is_score = experiment.compared_to_id is None
        return fine(expected=score(expected) if is_score else expected)
    before = record.before(experiment)
    return wrong(
        bool(before), number=_reference(experiment) or (before[-1].number if before else 0)
    )


def baseline(record: Record, experiment: Experiment) -> Outcome | None:
    """Before anything else there is a simple model that gave a score, or is about to."""
    simple = simple_models(record.setting.dojo.rules.allowed_models)
    for candidate in [experiment, *record.before(experiment)]:
        if candidate.config["model"]["name"] in simple and not candidate.run.has_failed:
            return fine(number=candidate.number)
    if experiment.config["model"]["name"] in simple:
        return None
    row = record.row(experiment)
    return issue(model=experiment.model_label, test=row.test if row else None)


def compared(record: Record, experiment: Experiment) -> Outcome | None:
    """It names the run that it is to beat, once there is one. A baseline need not, unless it is
    one more of a kind that has a result."""
    if experiment.compared_to_id is not None:
        return fine()
    submitted = experiment.submitted_at
    there = [
        other
        for other in record.before(experiment)
        if other.run.has_succeeded and other.run.finished_at and other.run.finished_at < submitted
    ]
    kinds = {other.config["model"]["name"] for other in there}
    is_new = experiment.config["model"]["name"] not in kinds
    if not there or (experiment.is_baseline and is_new):
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
