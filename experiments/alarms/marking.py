"""Mark columns as recorded after the outcome while a Dojo goes on: runs that used them are judged
anew, and those concerned are told why, without blame."""

from __future__ import annotations

import json
from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classrooms.conversation.announcements import announce
from classrooms.models import Dojo, Seat
from classrooms.topics import LEADERBOARD, PARTICIPANTS
from engine.explain.mistakes.limits import NAMES_TOLD
from experiments.checks.requests import renew_checks
from experiments.forecasts.belief import leaks_of, marked_columns_of
from experiments.holdout.requests import renew_production
from experiments.leaderboard.requests import request_leaderboard
from experiments.models import Experiment, Interpretation, Run, Stage
from jobs.enqueue import wake_workers
from jobs.models import JobStatus
from live.models import touch

CODE = "leaking_column"


@transaction.atomic
def mark_columns(facilitator: Seat, columns: Iterable[str]) -> bool:
    """From now on these columns of the Dojo are marked, and no others.

    Returns:
        Whether that changes anything.
    """
    dojo = Dojo.objects.select_for_update(no_key=True, of=("self",)).select_related("dataset")
    found = dojo.get(pk=facilitator.dojo_id)
    wanted, before = set(columns), leaks_of(found)
    changed = wanted ^ before
    if not changed:
        return False
    found.column_marks = found.column_marks | {name: name in wanted for name in changed}
    if found.has_started:
        # A form that leaves a column out all at once would tell which it is.
        found.column_traps = dict.fromkeys(changed & wanted, True) | found.column_traps
    found.save(update_fields=["column_marks", "column_traps"])
    by_seat: dict[Seat, list[Experiment]] = {}
    for experiment in judge_marks(found, Experiment.objects.filter(seat__dojo=found)):
        by_seat.setdefault(experiment.seat, []).append(experiment)
    _renew_subgroups(found, changed)
    renew_checks(found)
    request_leaderboard(found)
    # What takes the live channel comes last, as everywhere.
    for seat, experiments in by_seat.items():
        _explain(facilitator, seat, experiments)
    touch(found.pk, *(seat.topic for seat in by_seat), PARTICIPANTS, LEADERBOARD)
    return True


def leave_traps(dojo: Dojo, traps: Iterable[str]) -> None:
    """Of the marked columns, a first experiment has these ticked, and not the others."""
    left = set(traps)
    told = {name: name in left for name in leaks_of(dojo)}
    Dojo.objects.filter(pk=dojo.pk).update(column_traps=told)


def judge_marks(dojo: Dojo, experiments: QuerySet[Experiment]) -> list[Experiment]:
    """Let the warnings of runs say which marked columns they use; a dummy uses none.

    Returns:
        Experiments of which that was unsaid, or is no longer so, with their runs as they were.
    """
    schema, marked, changed = dojo.schema, leaks_of(dojo), []
    found = experiments.select_related("seat__dojo").prefetch_related("runs")
    for experiment in found.order_by("seat_id", "number"):
        if experiment.config["model"]["name"] == "dummy":
            continue
        used = marked_columns_of(experiment, schema, marked)
        for run in experiment.runs.all():
            warnings = [warning for warning in run.warnings if warning["code"] != CODE]
            if used:
                told = {"names": used[:NAMES_TOLD], "more": len(used[NAMES_TOLD:])}
                warnings.insert(0, {"code": CODE, "context": told})
            if run.has_succeeded and run.warnings != warnings:
                Run.objects.filter(pk=run.pk).update(warnings=warnings)
        run = experiment.run
        if run.has_succeeded and run.uses_marked_column != bool(used):
            changed.append(experiment)
    renew_production(dojo, experiments)
    return changed


def _explain(facilitator: Seat, seat: Seat, experiments: list[Experiment]) -> None:
    """Tell somebody what was found out about their runs; the column is theirs to find.

    Args:
        experiments: as `judge_marks` returns them.
    """
    with translation.override(facilitator.dojo.language):
        now_marked = [one for one in experiments if not one.run.uses_marked_column]
        rank_again = [one for one in experiments if one.run.uses_marked_column]
        for found, text in ((now_marked, _no_longer), (rank_again, _again)):
            if found:
                link = found[-1].get_absolute_url()
                announce(facilitator, text(found), recipient=seat, link=link)


def _no_longer(experiments: list[Experiment]) -> str:
    words = ngettext(
        "We found out that a column of your experiment %(numbers)s is recorded after the "
        "outcome: when you predict, it isn't there yet. Its run doesn't rank any more. The score "
        "alone couldn't tell you. Which column is it, and what is the score without it?",
        "We found out that a column of your experiments %(numbers)s is recorded after the "
        "outcome: when you predict, it isn't there yet. Their runs don't rank any more. The score "
        "alone couldn't tell you. Which column is it, and what is the score without it?",
        len(experiments),
    )
    return words % {"numbers": _numbers(experiments)}


def _again(experiments: list[Experiment]) -> str:
    words = ngettext(
        "The marked column of your experiment %(numbers)s is known when you predict after all: "
        "its run ranks again.",
        "The marked column of your experiments %(numbers)s is known when you predict after all: "
        "their runs rank again.",
        len(experiments),
    )
    return words % {"numbers": _numbers(experiments)}


def _numbers(experiments: list[Experiment]) -> str:
    return get_text_list([f"#{one.number}" for one in experiments], _("and"))


def _renew_subgroups(dojo: Dojo, changed: set[str]) -> None:
    """Queue again what is said of rows in terms of these columns."""
    stages = Interpretation.objects.filter(
        run__experiment__seat__dojo=dojo, stage=Stage.SUBGROUPS, status=JobStatus.SUCCEEDED
    )
    said = stages.values_list("pk", "content__slices__found", "content__limits")
    names = {json.dumps(name) for name in changed}
    stale = [
        pk for pk, *content in said.iterator() if any(name in json.dumps(content) for name in names)
    ]
    if stale:
        Interpretation.objects.filter(pk__in=stale).requeue(content={})
        wake_workers(Interpretation, count=len(stale))
