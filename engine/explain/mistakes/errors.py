"""Collect a model's errors, row by row."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import confusion_matrix

from engine.spec.schema import Costs, Schema

# What a page can carry: at 20 columns, 450 errors.
MAX_CELLS = 9_000
MAX_COLUMNS = 60
MAX_CHARACTERS = 200
# Of all long texts together, so that many text columns are cut shorter.
MAX_TEXT = 300_000
MIN_CHARACTERS = 20
DECIMALS = 6


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
class ErrorColumn:
    """A feature whose values are listed, and its type."""

    name: str
    type: str


@dataclass(frozen=True)
class ErrorRow:
    """One row that the model got wrong.

    Attributes:
        row: its number in the file, the first row after the header being 1.
        kind: "false_positive" or "false_negative".
        probability: of the positive class.
        confidence: its distance from the threshold.
        cost: of this error in euros, None where nobody said what errors cost.
        values: of the table's columns, None where missing; a long text ends in "…".
    """

    row: int
    kind: str
    actual: str
    predicted: str
    probability: float
    confidence: float
    cost: float | None
    values: tuple[Any, ...]


@dataclass(frozen=True)
class ErrorTable:
    """Errors of the test rows, surest first.

    Attributes:
        false_positives, false_negatives: all of them; `rows` may be fewer.
        columns: of `values`; `columns_left_out` counts those that did not fit.
        longest_text: how many characters of a text are kept.
    """

    false_positives: int
    false_negatives: int
    threshold: float
    columns: tuple[ErrorColumn, ...]
    columns_left_out: int
    longest_text: int
    rows: tuple[ErrorRow, ...]

    def to_dict(self) -> dict[str, Any]:
        """As JSON: `rows_left_out` is the number of errors that did not fit."""
        rows = [
            asdict(row)
            | {
                "values": list(row.values),
                "probability": round(row.probability, DECIMALS),
                "confidence": round(row.confidence, DECIMALS),
            }
            for row in self.rows
        ]
        left_out = self.false_positives + self.false_negatives - len(rows)
        columns = [asdict(column) for column in self.columns]
        return asdict(self) | {"columns": columns, "rows": rows, "rows_left_out": left_out}


def confusion(y: np.ndarray, probability: np.ndarray, threshold: float = 0.5) -> Confusion:
    """The confusion matrix at a threshold.

    Args:
        y: true classes, shape (n_rows,), 1 for the positive class.
        probability: of the positive class, shape (n_rows,).
    """
    matrix = confusion_matrix(y, (probability >= threshold).astype(int), labels=[0, 1])
    return Confusion(*(int(count) for count in matrix.ravel()))


def error_table(
    part: pd.DataFrame,
    y: np.ndarray,
    probability: np.ndarray,
    *,
    schema: Schema,
    threshold: float,
    costs: Costs | None = None,
    limit: int = 300,
) -> ErrorTable:
    """The errors, those furthest on the wrong side of the threshold first.

    Where they do not all fit, each kind of error has half of the places, and what the
    other kind leaves: the surest errors may all be of one kind.

    Args:
        part: the rows, indexed by their position in the whole dataset,
            shape (n_rows, n_columns).
        y: true classes, shape (n_rows,), 1 for the positive class.
        probability: of the positive class, shape (n_rows,).
        limit: most errors; fewer where there are many columns.
    """
    features = [column for column in schema.features if column.name in part.columns]
    columns = features[:MAX_COLUMNS]
    limit = min(limit, MAX_CELLS // max(len(columns), 1))
    said = (probability >= threshold).astype(int)
    wrong = np.flatnonzero(said != y)
    confidence = np.abs(probability - threshold)
    surest = wrong[np.argsort(-confidence[wrong], kind="stable")]
    kept = _kept(surest, said, limit)
    values = [_plain(part[column.name].iloc[kept]) for column in columns]
    texts = sum(any(_is_longer(value, MIN_CHARACTERS) for value in each) for each in values)
    longest = MAX_TEXT // max(len(kept) * texts, 1)
    longest = min(MAX_CHARACTERS, max(MIN_CHARACTERS, longest))
    rows = tuple(
        ErrorRow(
            row=int(part.index[place]) + 1,
            kind="false_positive" if said[place] else "false_negative",
            actual=schema.negative_class if said[place] else schema.positive_class,
            predicted=schema.positive_class if said[place] else schema.negative_class,
            probability=float(probability[place]),
            confidence=float(confidence[place]),
            cost=_cost(bool(said[place]), costs),
            values=tuple(_cut(each[n], longest) for each in values),
        )
        for n, place in enumerate(kept)
    )
    return ErrorTable(
        false_positives=int((said[wrong] == 1).sum()),
        false_negatives=int((said[wrong] == 0).sum()),
        threshold=float(threshold),
        columns=tuple(ErrorColumn(column.name, column.type.value) for column in columns),
        columns_left_out=len(features) - len(columns),
        longest_text=longest,
        rows=rows,
    )


def _kept(surest: np.ndarray, said: np.ndarray, limit: int) -> np.ndarray:
    """The errors to list, in their order."""
    positive = said[surest] == 1
    half, total = limit // 2, int(positive.sum())
    positives = min(total, limit - min(len(surest) - total, half))
    rank = np.where(positive, np.cumsum(positive), np.cumsum(~positive))
    kept: np.ndarray = surest[rank <= np.where(positive, positives, limit - positives)]
    return kept


def _plain(column: pd.Series) -> list[Any]:
    """Values that JSON has, None where missing."""
    values: list[Any] = column.astype(object).where(column.notna(), None).tolist()
    return values


def _is_longer(value: Any, characters: int) -> bool:
    return isinstance(value, str) and len(value) > characters


def _cut(value: Any, longest: int) -> Any:
    return value[: longest - 1] + "…" if _is_longer(value, longest) else value


def _cost(is_positive: bool, costs: Costs | None) -> float | None:
    if costs is None:
        return None
    return costs.false_positive if is_positive else costs.false_negative
