"""Interpret runs in a compute worker, stage by stage."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from django.db.models import Q
from sklearn.pipeline import Pipeline

from engine.explain import stages
from engine.explain.stages import FinishedRun
from engine.run.evaluate import fit
from engine.run.searching import with_found_hyperparameters
from engine.spec.config import ExperimentConfig
from experiments.alarms.services import raise_alarms
from experiments.alarms.suspects import suspects_of
from experiments.compute.checking import check_run
from experiments.compute.process_memory import (
    load_dataset,
    remember_finished,
    remembered_finished,
    remembered_pipeline,
    remembered_runs,
)
from experiments.models import Interpretation, Run, Stage
from jobs.perform import Fields, Report, Result


def at_hand() -> Q:
    """Stages of runs whose fitted pipelines this process remembers."""
    return Q(run__in=list(remembered_runs()))


def interpret(interpretation: Interpretation, report: Report) -> Result:
    """One stage of a finished run's interpretation."""
    run = interpretation.run
    found = STAGES[Stage(interpretation.stage)](run, finished_run(run))
    return Result({"content": found}, lambda: raise_alarms(run, found.get("alarms", ())))


def finished_run(run: Run) -> FinishedRun:
    """The run as the engine looks at it, from this process's memory or fitted again."""
    found = remembered_finished(run.pk)
    if found is not None:
        return found
    dojo = run.experiment.seat.dojo
    prepared = load_dataset(dojo.dataset)
    config, pipeline = fitted_again(run)
    metric = dojo.primary_metric
    score = run.metrics["test"][metric]
    found = FinishedRun(
        pipeline=pipeline,
        config=config,
        # The data's own, and what errors cost in this Dojo.
        schema=dojo.schema,
        frame=prepared.frame,
        split=prepared.split,
        metric=metric,
        threshold=run.threshold,
        out_of_fold=np.frombuffer(run.predictions.out_of_fold, dtype="<f8"),
        fit_seconds=run.fit_seconds or 0.0,
        train_score=run.metrics["train"][metric],
        test_score=score,
        # Runs of the first version had no intervals.
        interval=tuple(run.intervals.get(metric, (score, score))),
        stored_importance=_stored_importance(run),
        gap=tuple(run.gaps[metric]) if metric in run.gaps else None,
    )
    remember_finished(run.pk, found)
    return found


def fitted_again(run: Run) -> tuple[ExperimentConfig, Pipeline]:
    """The pipeline of a finished run, with the hyperparameters that its search found.

    Another process may have run it; fitting again gives the same pipeline.
    """
    dojo = run.experiment.seat.dojo
    config = run.experiment.parsed_config
    if run.search:
        config = with_found_hyperparameters(config, run.search)
    pipeline = remembered_pipeline(run.pk)
    if pipeline is None:
        prepared = load_dataset(dojo.dataset)
        pipeline = fit(config, dojo.schema, prepared.frame, prepared.split.train)
    return config, pipeline


def _stored_importance(run: Run) -> Fields | None:
    """The first stage's result, which later stages need too."""
    evidence = run.interpretations.filter(stage=Stage.EVIDENCE).first()
    return evidence.content.get("importance") if evidence else None


def _subgroups(run: Run, found: FinishedRun) -> stages.Content:
    dataset = run.experiment.seat.dojo.dataset
    health = getattr(dataset, "health", None)
    return stages.subgroups(
        found,
        sensitive=dataset.sensitive_columns,
        findings=health.content["findings"] if health else [],
        warnings=run.warnings,
        suspects=suspects_of(run),
    )


STAGES: dict[Stage, Callable[[Run, FinishedRun], stages.Content]] = {
    Stage.EVIDENCE: lambda run, found: stages.evidence(found),
    Stage.LEARNING: lambda run, found: stages.learning_curves(found),
    Stage.REASONS: lambda run, found: stages.reasons(found),
    Stage.SUBGROUPS: _subgroups,
    Stage.CHECKS: check_run,
}
