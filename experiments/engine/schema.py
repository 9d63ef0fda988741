"""What the columns of a dataset are. Imports no scientific library."""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

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


class Column(BaseModel):
    """One column, as it was found in the file."""

    model_config = ConfigDict(frozen=True)

    name: str
    type: ColumnType
    numeric: bool  # stored as float64, whatever its type means
    missing: int
    distinct: int
    examples: tuple[str, ...] = ()


class Schema(BaseModel):
    """The columns of a binary-classification dataset."""

    model_config = ConfigDict(frozen=True)

    columns: tuple[Column, ...]
    target: str
    positive_class: str
    negative_class: str

    @cached_property
    def by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @property
    def features(self) -> tuple[Column, ...]:
        """Every column but the target."""
        return tuple(column for column in self.columns if column.name != self.target)

    @property
    def usable_features(self) -> tuple[Column, ...]:
        """The features that a pipeline can prepare."""
        unusable = (ColumnType.TEXT, ColumnType.DATETIME)
        return tuple(column for column in self.features if column.type not in unusable)

    @property
    def default_features(self) -> tuple[Column, ...]:
        """What a careful person starts from: everything usable but identifiers."""
        return tuple(c for c in self.usable_features if c.type != ColumnType.ID)

    def encode_target(self, frame: pd.DataFrame) -> np.ndarray:
        """The target of these rows as integers, shape (n_rows,): 1 for the positive class."""
        encoded: np.ndarray = (frame[self.target] == self.positive_class).to_numpy().astype(int)
        return encoded
