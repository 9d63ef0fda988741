"""Runs against the runs that their hypotheses name: the engine's comparison, stored."""

from __future__ import annotations

from typing import Any

import numpy as np

from classrooms.models.jobs import JobStatus
from experiments.engine.bootstrap import Predictions as Predicted
from experiments.engine.bootstrap import intervals
from experiments.engine.comparison import compare
from experiments.engine.metrics import METRICS
from experiments.engine.schema import Schema
from experiments.models import Experiment, Run


def predicted(run: Run) -> Predicted:
    """What a finished run predicted for the test rows."""
    return Predicted(np.frombuffer(run.predictions.test, dtype="<f8"), run.threshold)


def intervals_of(y_test: np.ndarray, found: Predicted, schema: Schema) -> dict[str, Any]:
    """The 95 % interval of every test metric, as JSON."""
    pairs = intervals(y_test, found, costs=schema.costs)
    return {name: list(pair) for name, pair in pairs.items()}


def comparison_fields(
    experiment: Experiment, y_test: np.ndarray, found: Predicted, schema: Schema
) -> dict[str, Any]:
    """The run's comparison where the run that it is compared to has finished; else nothing yet."""
    reference = _finished_run(experiment.compared_to)
    if reference is None:
        return {}
    return {"comparison": _compare(experiment, reference, found, y_test, schema)}


def compare_with_reference(run: Run, found: Predicted, y_test: np.ndarray) -> None:
    """Compare the run, now that it has finished, unless it was compared already.

    Its reference may have finished while it was evaluated. Both lock the reference's
    experiment first, so that the later one sees the earlier.
    """
    experiment = run.experiment
    pair = Experiment.objects.filter(pk__in=[experiment.pk, experiment.compared_to_id])
    list(pair.select_for_update().order_by("pk"))
    run.refresh_from_db(fields=["comparison"])
    schema = experiment.membership.dojo.schema
    if not run.comparison and (reference := _finished_run(experiment.compared_to)):
        run.comparison = _compare(experiment, reference, found, y_test, schema)
        run.save(update_fields=["comparison"])


def _finished_run(experiment: Experiment | None) -> Run | None:
    if experiment is None:
        return None
    finished = experiment.runs.results().filter(
        status=JobStatus.SUCCEEDED, predictions__isnull=False
    )
    run: Run | None = finished.select_related("predictions").last()
    return run


def _compare(
    experiment: Experiment, reference: Run, found: Predicted, y_test: np.ndarray, schema: Schema
) -> dict[str, Any]:
    metric = METRICS[experiment.membership.dojo.primary_metric]
    return compare(
        y_test,
        predicted(reference),
        found,
        metric=metric.name,
        higher_is_better=metric.higher_is_better,
        expected_effect=experiment.expected_effect,
        costs=schema.costs,
    ).to_dict()


def compare_dependants(run: Run, y_test: np.ndarray) -> None:
    """Compare the runs that finished before the one that they are compared to."""
    waiting = (
        Run.objects.results()
        .filter(
            experiment__compared_to=run.experiment_id,
            status=JobStatus.SUCCEEDED,
            comparison={},
            predictions__isnull=False,
        )
        .select_related("predictions", "experiment__membership__dojo")
    )
    for dependant in waiting:
        experiment = dependant.experiment
        schema = run.experiment.membership.dojo.schema
        dependant.comparison = _compare(experiment, run, predicted(dependant), y_test, schema)
        dependant.save(update_fields=["comparison"])
