"""Compare runs with their references, and store the comparison."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from classrooms.models import Dojo
from classrooms.models.dojos import whole_dojo
from engine.judge.comparison import compare
from engine.judge.kinds import kind_of
from engine.judge.uncertainty.dependence import Rows, rows_of
from engine.judge.uncertainty.intervals import intervals
from engine.judge.uncertainty.predictions import Predictions as Predicted
from engine.spec.changes import describe_changes
from engine.spec.schema import Schema
from experiments.compute.process_memory import load_dataset
from experiments.models import Experiment, Run
from experiments.submit.services import announce
from jobs.models import JobStatus


def predicted(run: Run) -> Predicted:
    """A finished run's predictions for the test rows."""
    return Predicted(np.frombuffer(run.predictions.test, dtype="<f8"), run.threshold)


def y_test_of(dojo: Dojo) -> np.ndarray:
    """Actual classes of the test rows."""
    prepared = load_dataset(dojo.dataset)
    found: np.ndarray = dojo.schema.encode_target(prepared.frame.iloc[prepared.split.test])
    return found


def dependence_of(dojo: Dojo) -> Rows:
    """How the test rows depend on each other."""
    prepared = load_dataset(dojo.dataset)
    return rows_of(prepared.frame.iloc[prepared.split.test], dojo.schema.split)


def intervals_of(
    y_test: np.ndarray, found: Predicted, schema: Schema, rows: Rows
) -> dict[str, Any]:
    """The 95 % interval of every test metric, as JSON."""
    pairs = intervals(y_test, found, costs=schema.costs, rows=rows)
    return {name: list(pair) for name, pair in pairs.items()}


def compare_missing(runs: QuerySet[Run]) -> None:
    """Compare those of these runs that have no comparison although their reference has finished.

    A run and its reference may end at the same time, each unseen by the other. So both look
    here once they have committed: whichever is second sees the first. Where that process dies,
    the leaderboard's worker finds what is missing.
    """
    finished = Run.objects.results().filter(status=JobStatus.SUCCEEDED, predictions__isnull=False)
    reference = finished.filter(experiment=OuterRef("experiment__compared_to"))
    missing = (finished & runs).filter(Exists(reference), comparison={})
    related = missing.select_related("predictions", *whole_dojo("experiment__seat__dojo"))
    for run in related.select_related("experiment__compared_to").order_by("pk"):
        seat = run.experiment.seat
        comparison = comparison_with_reference(run.experiment, predicted(run), y_test_of(seat.dojo))
        with transaction.atomic():
            if missing.filter(pk=run.pk).update(comparison=comparison):
                announce(seat)


def comparison_with_reference(
    experiment: Experiment, found: Predicted, y_test: np.ndarray
) -> dict[str, Any]:
    """Against the run that the hypothesis names; empty as long as that has not finished."""
    reference = _finished_run(experiment.compared_to)
    if reference is None:
        return {}
    dojo = experiment.seat.dojo
    schema = dojo.schema
    before, after = reference.experiment.parsed_config, experiment.parsed_config
    compared = compare(
        y_test,
        predicted(reference),
        found,
        costs=schema.costs,
        rows=dependence_of(dojo),
    )
    return compared.to_dict() | {"kind": kind_of(describe_changes(before, after, schema))}


def _finished_run(experiment: Experiment | None) -> Run | None:
    if experiment is None:
        return None
    finished = experiment.runs.results().filter(
        status=JobStatus.SUCCEEDED, predictions__isnull=False
    )
    run: Run | None = finished.select_related("predictions", "experiment").last()
    return run
