"""Recompute the ranking in a compute worker when nothing more urgent waits."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from classrooms.models import Dojo
from engine.judge.ranking import places
from engine.spec.metrics import METRICS
from experiments.compute.comparing import compare_missing, dependence_of, predicted
from experiments.compute.process_memory import load_dataset
from experiments.leaderboard.requests import request_leaderboard
from experiments.models import LeaderboardSnapshot, Run
from jobs.models import JobStatus
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
        if fields["digest"] != digest_of(now, scored_runs(now)):
            request_leaderboard(now)

    return Result(fields, store=look_again)


def scored_runs(dojo: Dojo) -> list[Run]:
    """Everyone's runs with a score and known predictions, first to last."""
    metric = dojo.primary_metric
    runs = (
        Run.objects.results()
        .filter(
            experiment__seat__dojo=dojo,
            status=JobStatus.SUCCEEDED,
            predictions__isnull=False,
        )
        .select_related("experiment")
        .defer("warnings", "search", "comparison", "versions", "holdout_metrics")
        .order_by("pk")
    )
    return [run for run in runs if run.score("test", metric) is not None]


def digest_of(dojo: Dojo, runs: list[Run]) -> str:
    """Hash of the rules and runs that the leaderboard depends on."""
    told = [dojo.primary_metric, [run.pk for run in runs]]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def snapshot_fields(job: LeaderboardSnapshot) -> Fields:
    """Ranks of everyone's best run."""
    dojo = job.dojo
    metric = METRICS[dojo.primary_metric]
    runs = scored_runs(dojo)
    prepared = load_dataset(dojo.dataset)
    schema = dojo.schema
    y = schema.encode_target(prepared.frame.iloc[prepared.split.test])
    by_person: dict[int, list[Run]] = {}
    for run in runs:
        by_person.setdefault(run.experiment.seat_id, []).append(run)
    best = {person: _best(own, metric.name) for person, own in by_person.items()}
    found = places(
        y,
        {person: _loaded(run) for person, run in best.items()},
        metric=metric.name,
        higher_is_better=metric.higher_is_better,
        costs=schema.costs,
        rows=dependence_of(dojo),
    )
    return {
        "digest": digest_of(dojo, runs),
        "content": {
            "ranks": {
                str(person): {"run": best[person].pk, "rank": place.rank, "tied": place.tied}
                for person, place in found.items()
            }
        },
    }


def _best(runs: list[Run], metric: str) -> Run:
    """The best of one person's; of equals the first."""
    better = METRICS[metric].is_better
    best = runs[0]
    for run in runs[1:]:
        if better(run.score("test", metric) or 0.0, best.score("test", metric) or 0.0):
            best = run
    return best


def _loaded(run: Run) -> Any:
    return predicted(Run.objects.select_related("predictions").get(pk=run.pk))
