"""Where a model is wrong."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import confusion_matrix

from experiments.engine.schema import Schema


@dataclass(frozen=True)
class Confusion:
    """Counts of right and wrong predictions, by true class."""

    true_negatives: int
    false_positives: int
    false_negatives: int
    true_positives: int

    def to_dict(self) -> dict[str, int]:
        return asdict(self)


@dataclass(frozen=True)
class ErrorRow:
    """One row that the model got wrong.

    Attributes:
        row: its number in the file, the first row after the header being 1.
        probability: of the positive class.
        values: of the columns of `WorstErrors.columns`, None where missing.
    """

    row: int
    actual: str
    predicted: str
    probability: float
    values: tuple[Any, ...]


@dataclass(frozen=True)
class WorstErrors:
    """The errors of which the model was surest, surest first."""

    total: int
    columns: tuple[str, ...]
    rows: tuple[ErrorRow, ...]

    def to_dict(self) -> dict[str, Any]:
        rows = [asdict(row) | {"values": list(row.values)} for row in self.rows]
        return {"total": self.total, "columns": list(self.columns), "rows": rows}


def confusion(y: np.ndarray, probability: np.ndarray, threshold: float = 0.5) -> Confusion:
    """The confusion matrix at a threshold.

    Args:
        y: true classes, shape (n_rows,), 1 for the positive class.
        probability: of the positive class, shape (n_rows,).
    """
    matrix = confusion_matrix(y, (probability >= threshold).astype(int), labels=[0, 1])
    return Confusion(*(int(count) for count in matrix.ravel()))


def worst_errors(
    part: pd.DataFrame,
    y: np.ndarray,
    probability: np.ndarray,
    *,
    schema: Schema,
    limit: int = 10,
    threshold: float = 0.5,
) -> WorstErrors:
    """The errors whose probability is furthest on the wrong side.

    Args:
        part: the rows, indexed by their position in the whole dataset,
            shape (n_rows, n_columns).
    """
    wrong = np.flatnonzero((probability >= threshold).astype(int) != y)
    confidence = np.abs(probability[wrong] - threshold)
    surest = wrong[np.argsort(-confidence, kind="stable")][:limit]
    columns = tuple(column.name for column in schema.features)
    names = (schema.negative_class, schema.positive_class)
    values = part[list(columns)].astype(object).where(part[list(columns)].notna(), None)
    rows = tuple(
        ErrorRow(
            row=int(part.index[place]) + 1,
            actual=names[int(y[place])],
            predicted=names[1 - int(y[place])],
            probability=float(probability[place]),
            values=tuple(values.iloc[place].tolist()),
        )
        for place in surest
    )
    return WorstErrors(len(wrong), columns, rows)
