"""Ask a worker for what runs give on the hidden rows, where it is missing or no longer true."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from classrooms.models import Dojo
from classrooms.topics import LEADERBOARD
from experiments.forecasts.belief import leaks_of, marked_columns_of
from experiments.models import Experiment, HoldoutResult, Run
from experiments.submit.services import announce_page
from jobs.enqueue import wake_workers
from jobs.models import FINISHED, JobStatus
from live.models import touch


@transaction.atomic
def renew_production(dojo: Dojo, experiments: QuerySet[Experiment]) -> None:
    """Queue the results of these experiments' runs that were made with other columns marked.

    Those that are being made, too: which columns they have read about is not known here.
    """
    schema, marked = dojo.schema, leaks_of(dojo)
    made = HoldoutResult.objects.filter(run__experiment__in=experiments).defer("predictions")
    stale = [
        one.pk
        for one in made.select_related("run__experiment")
        if one.is_unfinished
        or one.missing_columns != marked_columns_of(one.run.experiment, schema, marked)
    ]
    if stale:
        HoldoutResult.objects.filter(pk__in=stale).requeue()
        wake_workers(HoldoutResult, count=len(stale))


@transaction.atomic
def request_missing(dojo: Dojo) -> None:
    """Queue the results that finished runs of a Dojo do not have: after a restoration from an
    export that was made before the reveal, or after a failure."""
    finished = Run.objects.results().filter(
        experiment__seat__dojo=dojo, status=JobStatus.SUCCEEDED, predictions__isnull=False
    )
    made = HoldoutResult.objects.bulk_create(
        HoldoutResult(run=run, **run.keys)
        for run in finished.filter(holdout_result__isnull=True).order_by("pk")
    )
    failed = HoldoutResult.objects.filter(run__in=finished, status__in=FINISHED).exclude(
        status=JobStatus.SUCCEEDED
    )
    if count := len(made) + failed.requeue():
        wake_workers(HoldoutResult, count=count)


def announce_result(result: HoldoutResult) -> None:
    """Those who look at it see it once the hidden rows are told of."""
    dojo = result.run.experiment.seat.dojo
    if dojo.stage.reveal_has_begun:
        announce_page(result.run.experiment.seat)
        touch(dojo.pk, LEADERBOARD)
