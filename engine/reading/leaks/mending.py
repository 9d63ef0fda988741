"""Repairs of rows before a split."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from engine.reading.leaks.repairs import Repair
from engine.reading.leaks.rows import conflicting_rows, duplicate_rows, equal_rows
from engine.spec.schema import Column, Schema


def without_rows(frame: pd.DataFrame, schema: Schema, kinds: Collection[str]) -> pd.DataFrame:
    """The table without rows that repeat an earlier one ("duplicates"), and without those that
    have an equal one of the other class ("conflicts").

    Args:
        frame: canonical, shape (n_rows, n_columns).

    Returns:
        Fewer rows, in their order, numbered from 0.
    """
    equal, target = equal_rows(frame, schema), schema.encode_target(frame)
    left_out = pd.Series(False, index=frame.index).to_numpy()
    if Repair.DUPLICATES in kinds:
        left_out = left_out | duplicate_rows(equal, target)
    if Repair.CONFLICTS in kinds:
        left_out = left_out | conflicting_rows(equal, target)
    return frame[~left_out].reset_index(drop=True)


def recounted(columns: tuple[Column, ...], frame: pd.DataFrame) -> tuple[Column, ...]:
    """The columns, with what these rows have of missing and of different values."""
    return tuple(
        column.model_copy(
            update={
                "missing": int(frame[column.name].isna().sum()),
                "distinct": int(frame[column.name].nunique()),
            }
        )
        for column in columns
    )
