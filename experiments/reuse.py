"""Equal fingerprint, equal result: taking over an earlier run's, and checking that it repeats."""

from __future__ import annotations

from typing import Any

from classrooms.models.jobs import JobStatus
from experiments.models import Interpretation, Run

REUSED = (
    "metrics",
    "holdout_metrics",
    "threshold",
    "intervals",
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
        .filter(fingerprint=fingerprint, status=JobStatus.SUCCEEDED, predictions__isnull=False)
        .select_related("predictions", "interpretation")
        .order_by("pk")
    )
    return next((run for run in found if not run.search or run.search["is_complete"]), None)


def reused_fields(source: Run) -> dict[str, Any]:
    """The earlier result as the fields of another run."""
    return {name: getattr(source, name) for name in REUSED} | {"reused_from": source}


def copy_interpretation(source: Run, run: Run) -> bool:
    """Give the run the earlier one's interpretation; False where there is none to give."""
    found = getattr(source, "interpretation", None)
    if found is None or not found.has_succeeded:
        return False
    Interpretation.objects.create(
        run=run,
        status=JobStatus.SUCCEEDED,
        progress=1.0,
        started_at=found.started_at,
        finished_at=found.finished_at,
        importance=found.importance,
        confusion=found.confusion,
        errors=found.errors,
    )
    return True


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
