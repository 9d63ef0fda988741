"""Executing runs in a compute worker: the engine meets the database."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
from django.core.files.storage import default_storage
from sklearn.pipeline import Pipeline

from classrooms.jobs import Fields, Report, perform_job, ring, worker_name
from classrooms.models import Dataset
from experiments.engine.data import read_dataset
from experiments.engine.errors import confusion, worst_errors
from experiments.engine.evaluate import evaluate, fit
from experiments.engine.explain import permutation_importance_view
from experiments.engine.fingerprint import fingerprint, library_versions
from experiments.engine.schema import Schema
from experiments.engine.split import Split, SplitPolicy, split_rows
from experiments.models import Interpretation, Run
from experiments.services import announce
from experiments.tasks import interpret_run as interpret_run_task

# Per worker process. Datasets are a few megabytes, fitted pipelines can be more.
CACHED_DATASETS = 4
CACHED_PIPELINES = 8
PERMUTATION_REPEATS = 5


@dataclass(frozen=True, eq=False)
class Prepared:
    """A dataset in memory, split."""

    schema: Schema
    frame: pd.DataFrame
    split: Split


@lru_cache(maxsize=CACHED_DATASETS)
def _load(table_path: str, schema_json: str, split_seed: int) -> Prepared:
    schema = Schema.model_validate_json(schema_json)
    with (
        default_storage.open(table_path) as stored,
        tempfile.NamedTemporaryFile(suffix=".parquet") as local,
    ):
        Path(local.name).write_bytes(stored.read())
        frame = read_dataset(Path(local.name))
    split = split_rows(frame[schema.target].to_numpy(), SplitPolicy(seed=split_seed))
    return Prepared(schema, frame, split)


def load_dataset(dataset: Dataset) -> Prepared:
    """The dataset from this process's cache, or from the storage."""
    return _load(dataset.table_path, dataset.schema.model_dump_json(), dataset.split_seed)


# The fitted pipelines of this process's latest runs, for their interpretation.
_fitted: dict[int, Pipeline] = {}


def _remember(run_id: int, pipeline: Pipeline) -> None:
    _fitted[run_id] = pipeline
    while len(_fitted) > CACHED_PIPELINES:
        del _fitted[next(iter(_fitted))]


def execute_next_run() -> None:
    """Claim the run whose turn it is and execute it; nothing queued, nothing done."""
    claimed = claim_next_run()
    if claimed is None:
        return
    run, attempt = claimed
    perform_job(
        run,
        lambda report: _evaluate(run, report),
        attempt=attempt,
        on_change=lambda: announce(run.experiment.membership),
        on_success=lambda: _request_interpretation(run),
    )


def claim_next_run() -> tuple[Run, int] | None:
    """The queued run whose turn it is, now this worker's, with the attempt's number."""
    while (candidate := Run.objects.all().in_fair_order().first()) is not None:
        attempt = Run.objects.all().claim(candidate.pk, worker=worker_name())
        if attempt is not None:
            run = Run.objects.select_related("experiment__membership__dojo__dataset").get(
                pk=candidate.pk
            )
            announce(run.experiment.membership)
            return run, attempt
    return None


def _evaluate(run: Run, report: Report) -> Fields:
    """Fit and evaluate; returns the fields of the success."""
    dataset = run.experiment.membership.dojo.dataset
    prepared = load_dataset(dataset)
    config = run.experiment.parsed_config
    versions = library_versions()
    policy = SplitPolicy(seed=dataset.split_seed)
    evaluated = evaluate(
        config,
        prepared.schema,
        prepared.frame,
        prepared.split,
        on_progress=report,
    )
    _remember(run.pk, evaluated.pipeline)
    evaluation = evaluated.evaluation
    return {
        "metrics": {
            "train": evaluation.train,
            "cross_validation": evaluation.cross_validation,
            "test": evaluation.test,
        },
        "holdout_metrics": evaluation.holdout,
        "fit_seconds": evaluation.fit_seconds,
        "warnings": list(evaluation.warnings),
        "fingerprint": fingerprint(dataset.content_hash, policy, config, versions),
        "versions": versions,
    }


def _request_interpretation(run: Run) -> None:
    """Queue the run's next stage, in the transaction of its success."""
    interpretation = Interpretation.objects.create(run=run)
    ring(interpret_run_task, interpretation.pk)


def interpret_run(interpretation_id: int) -> None:
    """Compute what the run's model uses and where it is wrong."""
    attempt = Interpretation.objects.all().claim(interpretation_id, worker=worker_name())
    if attempt is None:
        return
    interpretation = Interpretation.objects.select_related(
        "run__experiment__membership__dojo__dataset"
    ).get(pk=interpretation_id)
    perform_job(
        interpretation,
        lambda report: _interpret(interpretation.run),
        attempt=attempt,
        on_change=lambda: announce(interpretation.run.experiment.membership),
    )


def _interpret(run: Run) -> dict[str, Any]:
    dojo = run.experiment.membership.dojo
    prepared = load_dataset(dojo.dataset)
    config = run.experiment.parsed_config
    # Another process may have run it; fitting again gives the same pipeline.
    pipeline = _fitted.get(run.pk) or fit(
        config, prepared.schema, prepared.frame, prepared.split.train
    )
    test = prepared.frame.iloc[prepared.split.test]
    y_test = prepared.schema.encode_target(test)
    probability = pipeline.predict_proba(test[list(config.features)])[:, 1]
    importance = permutation_importance_view(
        pipeline,
        test[list(config.features)],
        y_test,
        metric=dojo.primary_metric,
        repeats=PERMUTATION_REPEATS,
        seed=config.seed,
    )
    return {
        "importance": importance.to_dict(),
        "confusion": confusion(y_test, probability).to_dict(),
        "errors": worst_errors(test, y_test, probability, schema=prepared.schema).to_dict(),
    }
