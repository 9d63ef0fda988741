"""Execute runs in a compute worker: connects the engine to the database."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.db.models import Q

from classrooms.models import Dojo
from engine.explain.mistakes.errors import confusion
from engine.failures import CannotRun
from engine.judge.uncertainty.predictions import Predictions as Predicted
from engine.run.evaluate import evaluate
from engine.run.fingerprint import fingerprint, library_versions
from experiments.alarms.marking import judge_marks
from experiments.alarms.services import alarms_of_columns, raise_alarms
from experiments.compute.comparing import (
    compare_missing,
    comparison_with_reference,
    dependence_of,
    intervals_of,
    y_test_of,
)
from experiments.compute.holdout import compare_missing_of, copied_result, new_result
from experiments.compute.process_memory import (
    forget_everything,
    load_dataset,
    remember_pipeline,
)
from experiments.compute.reuse import (
    copied_interpretations,
    differing_digits,
    reusable_run,
    reused_fields,
    was_known,
)
from experiments.leaderboard.requests import request_leaderboard
from experiments.models import (
    Experiment,
    HoldoutResult,
    Interpretation,
    Predictions,
    Run,
)
from experiments.models.interpretations import stages_of
from experiments.signals import run_succeeded
from jobs.enqueue import wake_workers
from jobs.perform import Fields, JobFailure, Report, Result


def execute(run: Run, report: Report) -> Result:
    """The run's numbers, or an equal run's.

    Raises:
        JobFailure: its config cannot run on its data.
    """
    dojo = run.experiment.seat.dojo
    schema, versions = dojo.schema, library_versions()
    mark = fingerprint(dojo.dataset.content_hash, schema, run.experiment.parsed_config, versions)
    fields: Fields = {"fingerprint": mark, "versions": versions}
    if run.reproduces is not None:
        forget_everything()
        again, _predictions, _hidden = _evaluated(run, report)
        return Result(fields | again | {"differences": differing_digits(run.reproduces, again)})
    fields["was_known"] = was_known(run, mark)
    source = reusable_run(mark)
    found, predictions, hidden = _reused(run, source) if source else _evaluated(run, report)
    fields |= found
    y_test = y_test_of(dojo)
    predicted = Predicted(np.frombuffer(predictions.test, dtype="<f8"), fields["threshold"])
    rows = dependence_of(dojo)
    fields.setdefault("intervals", intervals_of(y_test, predicted, schema, rows))
    fields["comparison"] = comparison_with_reference(run.experiment, predicted, y_test)
    alarms = [*(source.alarms if source else ()), *alarms_of_columns(run.experiment)]

    def store() -> None:
        predictions.save()
        hidden.save()
        raise_alarms(run, alarms)
        _judge_marks(run)
        _queue_interpretation(run, source)
        run_succeeded.send(sender=Run, run=run)
        request_leaderboard(dojo)

    def afterwards() -> None:
        named_by = Q(experiment__compared_to=run.experiment_id)
        compare_missing(Run.objects.filter(Q(pk=run.pk) | named_by))
        compare_missing_of(dojo)

    return Result(fields, store, afterwards)


def _judge_marks(run: Run) -> None:
    """A facilitator may have marked other columns since the run began, or since the run whose
    result it has."""
    dojo = Dojo.objects.select_related("dataset").get(pk=run.experiment.seat.dojo_id)
    judge_marks(dojo, Experiment.objects.filter(pk=run.experiment_id))


def _reused(run: Run, source: Run) -> tuple[Fields, Predictions, HoldoutResult]:
    """The result of an equal run as this run's own."""
    found = source.predictions
    predictions = Predictions(run=run, test=found.test, out_of_fold=found.out_of_fold)
    return reused_fields(source), predictions, copied_result(run, source.holdout_result)


def _evaluated(run: Run, report: Report) -> tuple[Fields, Predictions, HoldoutResult]:
    """The engine's evaluation."""
    dojo, first = run.experiment.seat.dojo, run.reproduces
    prepared = load_dataset(dojo.dataset)
    try:
        evaluated = evaluate(
            run.experiment.parsed_config,
            dojo.schema,
            prepared.frame,
            prepared.split,
            replay=first.replay if first else None,
            on_progress=report,
        )
    except CannotRun as error:
        raise JobFailure(error.code, error.context) from error
    remember_pipeline(run.pk, evaluated.pipeline)
    found = evaluated.evaluation
    fields: dict[str, Any] = {
        "metrics": {
            "train": found.train,
            "cross_validation": found.cross_validation,
            "test": found.test,
        },
        "holdout_metrics": found.holdout,
        "confusion": confusion(
            y_test_of(dojo), evaluated.test_probability, found.threshold
        ).to_dict(),
        "threshold": found.threshold,
        "gaps": {name: list(ends) for name, ends in found.gaps.items()},
        "search": found.search.to_dict() if found.search else {},
        "fit_seconds": found.fit_seconds,
        "warnings": [warning.to_dict() for warning in found.warnings],
    }
    predictions = Predictions(
        run=run,
        test=evaluated.test_probability.astype("<f8").tobytes(),
        out_of_fold=evaluated.out_of_fold.astype("<f8").tobytes(),
    )
    return fields, predictions, new_result(run, evaluated)


def _queue_interpretation(run: Run, source: Run | None) -> None:
    """Every stage of it, but for those that an equal run has."""
    found = copied_interpretations(source, run) if source else []
    known = {interpretation.stage for interpretation in found}
    wanted = stages_of(run.experiment.seat.dojo)
    missing = [stage for stage in wanted if stage not in known]
    found += [Interpretation(run=run, stage=stage, **run.keys) for stage in missing]
    Interpretation.objects.bulk_create(found)
    wake_workers(Interpretation, count=len(missing))
