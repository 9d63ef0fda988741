"""Executing runs in a compute worker: the engine meets the database."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.utils import timezone

from classrooms.jobs import Fields, JobFailure, Report, perform_job, ring, worker_name
from experiments.board.asking import request_standings
from experiments.comparing import (
    compare_dependants,
    compare_with_reference,
    comparison_fields,
    intervals_of,
)
from experiments.engine.evaluate import Evaluated, evaluate
from experiments.engine.failures import CannotRun
from experiments.engine.fingerprint import fingerprint, library_versions
from experiments.engine.interpretation.errors import confusion
from experiments.engine.schema import Schema
from experiments.models import Interpretation, Predictions, Run, Stage
from experiments.process_memory import (
    Prepared,
    forget_everything,
    load_dataset,
    remember_pipeline,
)
from experiments.reuse import copied_interpretations, differing_digits, reusable_run, reused_fields
from experiments.services import announce
from experiments.signals import run_succeeded
from experiments.tasks import work_next


def execute_next_run() -> bool:
    """Claim the run whose turn it is and execute it; False where nothing is queued."""
    claimed = claim_next_run()
    if claimed is None:
        return False
    run, attempt = claimed
    execution = _Execution(run)
    perform_job(
        run,
        execution.work,
        attempt=attempt,
        on_change=lambda: announce(run.experiment.membership),
        on_success=execution.store,
    )
    return True


def claim_next_run() -> tuple[Run, int] | None:
    """The queued run whose turn it is, now this worker's, with the attempt's number."""
    worker = worker_name()
    open_to_us = Run.objects.all().for_worker(worker, timezone.now())
    claimed = open_to_us.in_fair_order().claim_first(worker=worker)
    if claimed is None:
        return None
    run = Run.objects.select_related(
        "experiment__membership__dojo__dataset", "experiment__compared_to", "reproduces"
    ).get(pk=claimed[0])
    announce(run.experiment.membership)
    return run, claimed[1]


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
            forget_everything()
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
        y_test = schema.encode_target(prepared.frame.iloc[prepared.split.test])
        remember_pipeline(self.run.pk, self.evaluated.pipeline)
        evaluation = self.evaluated.evaluation
        return {
            "metrics": {
                "train": evaluation.train,
                "cross_validation": evaluation.cross_validation,
                "test": evaluation.test,
            },
            "holdout_metrics": evaluation.holdout,
            "confusion": confusion(
                y_test, self.evaluated.test_probability, evaluation.threshold
            ).to_dict(),
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
        self._queue_interpretation()
        prepared = load_dataset(self.dojo.dataset)
        y_test = self.dojo.schema.encode_target(prepared.frame.iloc[prepared.split.test])
        self.run.refresh_from_db(fields=["threshold"])
        compare_with_reference(self.run, self._test_predictions(self.run.threshold), y_test)
        compare_dependants(self.run, y_test)
        run_succeeded.send(sender=Run, run=self.run)
        request_standings(self.dojo)

    def _queue_interpretation(self) -> None:
        """Every stage of it, but for those that an equal run has."""
        found = copied_interpretations(self.source, self.run) if self.source else []
        known = {interpretation.stage for interpretation in found}
        missing = [stage for stage in Stage if stage not in known]
        found += [Interpretation(run=self.run, stage=stage) for stage in missing]
        Interpretation.objects.bulk_create(found)
        for _stage in missing:
            ring(work_next)
