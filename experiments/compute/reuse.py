"""Reuse the result of an equal fingerprint, and check that a re-run reproduces it."""

from __future__ import annotations

from typing import Any

from experiments.models import Interpretation, Run
from jobs.models import JobStatus

REUSED = (
    "metrics",
    "holdout_metrics",
    "confusion",
    "threshold",
    "intervals",
    "gaps",
    "search",
    "fit_seconds",
    "warnings",
)


def reusable_run(fingerprint: str) -> Run | None:
    """A finished run whose result is what a run with this fingerprint would give.

    A search that its seconds cut short would go another way on another day.
    """
    found = (
        Run.objects.results()
        .filter(
            fingerprint=fingerprint,
            status=JobStatus.SUCCEEDED,
            predictions__isnull=False,
            holdout_result__isnull=False,
        )
        .exclude(holdout_result__predictions=b"")
        .select_related("predictions", "holdout_result", "experiment__seat__dojo")
        .order_by("pk")
    )
    return next((run for run in found if not run.search or run.search["is_complete"]), None)


def was_known(run: Run, fingerprint: str) -> bool:
    """Whether somebody of the Dojo had this result when the experiment was submitted."""
    experiment = run.experiment
    same = Run.objects.results().filter(
        fingerprint=fingerprint,
        status=JobStatus.SUCCEEDED,
        experiment__seat__dojo=experiment.seat.dojo_id,
        finished_at__lte=experiment.submitted_at,
    )
    return bool(same.exclude(pk=run.pk).exists())


def reused_fields(source: Run) -> dict[str, Any]:
    """The earlier result as the fields of another run."""
    return {name: getattr(source, name) for name in REUSED} | {"reused_from": source}


def copied_interpretations(source: Run, run: Run) -> list[Interpretation]:
    """Copies of the earlier run's finished stages, unsaved.

    None where the two are asked about otherwise: their Dojos have another primary metric,
    or another dataset, with its own findings and sensitive columns.
    """
    dojo, other = run.experiment.seat.dojo, source.experiment.seat.dojo
    if (dojo.primary_metric, dojo.dataset_id) != (other.primary_metric, other.dataset_id):
        return []
    return [
        Interpretation(
            run=run,
            **run.keys,
            stage=found.stage,
            status=JobStatus.SUCCEEDED,
            progress=1.0,
            started_at=found.started_at,
            finished_at=found.finished_at,
            content=found.content,
        )
        for found in source.interpretations.filter(status=JobStatus.SUCCEEDED)
    ]


def differing_digits(first: Run, again: dict[str, Any]) -> list[dict[str, Any]]:
    """Every number of a repetition that is not the first run's, to the last bit.

    Args:
        again: the fields of the repetition.
    """
    found = []
    for (part, metric), number in _numbers(first.metrics, first.holdout_metrics).items():
        repeated = _numbers(again["metrics"], again["holdout_metrics"]).get((part, metric))
        if repeated != number:
            found.append({"part": part, "metric": metric, "first": number, "again": repeated})
    return found


def _numbers(
    metrics: dict[str, Any], holdout: dict[str, float]
) -> dict[tuple[str, str], float | None]:
    """All scores of a run by part and metric; folds by their number."""
    parts = {part: metrics[part] for part in ("train", "test")} | {"holdout": holdout}
    for number, fold in enumerate(metrics["cross_validation"]["folds"], start=1):
        parts[f"fold {number}"] = fold
    return {(part, name): value for part, scores in parts.items() for name, value in scores.items()}
