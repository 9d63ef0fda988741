"""Check runs in a compute worker, beside histogram boosting on the same rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.db import transaction

from classrooms.models import Dojo
from engine.explain.checks import checks
from engine.explain.stages import Content, FinishedRun
from engine.failures import CannotRun
from engine.judge.checks.models import Reference
from engine.run.boosting import boosting_reference
from experiments.checks.requests import request_boosting
from experiments.compute.process_memory import load_dataset
from experiments.models import BoostingReference, Run
from jobs.models import JobStatus
from jobs.perform import Fields, JobFailure, Report, Result

WORKER = "checks"


def fit_boosting(reference: BoostingReference, report: Report) -> Result:
    """Fit it, and predict the test rows.

    Raises:
        JobFailure: the dataset does not allow it.
    """
    try:
        return Result(_fitted(reference))
    except CannotRun as error:
        raise JobFailure(error.code, error.context) from error


def _fitted(reference: BoostingReference) -> Fields:
    prepared = load_dataset(reference.dataset)
    columns = tuple(
        column.model_copy(update={"leak": column.name in reference.marked})
        for column in prepared.schema.columns
    )
    schema = prepared.schema.model_copy(update={"columns": columns})
    found = boosting_reference(schema, prepared.frame, prepared.split)
    return {
        "test": found.probability.astype("<f8").tobytes(),
        "threshold": found.threshold,
        "seconds_per_1000_rows": found.seconds_per_1000_rows,
    }


def reference_of(dojo: Dojo) -> Reference | None:
    """Boosting on the Dojo's dataset; None where it cannot be fitted."""
    with transaction.atomic():
        job = request_boosting(dojo)
    if job.is_unfinished:
        job = _fitted_now(job)
    if not job.has_succeeded:
        return None
    probability = np.frombuffer(job.test, dtype="<f8")
    return Reference(probability, job.threshold, job.seconds_per_1000_rows)


def _fitted_now(job: BoostingReference) -> BoostingReference:
    """No worker was idle, or one is at it: a run that is checked now cannot wait for it."""
    is_ours = BoostingReference.objects.claim(job.pk, worker=WORKER)
    job.refresh_from_db()
    status, fields = JobStatus.SUCCEEDED, Fields()
    try:
        fields = _fitted(job)
    except CannotRun as error:
        status = JobStatus.FAILED
        fields = {"failure_code": error.code, "failure_context": error.context}
    if is_ours:
        job.finish(status, **fields)
    for name, value in {"status": status, **fields}.items():
        setattr(job, name, value)
    return job


def check_run(run: Run, found: FinishedRun) -> Content:
    """All checks of one finished run."""
    dojo = run.experiment.seat.dojo
    metric = dojo.primary_metric
    folds: list[dict[str, Any]] = run.metrics["cross_validation"]["folds"]
    gap = run.gaps.get(metric)
    return checks(
        found,
        submitted=run.experiment.parsed_config,
        folds=[scores[metric] for scores in folds],
        search=run.search,
        gap=(gap[0], gap[1]) if gap else None,
        reference=reference_of(dojo),
    )
