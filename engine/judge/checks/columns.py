"""Checks of the columns that a model reads."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.stats import t

from engine.judge.checks.check import (
    COLUMN_WITHOUT_USE,
    CONTRADICTORY_ROWS,
    Check,
    found_if,
    not_applicable,
)

LEVEL = 0.95
NAMES_TOLD = 5
# Of the train rows: fewer contradict each other in every table.
LEAST_SHARE = 0.01


def columns_of_use(falls: Mapping[str, Sequence[float]]) -> Check:
    """Whether shuffling some feature costs nothing beyond what shuffling varies by itself.

    Args:
        falls: of each feature, what the score lost each time that it was shuffled.
    """
    if len(falls) < 2:
        return not_applicable(COLUMN_WITHOUT_USE)
    idle = [name for name, values in falls.items() if _is_idle(np.asarray(values))]
    return found_if(
        COLUMN_WITHOUT_USE,
        bool(idle),
        names=idle[:NAMES_TOLD],
        more=max(0, len(idle) - NAMES_TOLD),
        columns=len(falls),
    )


def _is_idle(values: np.ndarray) -> bool:
    """Whether the interval of the mean over the repeats reaches 0."""
    reach = float(t.ppf((1 + LEVEL) / 2, len(values) - 1)) * values.std(ddof=1)
    return bool(values.mean() - reach / math.sqrt(len(values)) <= 0)


def rows_that_agree(X: pd.DataFrame, y: np.ndarray) -> Check:
    """Whether rows that are equal in every column that the model reads have different classes.

    Args:
        X: the train rows, shape (n_rows, n_columns); y: their classes, shape (n_rows,).

    Returns:
        With `best`, the share of rows that the best possible model of these columns is right on.
    """
    if X.empty or not len(X.columns):
        return not_applicable(CONTRADICTORY_ROWS)
    alike = X.groupby(list(X.columns), dropna=False, observed=True, sort=False).ngroup()
    counted = pd.crosstab(alike.to_numpy(), y)
    mixed = (counted > 0).sum(axis=1) > 1
    rows = int(counted[mixed].to_numpy().sum())
    return found_if(
        CONTRADICTORY_ROWS,
        rows >= max(2, LEAST_SHARE * len(X)),
        rows=rows,
        of=len(X),
        share=rows / len(X),
        best=float(counted.max(axis=1).sum() / len(X)),
    )
