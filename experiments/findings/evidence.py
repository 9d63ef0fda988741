"""Rules about evidence: overfitting, leaks, an overused test set, the metric."""

from __future__ import annotations

import math
from typing import Any

from experiments.findings.outcomes import Outcome, fine, issue, notice, wrong
from experiments.findings.quoting import quotes_accuracy, quotes_gap
from experiments.findings.record import Record, is_dummy
from experiments.forecasts.outcomes import metric_of
from experiments.models import Experiment

KEEP, REJECT = Experiment.Decision.KEEP, Experiment.Decision.REJECT
# Half the width of a 95 % interval, in standard errors.
HALF_WIDTH = 1.96
# The best of m scores that differ by chance alone stands up to sqrt(2 ln m) standard errors
# too high. From so many tries on, that is as much as an interval says is chance: the test
# set no longer tells luck from progress. (The union bound that Dwork et al. 2015, "The
# reusable holdout", begin from; choosing each try by the scores before makes it worse, as
# Blum and Hardt 2015 show.) Its size counts through the interval: on more rows it is
# narrower, and fewer tries stay within.
WEARING_TRIES = math.ceil(math.exp(HALF_WIDTH**2 / 2))
# From here on, always saying the more frequent class looks good.
SMALL_MINORITY = 0.25


def small_gap(record: Record, experiment: Experiment) -> Outcome | None:
    """The training score is not much better than the test score, or the participant noticed:
    rejected, or both are quoted. What they make of it is for a reader.

    To keep a model that is no better is an issue; else it is worth a question.
    """
    row = record.row(experiment)
    if row is None or row.gap is None:
        return None
    if not row.gap_is_notable:
        return fine(gap=row.gap, view="fit")
    told = {"gap": row.gap, "train": row.train, "test": row.test, "metric": row.label}
    if experiment.is_closed:
        if experiment.decision == REJECT or quotes_gap(experiment, row):
            return None
        outcome = record.outcome(experiment)
        is_better = outcome is not None and outcome.direction == "better"
        return wrong(experiment.decision == KEEP and not is_better, view="fit", **told)
    return wrong(record.was_left(experiment), view="fit", **told)


def no_leak(record: Record, experiment: Experiment) -> Outcome | None:
    """No column that is written after the fact; a first look with it is no harm."""
    used = record.columns(experiment)
    known = sorted(used & record.setting.leaks)
    if not known:
        return fine() if record.setting.leaks and used else None
    if experiment.is_closed and experiment.decision != KEEP:
        return None
    again = any(record.columns(other) & set(known) for other in record.before(experiment))
    return wrong(again or experiment.is_closed, view="importance", names=_told(record, known))


def no_alarm(record: Record, experiment: Experiment) -> Outcome | None:
    """No column seems to know the outcome: asked first, until they have drawn a conclusion from
    it, or until a later run does without."""
    if not (alarms := experiment.run.open_alarms):
        return None
    if experiment.is_closed and experiment.decision != KEEP:
        return None
    went_on = any(other.run.has_succeeded for other in record.after(experiment))
    names = sorted(alarm["column"] for alarm in alarms)
    is_issue = experiment.is_closed or not went_on
    row = record.row(experiment)
    told = {"test": row.test if row else None, "metric": row.label if row else ""}
    return wrong(is_issue, view="importance", names=_told(record, names), **told)


def no_suspect(record: Record, experiment: Experiment) -> Outcome | None:
    """A column that alone predicts the target is worth a question; it may simply be good.

    A leak alarm about it has asked already, and a closed one has the answer.
    """
    asked = record.setting.leaks | {alarm["column"] for alarm in experiment.run.alarms}
    suspects = sorted(record.columns(experiment) & record.setting.suspects - asked)
    return notice(view="importance", names=_told(record, suspects)) if suspects else None


def _told(record: Record, names: list[str]) -> list[str]:
    """The names of the columns, where the reader may know them."""
    return names if record.setting.names_columns else []


def fresh_test_set(record: Record, experiment: Experiment) -> Outcome | None:
    """Not so many tries within chance that the best of them is the luckiest.

    To keep one of as many configs, however they differ, is worth a question.
    """
    if experiment != record.experiments[-1]:
        return None
    rows = record.setting.dojo.dataset.part_sizes.get("test", 0)
    outcomes = [record.outcome(one) for one in record.experiments]
    unclear = [one for one in outcomes if one is not None and one.direction == "unclear"]
    if len(unclear) >= WEARING_TRIES:
        return issue(tries=len(unclear), rows=rows)
    scored = {one.run.fingerprint or one.pk for one in record.experiments if one.run.has_succeeded}
    if len(scored) < WEARING_TRIES or experiment.decision != KEEP:
        return None
    return notice(tries=len(scored), rows=rows)


def honest_metric(record: Record, experiment: Experiment) -> Outcome | None:
    """With a rare class, nothing is forecast or concluded in accuracy.

    Where the Dojo itself counts in accuracy, it is no issue of theirs.
    """
    if record.setting.minority >= SMALL_MINORITY:
        return None
    told: dict[str, Any] = {"share": record.setting.minority, "floor": 1 - record.setting.minority}
    if record.setting.metric.name == "accuracy":
        return notice(**told) if experiment == record.experiments[-1] else None
    if metric_of(experiment).name == "accuracy":
        return issue(**told)
    if experiment.is_closed and not is_dummy(experiment) and experiment.run.has_succeeded:
        accuracy = experiment.run.score("test", "accuracy")
        if quotes_accuracy(experiment, told["floor"]):
            return notice(accuracy=accuracy, **told)
    return fine()
