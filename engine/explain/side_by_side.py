"""Compare two to six runs on the same test rows: curves, and changed predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from engine.charts import catalogue as charts
from engine.explain.cells import plain
from engine.explain.curves import roc
from engine.judge.uncertainty.dependence import rows_of
from engine.judge.uncertainty.differences import paired_differences
from engine.judge.uncertainty.predictions import Predictions
from engine.spec.schema import Schema

CHANGED_ROWS = 25
MAX_COLUMNS = 20


@dataclass(frozen=True)
class Side:
    """One run in a comparison.

    Attributes:
        name: that the curves are told apart by.
    """

    name: str
    predictions: Predictions


def side_by_side(sides: Sequence[Side], test: pd.DataFrame, schema: Schema) -> dict[str, Any]:
    """Curves over one another, and rows that the first and each other run disagree on.

    Args:
        test: the test rows, shape (n_rows, n_columns), indexed by position in the dataset.
    """
    y = schema.encode_target(test)
    curves = [
        roc(y, side.predictions.probability).to_dict() | {"name": side.name} for side in sides
    ]
    first, others = sides[0].predictions, sides[1:]
    rows = rows_of(test, schema.split)
    return {
        "differences": [
            {
                metric: asdict(difference)
                for metric, difference in paired_differences(
                    y, first, side.predictions, costs=schema.costs, rows=rows
                ).items()
            }
            for side in others
        ],
        "changed": [
            {"name": side.name} | changed_rows(first, side.predictions, test, y, schema)
            for side in others
        ],
        "charts": {"roc": charts.roc_overlay_chart(curves).to_dict()},
    }


def changed_rows(
    before: Predictions, after: Predictions, test: pd.DataFrame, y: np.ndarray, schema: Schema
) -> dict[str, Any]:
    """The rows that became right, and those that became wrong; the furthest moved first.

    Args:
        y: true classes of the test rows, shape (n_rows,), 1 for the positive class.
    """
    was = (before.probability >= before.threshold) == (y == 1)
    now = (after.probability >= after.threshold) == (y == 1)
    moved = np.abs(after.probability - before.probability)
    columns = [column.name for column in schema.features][:MAX_COLUMNS]

    def told(which: np.ndarray) -> dict[str, Any]:
        places = np.flatnonzero(which)
        places = places[np.argsort(-moved[places], kind="stable")]
        return {
            "count": len(places),
            "rows": [
                {
                    "row": int(test.index[place]) + 1,
                    "actual": schema.positive_class if y[place] else schema.negative_class,
                    "before": float(before.probability[place]),
                    "after": float(after.probability[place]),
                    "values": [plain(test[name].iloc[place]) for name in columns],
                }
                for place in places[:CHANGED_ROWS]
            ],
        }

    return {"columns": columns, "won": told(~was & now), "lost": told(was & ~now)}
