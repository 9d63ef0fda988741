"""A fitted pipeline on rows as they would arrive: before columns of the outcome are written."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from engine.build.runtime_helpers import positive_probability
from engine.build.spec_builder import source_columns
from engine.run.evaluate import Scores, scorer
from engine.run.split import Split
from engine.spec.config import ExperimentConfig
from engine.spec.schema import Schema


def production_scores(
    pipeline: Any,
    config: ExperimentConfig,
    schema: Schema,
    frame: pd.DataFrame,
    split: Split,
    *,
    threshold: float,
    missing: Sequence[str],
) -> Scores:
    """Every metric on the holdout rows, with these columns missing.

    Args:
        pipeline: fitted on the training rows.
        frame: the canonical frame, shape (n_rows, n_columns).
        threshold: from which probability on a row is predicted positive.
        missing: columns that are recorded after the outcome.

    Returns:
        None of them where the pipeline has no answer without these columns.
    """
    names = source_columns(config, schema)
    train, rows = frame.iloc[split.train][names], frame.iloc[split.holdout]
    arriving = as_they_arrive(pipeline, train, rows[names], missing)
    probability = _probability(pipeline, arriving)
    if probability is None:
        return {}
    return scorer(schema.costs)(schema.encode_target(rows), probability, threshold)


def as_they_arrive(
    pipeline: Any, train: pd.DataFrame, rows: pd.DataFrame, missing: Sequence[str]
) -> pd.DataFrame:
    """These rows without the values of some columns.

    Where the pipeline takes no missing value of a column, every row has what somebody would put
    there who knows the training rows only: their median, or their commonest category.

    Args:
        train: the training rows, shape (n_train_rows, n_columns).
        rows: shape (n_rows, n_columns).
    """
    found = rows.copy()
    for name in missing:
        if name not in rows:
            continue
        alone = rows.iloc[:1].copy()
        alone[name] = _empty(rows[name])
        takes_missing = _probability(pipeline, alone) is not None
        found[name] = _empty(rows[name]) if takes_missing else _usual(train[name])
    return found


def _empty(column: pd.Series) -> pd.Series:
    return pd.Series(np.nan, index=column.index, dtype=column.dtype)


def _usual(column: pd.Series) -> Any:
    if column.dtype == np.float64:
        return column.median()
    commonest = column.mode()
    return commonest.iloc[0] if len(commonest) else np.nan


def _probability(pipeline: Any, rows: pd.DataFrame) -> np.ndarray | None:
    """Of the positive class; None where the pipeline refuses these rows."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found: np.ndarray = positive_probability(pipeline, rows)
        except (TypeError, ValueError):
            return None
    return found if np.isfinite(found).all() else None
