"""The stage of a run's interpretation in which a careful colleague's checks are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.explain.stages import Content, FinishedRun
from engine.judge.checks.check import Check
from engine.judge.checks.columns import columns_of_use, rows_that_agree
from engine.judge.checks.models import Reference, against_baseline, against_boosting, speed
from engine.judge.checks.tuning import anything_tuned, within_ranges
from engine.judge.checks.validation import folds_alike, gap_beyond_chance
from engine.judge.numbers import Interval
from engine.judge.uncertainty.dependence import rows_of
from engine.judge.uncertainty.intervals import Judged
from engine.judge.uncertainty.predictions import Predictions
from engine.run.boosting import seconds_per_1000_rows
from engine.spec.config import ExperimentConfig
from engine.spec.metrics import METRICS


def checks(
    run: FinishedRun,
    *,
    submitted: ExperimentConfig,
    folds: Sequence[float],
    search: Mapping[str, Any],
    gap: Interval | None,
    reference: Reference | None,
) -> Content:
    """Everything that a careful colleague would look at.

    Args:
        submitted: the config with its search, if there was one.
        folds: the primary metric in each.
        search: the stored record (engine SearchRecord); empty without one.
        gap: of the primary metric, 95 %.
        reference: histogram boosting on the same dataset and split.
    """
    if run.config.model.name == "dummy":
        return {"checks": []}
    metric = run.metric
    judged = Judged(
        run.y_test,
        Predictions(run.probability, run.threshold),
        costs=run.schema.costs,
        rows=rows_of(run.test, run.schema.split),
    )
    found: list[Check] = [
        against_baseline(metric, judged, float(run.y_train.mean())),
        folds_alike(metric, folds, is_repeated=submitted.validation.repeats > 1),
        against_boosting(metric, judged, reference),
        speed(seconds_per_1000_rows(run.pipeline, run.test[run.columns]), reference),
        within_ranges(submitted, search.get("best", {})),
        columns_of_use({column.name: column.values for column in run.importance.columns}),
        anything_tuned(submitted),
        gap_beyond_chance(metric, gap, is_share=METRICS[metric].is_share),
        rows_that_agree(run.train[run.columns], run.y_train),
    ]
    return {"checks": [check.to_dict() for check in found]}
