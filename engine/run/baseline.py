"""Scores without a model: the dummy score on the leaderboard."""

from __future__ import annotations

import numpy as np
import pandas as pd

from engine.build import runtime_helpers
from engine.run.split import Split
from engine.spec.schema import Schema


def baseline_scores(
    frame: pd.DataFrame, schema: Schema, split: Split
) -> dict[str, dict[str, float]]:
    """Scores of answering, for every row, the share of the positive class in train.

    Looks at no column but the target and divides nothing, so every dataset that could be
    split has them, however wide or long it is.

    Args:
        frame: canonical, shape (n_rows, n_columns).

    Returns:
        For "test" and "holdout", every metric that needs no costs.
    """
    y = schema.encode_target(frame)
    share = y[split.train].mean()
    return {
        part: runtime_helpers.scores(y[rows], np.full(len(rows), share))
        for part, rows in (("test", split.test), ("holdout", split.holdout))
    }
