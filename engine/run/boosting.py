"""Histogram boosting at its defaults: what a run without much thought would reach."""

from __future__ import annotations

import time
from typing import Any

import pandas as pd

from engine.build import runtime_helpers
from engine.build.spec_builder import source_columns
from engine.judge.checks.models import Reference
from engine.run.evaluate import fit
from engine.run.run_warnings import check_size, library_warnings
from engine.run.split import Split
from engine.spec.columns import Columns
from engine.spec.config import ExperimentConfig, default_config
from engine.spec.schema import Schema

TIMED_ROWS = 1_000
TIMES = 3


def boosting_config(schema: Schema) -> ExperimentConfig:
    """At its defaults, on every column that is no identifier and not marked as a leak."""
    config = default_config(schema, "hist_gradient_boosting")
    names = [column.name for column in schema.default_features if not column.leak]
    return config.model_copy(update={"columns": Columns(include=names)}) if names else config


def boosting_reference(schema: Schema, frame: pd.DataFrame, split: Split) -> Reference:
    """Fit it on train, and predict the test rows.

    Args:
        frame: canonical, shape (n_rows, n_columns).

    Raises:
        CannotRun: the dataset does not allow it.
    """
    config = boosting_config(schema)
    check_size(config, schema, len(split.train))
    with library_warnings([]):
        pipeline = fit(config, schema, frame, split.train)
    test = frame.iloc[split.test][source_columns(config, schema)]
    return Reference(
        probability=runtime_helpers.positive_probability(pipeline, test),
        threshold=config.threshold.value,
        seconds_per_1000_rows=seconds_per_1000_rows(pipeline, test),
    )


def seconds_per_1000_rows(pipeline: Any, rows: pd.DataFrame) -> float:
    """How long predictions take, the quickest of a few times.

    Args:
        rows: columns that the pipeline reads, shape (n_rows, n_columns).
    """
    some = rows.iloc[:TIMED_ROWS]
    taken = []
    for _time in range(TIMES):
        started = time.perf_counter()
        runtime_helpers.positive_probability(pipeline, some)
        taken.append(time.perf_counter() - started)
    return min(taken) * TIMED_ROWS / len(some)
