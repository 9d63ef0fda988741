"""Interpreting runs in a compute worker: what the model uses, and where it is wrong."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from classrooms.jobs import Fields, perform_job, worker_name
from experiments.engine.evaluate import fit
from experiments.engine.interpretation import stages
from experiments.engine.interpretation.stages import FinishedRun
from experiments.engine.searching import with_found_hyperparameters
from experiments.models import Interpretation, Run, Stage
from experiments.process_memory import (
    load_dataset,
    remember_finished,
    remembered_finished,
    remembered_pipeline,
    remembered_runs,
)
from experiments.services import announce_page

RELATED = "run__experiment__membership__dojo__dataset"


def interpret_next(*, at_hand: bool = False) -> bool:
    """Claim the most urgent stage of an interpretation and compute it.

    Args:
        at_hand: only of runs whose fitted pipelines this process remembers.

    Returns:
        False where none waits.
    """
    waiting = Interpretation.objects.all().most_urgent_first()
    if at_hand:
        waiting = waiting.filter(run__in=list(remembered_runs()))
    claimed = waiting.claim_first(worker=worker_name())
    if claimed is None:
        return False
    pk, attempt = claimed
    interpretation = Interpretation.objects.select_related(RELATED).get(pk=pk)
    run = interpretation.run
    perform_job(
        interpretation,
        lambda report: interpret(run, Stage(interpretation.stage)),
        attempt=attempt,
        on_change=lambda: announce_page(run.experiment.membership),
    )
    return True


def interpret(run: Run, stage: Stage) -> Fields:
    """The fields of one stage of a finished run's interpretation."""
    return {"content": STAGES[stage](run, finished_run(run))}


def finished_run(run: Run) -> FinishedRun:
    """The run as the engine looks at it, from this process's memory or fitted again."""
    found = remembered_finished(run.pk)
    if found is not None:
        return found
    dojo = run.experiment.membership.dojo
    prepared = load_dataset(dojo.dataset)
    config = run.experiment.parsed_config
    if run.search:
        config = with_found_hyperparameters(config, run.search)
    # Another process may have run it; fitting again gives the same pipeline.
    pipeline = remembered_pipeline(run.pk)
    if pipeline is None:
        pipeline = fit(config, prepared.schema, prepared.frame, prepared.split.train)
    metric = dojo.primary_metric
    score = run.metrics["test"][metric]
    found = FinishedRun(
        pipeline=pipeline,
        config=config,
        schema=prepared.schema,
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
    )
    remember_finished(run.pk, found)
    return found


def _stored_importance(run: Run) -> Fields | None:
    """What the first stage found, which later ones need too."""
    evidence = run.interpretations.filter(stage=Stage.EVIDENCE).first()
    return evidence.content.get("importance") if evidence else None


def _subgroups(run: Run, found: FinishedRun) -> stages.Content:
    dataset = run.experiment.membership.dojo.dataset
    health = getattr(dataset, "health", None)
    return stages.subgroups(
        found,
        sensitive=dataset.sensitive_columns,
        findings=health.content["findings"] if health else [],
        cautions=run.warnings,
    )


STAGES: dict[Stage, Callable[[Run, FinishedRun], stages.Content]] = {
    Stage.EVIDENCE: lambda run, found: stages.evidence(found),
    Stage.LEARNING: lambda run, found: stages.learning_curves(found),
    Stage.REASONS: lambda run, found: stages.reasons(found),
    Stage.SUBGROUPS: _subgroups,
}
