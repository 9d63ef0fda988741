"""Reads that pages need, each a constant number of queries."""

from __future__ import annotations

from dataclasses import dataclass

from classrooms.models import Dojo, Membership
from experiments.engine.metrics import METRICS
from experiments.models import Experiment, Run


def experiments_of(membership: Membership) -> list[Experiment]:
    """A participant's experiments with all that a list or a log shows, first to last."""
    return list(Experiment.objects.filter(membership=membership).with_results().order_by("number"))


@dataclass
class LeaderboardRow:
    """A participant's best run on the Dojo's primary metric."""

    membership: Membership
    experiments: int = 0
    best: Run | None = None
    score: float | None = None
    holdout: float | None = None
    rank: int | None = None
    is_baseline: bool = False
    reaches_threshold: bool = False


def leaderboard_rows(dojo: Dojo) -> list[LeaderboardRow]:
    """Participants by their best test score; who has none comes last.

    Equal scores share a rank. The holdout score is that of the same run, and is
    there only once the facilitator has revealed it.
    """
    metric = METRICS[dojo.primary_metric]
    rows = {
        membership.pk: LeaderboardRow(membership)
        for membership in dojo.memberships.participants().select_related("dojo")
    }
    runs = (
        Run.objects.results()
        .filter(experiment__membership__dojo=dojo)
        .select_related("experiment")
        .only(
            "status",
            "metrics",
            "holdout_metrics",
            "experiment__membership_id",
            "experiment__number",
            "experiment__public_id",
            "experiment__config",
        )
        .order_by("pk")
    )
    counted: dict[int, set[int]] = {}
    for run in runs:
        row = rows.get(run.experiment.membership_id)
        if row is None:
            continue
        counted.setdefault(row.membership.pk, set()).add(run.experiment_id)
        score = run.score("test", metric.name)
        if score is not None and (row.score is None or metric.is_better(score, row.score)):
            row.best, row.score = run, score
            row.holdout = run.score("holdout", metric.name) if dojo.holdout_is_revealed else None
            row.reaches_threshold = not metric.is_better(dojo.success_threshold, score)
    for row in rows.values():
        row.experiments = len(counted.get(row.membership.pk, ()))
    return _ranked(list(rows.values()), higher_is_better=metric.higher_is_better)


def _ranked(rows: list[LeaderboardRow], *, higher_is_better: bool) -> list[LeaderboardRow]:
    scored = [row for row in rows if row.score is not None]
    scored.sort(key=lambda row: row.score or 0.0, reverse=higher_is_better)
    for place, row in enumerate(scored, start=1):
        previous = scored[place - 2] if place > 1 else None
        row.rank = previous.rank if previous and previous.score == row.score else place
    return scored + [row for row in rows if row.score is None]


def leaderboard_with_baseline(dojo: Dojo) -> list[LeaderboardRow]:
    """The leaderboard with a line where a model that ignores the features stands."""
    rows = leaderboard_rows(dojo)
    score = dojo.dataset.baseline_metrics.get("test", {}).get(dojo.primary_metric)
    if score is None:
        return rows
    line = LeaderboardRow(Membership(dojo=dojo), score=score, is_baseline=True)
    if dojo.holdout_is_revealed:
        line.holdout = dojo.dataset.baseline_metrics.get("holdout", {}).get(dojo.primary_metric)
    metric = METRICS[dojo.primary_metric]
    place = sum(row.score is not None and not metric.is_better(score, row.score) for row in rows)
    return [*rows[:place], line, *rows[place:]]
