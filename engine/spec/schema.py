"""The schema of a dataset's columns. Imports no scientific library."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


class ColumnType(StrEnum):
    NUMERIC = "numeric"
    CATEGORICAL = "categorical"
    BOOLEAN = "boolean"
    TEXT = "text"
    DATETIME = "datetime"
    ID = "id"


UnitKind = Literal["", "percent", "currency", "other"]


class NumberReading(BaseModel):
    """How a column's texts become numbers: the same texts give the same bits again.

    Attributes:
        unit: stands beside every number and is no part of it: 12,5 % is 12.5.
        indian: the comma parts hundreds, thousands and lakhs: 12,34,567.
        brackets: (5) is minus 5, as accountants write it.
    """

    model_config = ConfigDict(frozen=True)

    decimal: Literal[".", ","] = "."
    thousands: Literal["", ",", ".", " ", "'"] = ""
    unit: str = ""
    unit_kind: UnitKind = ""
    indian: bool = False
    brackets: bool = False

    @property
    def is_plain(self) -> bool:
        """Written as a program writes numbers."""
        return self == NumberReading()


class Column(BaseModel):
    """One column, as it was found in the file.

    Attributes:
        numeric: stored as float64, whatever its type means; else as text, dates in ISO 8601.
        missing: rows without a value, those with an infinite one included.
        infinite: rows whose number is infinite or too large; they count as missing.
        reading: how numbers are written in the file; None where they are no texts.
        date_format: how dates are written in the file, as strptime reads them, or "iso".
        leak: the organiser marked it as written after the fact.
        sparse: of a text, that in a part of the rows no word may be frequent enough to learn from.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    type: ColumnType
    numeric: bool
    missing: int
    distinct: int
    infinite: int = 0
    reading: NumberReading | None = None
    date_format: str = ""
    leak: bool = False
    sparse: bool = False
    examples: tuple[str, ...] = ()

    @property
    def has_order(self) -> bool:
        """Whether its values can be sorted in time."""
        return self.numeric or bool(self.date_format)


class Costs(BaseModel):
    """The cost of each outcome of a prediction, in euros per row; a gain is negative."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    false_positive: float
    false_negative: float
    true_positive: float = 0.0
    true_negative: float = 0.0


def allowed_types(column: Column) -> tuple[ColumnType, ...]:
    """The types that a column's values allow, its own first.

    A number may be a category's code, and anything may be an identifier; nothing
    becomes a number or a date that does not look like one throughout.
    """
    kinds = [column.type]
    if column.numeric:
        kinds += [ColumnType.NUMERIC, ColumnType.CATEGORICAL, ColumnType.ID]
    else:
        kinds += [ColumnType.CATEGORICAL, ColumnType.TEXT, ColumnType.ID]
    return tuple(dict.fromkeys(kinds))


def retype(columns: tuple[Column, ...], types: Mapping[str, ColumnType]) -> tuple[Column, ...]:
    """The columns, with a person's corrected types.

    Only types that the values allow (`allowed_types`) are taken.
    """
    return tuple(
        column.model_copy(update=_as_type(column, types[column.name]))
        if column.name in types
        and types[column.name] != column.type
        and types[column.name] in allowed_types(column)
        else column
        for column in columns
    )


def _as_type(column: Column, kind: ColumnType) -> dict[str, object]:
    if kind in {ColumnType.NUMERIC, ColumnType.ID}:
        return {"type": kind}
    return {"type": kind, "numeric": False, "reading": None, "date_format": ""}


SplitKind = Literal["stratified", "time", "group"]


class SplitPolicy(BaseModel):
    """How to split the rows: shares of all rows; the training set is the rest.

    Attributes:
        kind: at random with equal shares of each class; by time, the holdout being the
            latest rows and train the earliest; or by group, no group in two parts.
        column: whose values are the times or the groups.
    """

    model_config = ConfigDict(frozen=True)

    kind: SplitKind = "stratified"
    column: str | None = None
    seed: int = 20
    test: float = 0.2
    holdout: float = 0.2


class Schema(BaseModel):
    """A binary-classification problem: columns, target, how rows are divided, what errors cost."""

    model_config = ConfigDict(frozen=True)

    columns: tuple[Column, ...]
    target: str
    positive_class: str
    negative_class: str
    split: SplitPolicy = SplitPolicy()
    costs: Costs | None = None

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy that does not keep what was cached of columns that it no longer has."""
        copy = super().model_copy(update=update, deep=deep)
        for cached in ("by_name", "has_sparse_texts"):
            copy.__dict__.pop(cached, None)
        return copy

    @cached_property
    def by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @property
    def features(self) -> tuple[Column, ...]:
        """Every column but the target."""
        return tuple(column for column in self.columns if column.name != self.target)

    @cached_property
    def has_sparse_texts(self) -> bool:
        """Whether free texts are prepared so that one without a frequent word breaks no run."""
        return any(column.sparse and column.type == ColumnType.TEXT for column in self.features)

    @property
    def default_features(self) -> tuple[Column, ...]:
        """Features of a first experiment: every column but identifiers."""
        return tuple(column for column in self.features if column.type != ColumnType.ID)

    def encode_target(self, frame: pd.DataFrame) -> np.ndarray:
        """The target of these rows as integers, shape (n_rows,): 1 for the positive class."""
        encoded: np.ndarray = (frame[self.target] == self.positive_class).to_numpy().astype(int)
        return encoded
