"""A table as the detectors look at it: a sample of its rows, numbers as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from engine.reading.health.alone import alone_by_category, alone_by_number
from engine.spec.schema import Column, ColumnType, Schema

SAMPLE_ROWS = 20_000
FEWEST_OF_A_CLASS = 200
# A number with so few values may be a code.
FEW_VALUES = 50


@dataclass(frozen=True)
class Look:
    """A sample of a table, with what every detector asks of it.

    Attributes:
        frame: canonical, shape (n_rows, n_columns); at most `SAMPLE_ROWS` rows.
        target: 0 or 1, shape (n_rows,).
        alone: by column, its ROC AUC alone, where it can be said.
    """

    frame: pd.DataFrame
    schema: Schema
    target: np.ndarray
    alone: dict[str, float]

    @cached_property
    def share(self) -> float:
        """Of the positive class."""
        return float(self.target.mean())

    def numbers(self, column: Column) -> pd.Series | None:
        return numbers_of(column, self.frame[column.name])

    def error(self) -> float:
        """Of a ROC AUC near 0.5 in these rows: its standard error."""
        positive = int(self.target.sum())
        negative = len(self.target) - positive
        if not positive or not negative:
            return float("inf")
        return float(np.sqrt((positive + negative + 1) / (12 * positive * negative)))


def look_at(frame: pd.DataFrame, schema: Schema) -> Look:
    """Take a sample, and measure each column alone."""
    if len(frame) > SAMPLE_ROWS:
        frame = frame.iloc[_sampled(schema.encode_target(frame))]
    target = schema.encode_target(frame)
    alone = {
        column.name: auc
        for column in schema.features
        if (auc := _alone(column, frame[column.name], target)) is not None
    }
    return Look(frame, schema, target, alone)


def _sampled(target: np.ndarray) -> np.ndarray:
    """Places of rows drawn at random; of a rare class so many that something can be said of it."""
    rng = np.random.default_rng(0)
    rows = rng.choice(len(target), SAMPLE_ROWS, replace=False)
    rare = int(target.mean() < 0.5)
    own = np.flatnonzero(target == rare)
    fewest = min(len(own), FEWEST_OF_A_CLASS)
    if (target[rows] == rare).sum() < fewest:
        rows = np.union1d(rows, rng.choice(own, fewest, replace=False))
    return np.sort(rows)


def numbers_of(column: Column, values: pd.Series) -> pd.Series | None:
    """Numbers, and dates as seconds; None of texts."""
    if column.numeric:
        return values.astype("float64")
    if not column.date_format:
        return None
    moments = pd.to_datetime(values, format="ISO8601", errors="coerce", utc=True)
    seconds = moments.to_numpy("datetime64[s]").astype("float64")
    return pd.Series(seconds, index=values.index).where(moments.notna())


def _alone(column: Column, values: pd.Series, target: np.ndarray) -> float | None:
    """Of identifiers and free texts nothing is said here: no value comes again."""
    if column.type in {ColumnType.ID, ColumnType.TEXT}:
        return None
    numbers = numbers_of(column, values)
    if numbers is None:
        return alone_by_category(values, target)
    found = alone_by_number(numbers, target)
    if column.type == ColumnType.CATEGORICAL and found is not None:
        return max(found, alone_by_category(values, target) or 0)
    return found
