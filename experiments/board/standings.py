"""Computing standings in a compute worker, when nothing more urgent waits."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from classrooms.jobs import Fields, perform_job, worker_name
from classrooms.models import Dojo
from classrooms.models.jobs import JobStatus
from classrooms.models.live import touch
from classrooms.topics import LEADERBOARD
from experiments.board.asking import request_standings
from experiments.comparing import predicted
from experiments.engine.metrics import METRICS
from experiments.engine.standings import climbs, places
from experiments.models import Run, Standings
from experiments.process_memory import load_dataset


def compute_next() -> bool:
    """Claim the standings that have waited longest and compute them; False where none wait."""
    claimed = Standings.objects.order_by("queued_at", "pk").claim_first(worker=worker_name())
    if claimed is None:
        return False
    pk, attempt = claimed
    job = Standings.objects.select_related("dojo__dataset").get(pk=pk)
    dojo = job.dojo
    perform_job(
        job,
        lambda report: standings_fields(job),
        attempt=attempt,
        on_change=lambda: touch(dojo.pk, LEADERBOARD),
    )
    job.refresh_from_db()
    dojo.refresh_from_db(fields=["uses_ladder", "primary_metric"])
    if job.has_succeeded and job.digest != digest_of(dojo, scored_runs(dojo)):
        # A run has ended meanwhile, or a rule was changed, and found nobody to ring for.
        request_standings(dojo)
    return True


def scored_runs(dojo: Dojo) -> list[Run]:
    """Everyone's runs with a score and known predictions, first to last."""
    metric = dojo.primary_metric
    runs = (
        Run.objects.results()
        .filter(
            experiment__membership__dojo=dojo,
            status=JobStatus.SUCCEEDED,
            predictions__isnull=False,
        )
        .select_related("experiment")
        .defer("warnings", "search", "comparison", "versions", "holdout_metrics")
        .order_by("pk")
    )
    return [run for run in runs if run.score("test", metric) is not None]


def digest_of(dojo: Dojo, runs: list[Run]) -> str:
    """Equal as long as no other run counts, and none counts otherwise."""
    told = [dojo.primary_metric, dojo.uses_ladder, [run.pk for run in runs]]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def standings_fields(job: Standings) -> Fields:
    """Ranks of everyone's best run, and the runs that the ladder showed of each."""
    dojo = job.dojo
    metric = METRICS[dojo.primary_metric]
    runs = scored_runs(dojo)
    prepared = load_dataset(dojo.dataset)
    schema = dojo.schema
    y = schema.encode_target(prepared.frame.iloc[prepared.split.test])
    options: dict[str, Any] = {
        "metric": metric.name,
        "higher_is_better": metric.higher_is_better,
        "costs": schema.costs,
    }
    by_person: dict[int, list[Run]] = {}
    for run in runs:
        by_person.setdefault(run.experiment.membership_id, []).append(run)
    best = {person: _best(own, metric.name) for person, own in by_person.items()}
    found = places(y, {person: _loaded(run) for person, run in best.items()}, **options)
    ladder = {}
    if dojo.uses_ladder:
        known = job.content.get("ladder", {})
        for person, own in by_person.items():
            ladder[str(person)] = _ladder_of(y, own, known.get(str(person)), options)
    return {
        "digest": digest_of(dojo, runs),
        "content": {
            "ranks": {
                str(person): {"run": best[person].pk, "rank": place.rank, "tied": place.tied}
                for person, place in found.items()
            },
            "ladder": ladder,
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


def _ladder_of(
    y: Any, own: list[Run], known: dict[str, Any] | None, options: dict[str, Any]
) -> dict[str, Any]:
    """The runs that were shown of somebody, first to last, and the last one looked at."""
    by_pk = {run.pk: run for run in own}
    if known is None or known["shown"][-1] not in by_pk:
        known = {"shown": [own[0].pk], "seen": own[0].pk}
    at = by_pk[known["shown"][-1]]
    later = [run for run in own if run.pk > known["seen"]]
    steps = climbs(y, _loaded(at), [_loaded(run) for run in later], **options)
    return {
        "shown": [*known["shown"], *(later[step].pk for step in steps)],
        "seen": own[-1].pk,
    }
