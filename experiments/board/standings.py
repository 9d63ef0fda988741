"""Standings as jobs: asked for when a run ends, computed when nothing more urgent waits."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db import transaction
from django.utils import timezone

from classrooms.jobs import Fields, perform_job, ring, worker_name
from classrooms.models import Dojo
from classrooms.models.jobs import FINISHED, JobStatus
from classrooms.models.live import touch
from classrooms.topics import LEADERBOARD
from experiments.comparing import predicted
from experiments.engine.metrics import METRICS
from experiments.engine.standings import climbs, places
from experiments.models import Run, Standings
from experiments.process_memory import load_dataset


@transaction.atomic
def request_standings(dojo: Dojo) -> None:
    """Queue them, unless they wait already; who computes them now looks again at the end."""
    from experiments.tasks import work_next  # noqa: PLC0415 (tasks call services)

    _row, is_new = Standings.objects.get_or_create(dojo=dojo)
    ended = Standings.objects.filter(dojo=dojo, status__in=FINISHED)
    requeued = ended.update(
        status=JobStatus.QUEUED, attempt=0, queued_at=timezone.now(), progress=0.0
    )
    if is_new or requeued:
        ring(work_next)


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
    if job.has_succeeded and job.digest != digest_of(scored_runs(dojo)):
        # A run has ended meanwhile, and found nobody to ring for.
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


def digest_of(runs: list[Run]) -> str:
    """Equal as long as no other run counts."""
    return hashlib.sha256(json.dumps([run.pk for run in runs]).encode()).hexdigest()


def standings_fields(job: Standings) -> Fields:
    """Ranks of everyone's best run, and the run that the ladder shows of each."""
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
        "digest": digest_of(runs),
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
    y: Any, own: list[Run], known: dict[str, int] | None, options: dict[str, Any]
) -> dict[str, int]:
    """The run that is shown of somebody, and the last one that was looked at."""
    if known is None:
        known = {"shown": own[0].pk, "seen": own[0].pk}
    shown = next((run for run in own if run.pk == known["shown"]), own[0])
    later = [run for run in own if run.pk > max(known["seen"], shown.pk)]
    at = climbs(y, _loaded(shown), [_loaded(run) for run in later], **options)
    return {"shown": shown.pk if at is None else later[at].pk, "seen": own[-1].pk}
