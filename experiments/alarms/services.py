"""Services that raise, close and reopen leak alarms. Each is one transaction.

An alarm is stored with the run that it is about, closed or not: what a run may rank as is then
read without a query, by pages and workers alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from classrooms.models import Dojo, Seat
from classrooms.topics import LEADERBOARD, PARTICIPANTS
from experiments.alarms.suspects import standing_out
from experiments.forecasts.belief import columns_read
from experiments.leaderboard.requests import request_leaderboard
from experiments.models import ClosedAlarm, Experiment, Run
from experiments.submit.services import announce_note
from live.models import touch

Alarm = dict[str, Any]


def alarms_of_columns(experiment: Experiment) -> list[Alarm]:
    """Columns that the model reads and that alone know what all others do not, as the data
    checks found them."""
    read = columns_read(experiment)
    return [
        {"column": name, "reason": "alone", "value": found["auc"], "others": found["others"]}
        for name, found in standing_out(experiment.seat.dojo.dataset).items()
        if name in read
    ]


@transaction.atomic
def raise_alarms(run: Run, found: Iterable[Alarm]) -> None:
    """Add alarms to those of a run, one for a column."""
    alarms = Run.objects.select_for_update().get(pk=run.pk).alarms
    by_column = {alarm["column"]: alarm for alarm in [*found, *alarms]}
    if len(by_column) > len(alarms):
        Run.objects.filter(pk=run.pk).update(alarms=list(by_column.values()))
    judge_alarms(Run.objects.filter(pk=run.pk))


@transaction.atomic
def judge_alarms(runs: Iterable[Run]) -> None:
    """Close the alarms about columns that a facilitator answered for, and open the others."""
    changed = []
    for run in runs:
        seat = run.experiment.seat
        closed = set(seat.dojo.closed_alarms.values_list("column", flat=True))
        judged = [alarm | {"is_closed": alarm["column"] in closed} for alarm in run.alarms]
        if judged != run.alarms:
            Run.objects.filter(pk=run.pk).update(alarms=judged)
            changed.append(seat)
    # The live channel last, as everywhere: whoever holds it waits for nobody.
    for dojo in {seat.dojo_id: seat.dojo for seat in changed}.values():
        request_leaderboard(dojo)
    for seat in changed:
        touch(seat.dojo_id, seat.topic, PARTICIPANTS, LEADERBOARD)


@transaction.atomic
def answer_alarm(experiment: Experiment, answer: str) -> None:
    """Keep what a participant says of the column that seems to know the outcome."""
    experiment.alarm_answer = answer
    experiment.save(update_fields=["alarm_answer"])
    announce_note(experiment.seat)


@transaction.atomic
def close_alarm(facilitator: Seat, column: str, reason: str) -> None:
    """From now on the column may be used in the Dojo: it is known when the model predicts."""
    dojo = _locked(facilitator)
    ClosedAlarm.objects.update_or_create(
        dojo=dojo, column=column, defaults={"reason": reason, "closed_by": facilitator}
    )
    _judge_all(dojo)


@transaction.atomic
def reopen_alarm(facilitator: Seat, column: str) -> None:
    """Take back that a column is known when the model predicts."""
    dojo = _locked(facilitator)
    ClosedAlarm.objects.filter(dojo=dojo, column=column).delete()
    _judge_all(dojo)


def _locked(facilitator: Seat) -> Dojo:
    return Dojo.objects.select_for_update(no_key=True).get(pk=facilitator.dojo_id)


def _judge_all(dojo: Dojo) -> None:
    runs = Run.objects.exclude(alarms=[]).filter(experiment__seat__dojo=dojo)
    judge_alarms(runs.select_related("experiment__seat__dojo"))
