"""What is measured of a dataset before anybody runs anything on it."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from engine.build import runtime_helpers
from engine.build.spec_builder import source_columns
from engine.failures import CannotRun
from engine.judge.power import single_error
from engine.judge.uncertainty.dependence import rows_of
from engine.judge.uncertainty.intervals import intervals
from engine.judge.uncertainty.predictions import Predictions
from engine.run.evaluate import fit
from engine.run.run_warnings import check_size, library_warnings
from engine.run.split import Split
from engine.spec.config import default_config
from engine.spec.schema import Schema

# The reference learns from no more rows: how uncertain its score is, the test rows say.
MOST_ROWS = 20_000


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


def reference_errors(
    frame: pd.DataFrame, schema: Schema, split: Split, *, without: Collection[str] = ()
) -> dict[str, float]:
    """How uncertain a score is on these test rows: standard errors of a plain model's.

    The plain model is the default logistic regression.

    Args:
        frame: canonical, shape (n_rows, n_columns).
        without: columns that may know the answer; with them a score looks surer than any
            that new rows confirm.

    Returns:
        Of every metric that needs no costs; empty where no such model can be fitted.
    """
    columns = tuple(column for column in schema.columns if column.name not in without)
    plain = schema.model_copy(update={"columns": columns})
    config = default_config(plain)
    train = np.random.default_rng(config.seed).permutation(split.train)[:MOST_ROWS]
    try:
        check_size(config, plain, len(train))
        with library_warnings([]):
            fitted = fit(config, plain, frame, np.sort(train))
            test = frame.iloc[split.test]
            features = test[source_columns(config, plain)]
            probability = runtime_helpers.positive_probability(fitted, features)
    except (CannotRun, ValueError):
        # A dataset on which this model cannot be fitted is one all the same.
        return {}
    found = intervals(
        schema.encode_target(test),
        Predictions(probability, config.threshold.value),
        rows=rows_of(test, schema.split),
    )
    return {name: single_error(ends) for name, ends in found.items()}
