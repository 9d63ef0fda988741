"""Recompute the ranking in a compute worker when nothing more urgent waits."""

from __future__ import annotations

import hashlib
import json

from classrooms.models import Dojo
from engine.judge.ranking import UNKNOWN, compare_pairs, places
from engine.spec.metrics import METRICS
from experiments.compute.board_memory import judged_runs, kept_pairs, pairs_to_keep
from experiments.compute.comparing import compare_missing
from experiments.leaderboard.entries import entries_of, ranked_runs
from experiments.leaderboard.requests import request_leaderboard
from experiments.models import LeaderboardSnapshot, Run
from jobs.perform import Fields, Report, Result


def compute(job: LeaderboardSnapshot, report: Report) -> Result:
    """Compute the ranking of a Dojo, and comparisons that a run's own worker could not finish."""
    dojo = job.dojo
    compare_missing(Run.objects.filter(experiment__seat__dojo=dojo))
    fields = snapshot_fields(job)

    def look_again() -> None:
        """A run may have ended meanwhile, or a rule may have changed: who did that found these
        snapshot unfinished, and relies on us."""
        now = Dojo.objects.get(pk=dojo.pk)
        if fields["digest"] != digest_of(now, compared_runs(now)):
            request_leaderboard(now)

    return Result(fields, store=look_again)


def compared_runs(dojo: Dojo) -> list[Run]:
    """The runs that rank and whose predictions are known, first to last."""
    runs = ranked_runs(entries_of(dojo).values())
    known = Run.objects.filter(pk__in=[run.pk for run in runs], predictions__isnull=False)
    pks = set(known.values_list("pk", flat=True))
    return [run for run in runs if run.pk in pks]


def digest_of(dojo: Dojo, runs: list[Run]) -> str:
    """Hash of the rules and runs that the leaderboard depends on."""
    told = [dojo.primary_metric, [run.pk for run in runs]]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def snapshot_fields(job: LeaderboardSnapshot) -> Fields:
    """Ranks of what everyone has submitted."""
    dojo = job.dojo
    metric = METRICS[dojo.primary_metric]
    runs = compared_runs(dojo)
    pairs = kept_pairs(job.pairs, dojo, runs)
    if (pairs == UNKNOWN).any():
        pairs = compare_pairs(
            judged_runs(runs, dojo),
            metric=metric.name,
            higher_is_better=metric.higher_is_better,
            known=pairs,
        )
    ranks = {
        str(run.experiment.seat_id): {"run": run.pk, "rank": place.rank, "tied": place.tied}
        for run, place in zip(runs, places(pairs), strict=True)
    }
    return {
        "digest": digest_of(dojo, runs),
        "content": {"ranks": ranks},
        "pairs": pairs_to_keep(pairs, dojo, runs),
    }
