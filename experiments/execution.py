"""Executing runs in a compute worker: the engine meets the database."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from django.core.files.storage import default_storage
from django.utils import timezone

from classrooms.jobs import Fields, JobFailure, Report, perform_job, ring, worker_name
from classrooms.models import Dataset
from experiments.comparing import (
    compare_dependants,
    compare_with_reference,
    comparison_fields,
    intervals_of,
)
from experiments.engine.assembly import source_columns
from experiments.engine.data import read_dataset
from experiments.engine.evaluate import Evaluated, evaluate, fit
from experiments.engine.failures import CannotRun
from experiments.engine.fingerprint import fingerprint, library_versions
from experiments.engine.interpretation.errors import confusion, error_table
from experiments.engine.interpretation.features import FeatureModel
from experiments.engine.interpretation.importance import permutation_importance_view
from experiments.engine.schema import Schema
from experiments.engine.searching import with_found_hyperparameters
from experiments.engine.split import Split, split_rows
from experiments.models import Interpretation, Predictions, Run
from experiments.reuse import copy_interpretation, differing_digits, reusable_run, reused_fields
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
def _load(table_path: str, schema_json: str) -> Prepared:
    schema = Schema.model_validate_json(schema_json)
    with (
        default_storage.open(table_path) as stored,
        tempfile.NamedTemporaryFile(suffix=".parquet") as local,
    ):
        Path(local.name).write_bytes(stored.read())
        frame = read_dataset(Path(local.name))
    return Prepared(schema, frame, split_rows(frame, schema.target, schema.split))


def load_dataset(dataset: Dataset) -> Prepared:
    """The dataset from this process's cache, or from the storage."""
    return _load(dataset.table_path, dataset.schema.model_dump_json())


# The fitted pipelines of this process's latest runs, for their interpretation.
_fitted: dict[int, Any] = {}


def _remember(run_id: int, pipeline: Any) -> None:
    _fitted[run_id] = pipeline
    while len(_fitted) > CACHED_PIPELINES:
        del _fitted[next(iter(_fitted))]


def execute_next_run() -> None:
    """Claim the run whose turn it is and execute it; nothing queued, nothing done."""
    claimed = claim_next_run()
    if claimed is None:
        return
    run, attempt = claimed
    execution = _Execution(run)
    perform_job(
        run,
        execution.work,
        attempt=attempt,
        on_change=lambda: announce(run.experiment.membership),
        on_success=execution.store,
    )


def claim_next_run() -> tuple[Run, int] | None:
    """The queued run whose turn it is, now this worker's, with the attempt's number."""
    worker = worker_name()
    while True:
        open_to_us = Run.objects.all().for_worker(worker, timezone.now())
        candidate = open_to_us.in_fair_order().first()
        if candidate is None:
            return None
        attempt = Run.objects.all().claim(candidate.pk, worker=worker)
        if attempt is not None:
            run = Run.objects.select_related(
                "experiment__membership__dojo__dataset", "experiment__compared_to", "reproduces"
            ).get(pk=candidate.pk)
            announce(run.experiment.membership)
            return run, attempt


class _Execution:
    """One run: its numbers first, then what is stored beside them in the same transaction."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.dojo = run.experiment.membership.dojo
        self.source: Run | None = None
        self.evaluated: Evaluated | None = None

    def work(self, report: Report) -> Fields:
        """Evaluate, or take an equal run's result; returns the fields of the success."""
        versions = library_versions()
        schema, config = self.dojo.schema, self.run.experiment.parsed_config
        mark = fingerprint(self.dojo.dataset.content_hash, schema, config, versions)
        fields: Fields = {"fingerprint": mark, "versions": versions}
        if self.run.reproduces is not None:
            # From scratch means from scratch: nothing that this process remembers.
            _load.cache_clear()
        else:
            self.source = reusable_run(mark)
        prepared = load_dataset(self.dojo.dataset)
        if self.source is not None:
            fields |= reused_fields(self.source)
        else:
            fields |= self._evaluate(prepared, schema, report)
        if self.run.reproduces is not None:
            return fields | {"differences": differing_digits(self.run.reproduces, fields)}
        y_test = schema.encode_target(prepared.frame.iloc[prepared.split.test])
        found = self._test_predictions(fields["threshold"])
        fields.setdefault("intervals", intervals_of(y_test, found, schema))
        return fields | comparison_fields(self.run.experiment, y_test, found, schema)

    def _evaluate(self, prepared: Prepared, schema: Schema, report: Report) -> Fields:
        config = self.run.experiment.parsed_config
        first = self.run.reproduces
        try:
            self.evaluated = evaluate(
                config,
                schema,
                prepared.frame,
                prepared.split,
                replay=first.replay if first else None,
                on_progress=report,
            )
        except CannotRun as error:
            raise JobFailure(error.code, error.context) from error
        _remember(self.run.pk, self.evaluated.pipeline)
        evaluation = self.evaluated.evaluation
        return {
            "metrics": {
                "train": evaluation.train,
                "cross_validation": evaluation.cross_validation,
                "test": evaluation.test,
            },
            "holdout_metrics": evaluation.holdout,
            "threshold": evaluation.threshold,
            "search": evaluation.search.to_dict() if evaluation.search else {},
            "fit_seconds": evaluation.fit_seconds,
            "warnings": [caution.to_dict() for caution in evaluation.cautions],
        }

    def _test_predictions(self, threshold: float) -> Any:
        from experiments.engine.bootstrap import Predictions as Predicted  # noqa: PLC0415 (a namesake)

        if self.evaluated is not None:
            return Predicted(self.evaluated.test_probability, threshold)
        stored = self.source.predictions.test  # type: ignore[union-attr] # evaluated or reused
        return Predicted(np.frombuffer(stored, dtype="<f8"), threshold)

    def store(self) -> None:
        """Predictions, the next stage, and comparisons that waited for this run."""
        if self.run.reproduces is not None:
            return
        if self.evaluated is not None:
            test, out_of_fold = self.evaluated.test_probability, self.evaluated.out_of_fold
            Predictions.objects.create(
                run=self.run,
                test=test.astype("<f8").tobytes(),
                out_of_fold=out_of_fold.astype("<f8").tobytes(),
            )
        elif self.source is not None:
            found = self.source.predictions
            Predictions.objects.create(run=self.run, test=found.test, out_of_fold=found.out_of_fold)
        if self.source is None or not copy_interpretation(self.source, self.run):
            interpretation = Interpretation.objects.create(run=self.run)
            ring(interpret_run_task, interpretation.pk)
        prepared = load_dataset(self.dojo.dataset)
        y_test = self.dojo.schema.encode_target(prepared.frame.iloc[prepared.split.test])
        self.run.refresh_from_db(fields=["threshold"])
        compare_with_reference(self.run, self._test_predictions(self.run.threshold), y_test)
        compare_dependants(self.run, y_test)


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
    if run.search:
        config = with_found_hyperparameters(config, run.search)
    # Another process may have run it; fitting again gives the same pipeline.
    pipeline = _fitted.get(run.pk)
    if pipeline is None:
        pipeline = fit(config, prepared.schema, prepared.frame, prepared.split.train)
    model = FeatureModel(pipeline, config, prepared.schema)
    test = prepared.frame.iloc[prepared.split.test]
    y_test = prepared.schema.encode_target(test)
    table = model.table(test[source_columns(config, prepared.schema)])
    probability = model.positive(model.encode(table))
    importance = permutation_importance_view(
        model,
        table,
        y_test,
        metric=dojo.primary_metric,
        threshold=run.threshold,
        costs=dojo.schema.costs,
        repeats=PERMUTATION_REPEATS,
        seed=config.seed,
    )
    return {
        "importance": importance.to_dict(),
        "confusion": confusion(y_test, probability, run.threshold).to_dict(),
        "errors": error_table(
            test,
            y_test,
            probability,
            schema=prepared.schema,
            threshold=run.threshold,
            costs=dojo.schema.costs,
        ).to_dict(),
    }
