"""Interpreting runs in a compute worker: what the model uses, and where it is wrong."""

from __future__ import annotations

from classrooms.jobs import Fields, perform_job, worker_name
from experiments.engine.assembly import source_columns
from experiments.engine.evaluate import fit
from experiments.engine.interpretation.errors import confusion, error_table
from experiments.engine.interpretation.features import FeatureModel
from experiments.engine.interpretation.importance import permutation_importance_view
from experiments.engine.searching import with_found_hyperparameters
from experiments.models import Interpretation, Run
from experiments.process_memory import load_dataset, remembered_pipeline, remembered_runs
from experiments.services import announce

PERMUTATION_REPEATS = 5


def interpret_next(*, at_hand: bool = False) -> bool:
    """Claim the interpretation that has waited longest and compute it; False where none waits.

    Args:
        at_hand: only of runs whose fitted pipelines this process remembers.
    """
    waiting = Interpretation.objects.order_by("pk")
    if at_hand:
        waiting = waiting.filter(run__in=list(remembered_runs()))
    claimed = waiting.claim_first(worker=worker_name())
    if claimed is None:
        return False
    pk, attempt = claimed
    interpretation = Interpretation.objects.select_related(
        "run__experiment__membership__dojo__dataset"
    ).get(pk=pk)
    perform_job(
        interpretation,
        lambda report: interpret(interpretation.run),
        attempt=attempt,
        on_change=lambda: announce(interpretation.run.experiment.membership),
    )
    return True


def interpret(run: Run) -> Fields:
    """The fields of a finished run's interpretation."""
    dojo = run.experiment.membership.dojo
    prepared = load_dataset(dojo.dataset)
    config = run.experiment.parsed_config
    if run.search:
        config = with_found_hyperparameters(config, run.search)
    # Another process may have run it; fitting again gives the same pipeline.
    pipeline = remembered_pipeline(run.pk)
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
