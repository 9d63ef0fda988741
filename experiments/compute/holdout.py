"""What a run gives on the hidden rows: with the run, and again where other columns are marked."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from sklearn.pipeline import Pipeline

from classrooms.models import Dojo
from classrooms.models.dojos import whole_dojo
from engine.build.runtime_helpers import positive_probability
from engine.build.spec_builder import source_columns
from engine.failures import CannotRun
from engine.judge.uncertainty.dependence import rows_of
from engine.judge.uncertainty.differences import paired_differences
from engine.judge.uncertainty.predictions import Predictions as Predicted
from engine.run.evaluate import Evaluated
from engine.run.production import production_scores
from engine.spec.config import ExperimentConfig
from experiments.compute.interpreting import fitted_again
from experiments.compute.process_memory import load_dataset
from experiments.forecasts.belief import leaks_of, marked_columns_of
from experiments.forecasts.outcomes import metric_of
from experiments.models import Experiment, HoldoutResult, Run
from jobs.models import JobStatus
from jobs.perform import Fields, JobFailure, Report, Result


def compute(job: HoldoutResult, report: Report) -> Result:
    """The result of a finished run, fitted again.

    Raises:
        JobFailure: it cannot be.
    """
    run = job.run
    dojo = run.experiment.seat.dojo
    prepared = load_dataset(dojo.dataset)
    try:
        config, pipeline = fitted_again(run)
    except CannotRun as error:
        raise JobFailure(error.code, error.context) from error
    rows = prepared.frame.iloc[prepared.split.holdout]
    found = positive_probability(pipeline, rows[source_columns(config, dojo.schema)])
    fields: Fields = {"predictions": found.astype("<f8").tobytes()}
    fields |= production_fields(run, run.threshold, config, pipeline)
    fields["differences"] = differences_from_reference(run, fields["predictions"], run.threshold)

    def afterwards() -> None:
        compare_missing(HoldoutResult.objects.filter(run__experiment__seat__dojo=dojo))

    return Result(fields, afterwards=afterwards)


def new_result(run: Run, evaluated: Evaluated) -> HoldoutResult:
    """That of a run which has just been evaluated, unsaved."""
    predictions = evaluated.holdout_probability.astype("<f8").tobytes()
    threshold = evaluated.evaluation.threshold
    return _finished(
        run,
        predictions=predictions,
        differences=differences_from_reference(run, predictions, threshold),
        **production_fields(run, threshold, evaluated.config, evaluated.pipeline),
    )


def copied_result(run: Run, source: HoldoutResult) -> HoldoutResult:
    """That of an equal run as this run's own, unsaved; queued where other columns are marked."""
    dojo = run.experiment.seat.dojo
    missing = marked_columns_of(run.experiment, dojo.schema, leaks_of(dojo))
    if missing != source.missing_columns:
        return HoldoutResult(run=run, **run.keys)
    return _finished(
        run,
        predictions=source.predictions,
        missing_columns=missing,
        production_metrics=source.production_metrics,
        differences=differences_from_reference(run, source.predictions, source.run.threshold),
    )


def _finished(run: Run, **fields: Any) -> HoldoutResult:
    now = timezone.now()
    return HoldoutResult(
        run=run,
        **run.keys,
        status=JobStatus.SUCCEEDED,
        progress=1.0,
        started_at=now,
        finished_at=now,
        **fields,
    )


def production_fields(
    run: Run, threshold: float, config: ExperimentConfig, fitted: Pipeline
) -> Fields:
    """The scores on the hidden rows as they would arrive; none where nothing is missing then."""
    dojo = run.experiment.seat.dojo
    missing = marked_columns_of(run.experiment, dojo.schema, leaks_of(dojo))
    if not missing:
        return {"missing_columns": [], "production_metrics": {}}
    prepared = load_dataset(dojo.dataset)
    found = production_scores(
        fitted,
        config,
        dojo.schema,
        prepared.frame,
        prepared.split,
        threshold=threshold,
        missing=missing,
    )
    return {"missing_columns": missing, "production_metrics": found}


# --- Against the reference ----------------------------------------------------------------
def differences_from_reference(
    run: Run, predictions: bytes | memoryview, threshold: float
) -> dict[str, Any]:
    """The forecast metric against the run that the hypothesis names; empty as long as nothing
    is known of that one's hidden rows."""
    experiment = run.experiment
    reference = _result_of(experiment.compared_to)
    if reference is None or not experiment.forecast_kind:
        return {}
    dojo = experiment.seat.dojo
    prepared = load_dataset(dojo.dataset)
    rows = prepared.frame.iloc[prepared.split.holdout]
    metric = metric_of(experiment).name
    found = paired_differences(
        dojo.schema.encode_target(rows),
        Predicted(np.frombuffer(reference.predictions, dtype="<f8"), reference.run.threshold),
        Predicted(np.frombuffer(predictions, dtype="<f8"), threshold),
        costs=dojo.schema.costs,
        rows=rows_of(rows, dojo.schema.split),
        only=[metric],
    )
    return {name: asdict(one) for name, one in found.items()}


def _result_of(experiment: Experiment | None) -> HoldoutResult | None:
    if experiment is None:
        return None
    known = _known().filter(run__experiment=experiment)
    result: HoldoutResult | None = known.select_related("run").order_by("run").last()
    return result


def _known() -> QuerySet[HoldoutResult]:
    """Of finished runs, repetitions apart, with their predictions."""
    finished = HoldoutResult.objects.exclude(predictions=b"")
    return finished.filter(run__reproduces=None, run__status=JobStatus.SUCCEEDED)


def compare_missing(results: QuerySet[HoldoutResult]) -> None:
    """Compare those that have no comparison although something is known of their reference.

    A run and its reference may end at the same time, each unseen by the other: both look here
    once they have committed, and so does the leaderboard's worker.
    """
    reference = _known().filter(run__experiment=OuterRef("run__experiment__compared_to"))
    missing = (_known() & results).exclude(run__experiment__forecast_kind="")
    missing = missing.filter(Exists(reference), differences={})
    related = missing.select_related(
        "run__experiment__compared_to", *whole_dojo("run__experiment__seat__dojo")
    )
    for one in related.order_by("pk"):
        found = differences_from_reference(one.run, one.predictions, one.run.threshold)
        missing.filter(pk=one.pk).update(differences=found)


def compare_missing_of(dojo: Dojo) -> None:
    """Those of a Dojo."""
    compare_missing(HoldoutResult.objects.filter(run__experiment__seat__dojo=dojo))
