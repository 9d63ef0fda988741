"""Columns that a facilitator adds to a table, so that there is something to find."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from scipy.stats import norm

from engine.spec.schema import Column, ColumnType, Schema

PlantedKind = Literal["leak", "noise"]

# So good alone, it stands out beside honest columns and isn't perfect.
LEAK_AUC = 0.975
SPREAD, CENTRE = 10.0, 50.0
EXAMPLES = 4


def plant_column(
    frame: pd.DataFrame, schema: Schema, *, name: str, kind: PlantedKind, seed: int
) -> tuple[pd.DataFrame, Schema]:
    """Add a column of numbers: one that knows the outcome, or one that knows nothing.

    Both look alike: normal given the class, with the distance between the classes that gives a
    leak its ROC AUC; rounded to two decimals.

    Args:
        frame: canonical, shape (n_rows, n_columns).
        seed: of the values and of the column's place: the same for the same table.

    Returns:
        Another frame and its schema; a leak is marked.
    """
    rng = np.random.default_rng(seed)
    values = rng.normal(size=len(frame))
    if kind == "leak":
        values = values + np.sqrt(2) * norm.ppf(LEAK_AUC) * schema.encode_target(frame)
    numbers = np.round(CENTRE + SPREAD * values, 2)
    column = Column(
        name=name,
        type=ColumnType.NUMERIC,
        numeric=True,
        missing=0,
        distinct=len(np.unique(numbers)),
        leak=kind == "leak",
        examples=tuple(f"{number:g}" for number in numbers[:EXAMPLES]),
    )
    place = int(rng.integers(len(schema.columns) + 1))
    columns = (*schema.columns[:place], column, *schema.columns[place:])
    planted = frame.copy()
    planted.insert(place, name, numbers)
    return planted, schema.model_copy(update={"columns": columns})
