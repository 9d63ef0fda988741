"""Rows of the training set to look at: never one of the test set or the holdout."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from engine.run.split import Split

MAX_ROWS = 2_000
# A wide table shows fewer rows: they are kept in the database.
MAX_CELLS = 100_000
MAX_CHARACTERS = 300


def train_sample(frame: pd.DataFrame, split: Split) -> dict[str, Any]:
    """The first rows of the training set in the file's order, as JSON.

    Args:
        frame: a canonical one: float64, or objects that are text.

    Returns:
        "names" of the columns, and "rows" of their values: numbers, texts (cut where they are
        long), None where missing.
    """
    count = min(MAX_ROWS, MAX_CELLS // max(len(frame.columns), 1))
    first = frame.iloc[np.sort(split.train)[:count]]
    columns = [[_plain(value) for value in first[name].tolist()] for name in first.columns]
    return {
        "names": [str(name) for name in first.columns],
        "rows": [list(row) for row in zip(*columns, strict=True)],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= MAX_CHARACTERS else value[: MAX_CHARACTERS - 1] + "…"
    return None if value is None or np.isnan(value) else float(value)
