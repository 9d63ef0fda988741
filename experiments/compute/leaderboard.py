"""Recompute the ranking in a compute worker when nothing more urgent waits."""

from __future__ import annotations

import hashlib
import json

from django.db.models import QuerySet

from classrooms.models import Dojo
from engine.judge.ranking import UNKNOWN, compare_pairs, places
from engine.spec.metrics import METRICS
from experiments.compute.board_memory import judged_runs, kept_pairs, pairs_to_keep
from experiments.compute.comparing import compare_missing
from experiments.compute.holdout import compare_missing_of
from experiments.compute.process_memory import load_dataset
from experiments.compute.room_luck import leads_by_more, room_luck
from experiments.leaderboard.entries import entries_of, ranked_runs
from experiments.leaderboard.requests import request_leaderboard
from experiments.models import Experiment, LeaderboardSnapshot, Run
from jobs.models import JobStatus
from jobs.perform import Fields, Report, Result


def compute(job: LeaderboardSnapshot, report: Report) -> Result:
    """Compute the ranking of a Dojo, and comparisons that a run's own worker could not finish."""
    dojo = job.dojo
    load_dataset(dojo.dataset)  # what is damaged of it is made again: exports/repair.py
    compare_missing(Run.objects.filter(experiment__seat__dojo=dojo))
    compare_missing_of(dojo)
    fields = snapshot_fields(job)

    def look_again() -> None:
        """A run may have ended meanwhile, or a rule may have changed: who did that found these
        snapshot unfinished, and relies on us."""
        now = Dojo.objects.select_related("rules").get(pk=dojo.pk)
        if fields["digest"] != digest_of(now):
            request_leaderboard(now)

    return Result(fields, store=look_again)


def compared_runs(dojo: Dojo) -> list[Run]:
    """The runs that rank and whose predictions are known, first to last."""
    runs = ranked_runs(entries_of(dojo).values())
    known = set(comparable_runs(dojo).values_list("pk", flat=True))
    return [run for run in runs if run.pk in known]


def scored_runs(dojo: Dojo) -> list[Run]:
    """Everyone's runs with a score and known predictions, first to last."""
    metric = dojo.primary_metric
    runs = comparable_runs(dojo).select_related("experiment")
    fields = ("public_id", "metrics", "fingerprint", "experiment__seat")
    return [run for run in runs.only(*fields) if run.score("test", metric) is not None]


def comparable_runs(dojo: Dojo) -> QuerySet[Run]:
    """Everyone's finished runs, first to last."""
    succeeded = Run.objects.results().filter(status=JobStatus.SUCCEEDED)
    known = succeeded.filter(experiment__seat__dojo=dojo, predictions__isnull=False)
    return known.order_by("pk")


def digest_of(dojo: Dojo) -> str:
    """Hash of all that the leaderboard depends on."""
    decisions = Experiment.objects.filter(seat__dojo=dojo).order_by("pk")
    told = [
        dojo.primary_metric,
        dojo.rules.tells_luck,
        list(decisions.values_list("pk", "decision", "concluded_at", "chosen_at")),
        list(comparable_runs(dojo).values_list("pk", "warnings", "alarms")),
    ]
    return hashlib.sha256(json.dumps(told, default=str).encode()).hexdigest()


def snapshot_fields(job: LeaderboardSnapshot) -> Fields:
    """Ranks of what everyone has submitted, and what luck alone would give."""
    dojo = job.dojo
    metric = METRICS[dojo.primary_metric]
    digest = digest_of(dojo)  # before the rest is read: what changes meanwhile is seen
    ranked = compared_runs(dojo)
    pairs = kept_pairs(job.pairs, dojo, ranked)
    if (pairs == UNKNOWN).any():
        pairs = compare_pairs(
            judged_runs(ranked, dojo),
            metric=metric.name,
            higher_is_better=metric.higher_is_better,
            known=pairs,
        )
    tells_luck = dojo.rules.tells_luck
    runs = scored_runs(dojo) if tells_luck else []
    luck, resamples = room_luck(runs, job.resamples, dojo)
    ranks = {
        str(run.experiment.seat_id): {
            "run": run.pk,
            "rank": place.rank,
            "tied": place.tied,
            "leads": leads_by_more(run, luck, metric.name),
        }
        for run, place in zip(ranked, places(pairs), strict=True)
    }
    return {
        "digest": digest,
        "content": {"ranks": ranks, "luck": luck},
        "pairs": pairs_to_keep(pairs, dojo, ranked),
        "resamples": resamples,
    }
