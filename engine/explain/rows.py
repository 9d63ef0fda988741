"""Explain one prediction, and predict again with some columns changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from engine.charts import catalogue as charts
from engine.explain.cells import plain
from engine.explain.neighbours import nearest_rows
from engine.explain.reasons.shap_values import Contributions, Unit, explain_rows, units_of
from engine.explain.reasons.words import effects_in_row
from engine.explain.stages import Content, FinishedRun
from engine.failures import CannotRun
from engine.spec.schema import ColumnType

NEIGHBOURS = 5
MAX_COLUMNS = 60
MAX_TEXTS = 3


def explain_row(
    run: FinishedRun,
    row: int,
    changes: Mapping[str, float | str | None],
    *,
    unit: Unit = "probability",
) -> Content:
    """Contributions to the prediction of a test row, its values, and the train rows like it.

    Args:
        row: its number in the file, the first row after the header being 1.
        changes: values of the dataset's columns that it is to have instead; what depends
            on them, such as new features, follows.
        unit: of the contributions, as `explain_rows` takes it.

    Raises:
        CannotRun: "not_a_test_row", or "column_not_used" for a change of a column that
            the model does not read.
    """
    places = {int(position) + 1: place for place, position in enumerate(run.test.index)}
    if row not in places:
        raise CannotRun("not_a_test_row", row=row)
    for name in changes:
        if name not in run.columns:
            raise CannotRun("column_not_used", name=name)
    own = run.test[run.columns].iloc[[places[row]]]
    told = own.copy()
    for name, value in changes.items():
        told[name] = pd.Series([value], index=own.index, dtype=own[name].dtype)
    table = run.model.table(pd.concat([own, told], ignore_index=True))
    explained = explain_rows(run.model, table, run.train_table, seed=run.config.seed, unit=unit)
    before = float(run.probability[places[row]])
    now = (
        float(run.model.predict_proba(table)[1, 1])
        if changes and run.model.reads_columns
        else before
    )
    neighbours = nearest_rows(
        run.model, run.train_table, table.iloc[[1]], run.y_train, k=NEIGHBOURS, seed=run.config.seed
    )
    # What was changed is always among the columns that are shown.
    shown = list(dict.fromkeys([*changes, *run.columns]))[:MAX_COLUMNS]
    rows = sorted(places)
    at = rows.index(row)
    return {
        "row": row,
        "previous": rows[at - 1] if at else None,
        "next": rows[at + 1] if at + 1 < len(rows) else None,
        "actual": _class(run, int(run.y_test[places[row]])),
        "threshold": run.threshold,
        "before": _prediction(run, before),
        "now": _prediction(run, now),
        "unit": explained.unit,
        "method": explained.method,
        "units": list(units_of(run.model)),
        "base": explained.base,
        "background_rows": explained.background_rows,
        "margin": explained.margin,
        "values": _values(run, shown, own, told),
        "neighbours": _neighbours(run, shown, neighbours.rows[0]),
        "train_rows": neighbours.train_rows,
        "words": _words(run, table),
        "charts": {"waterfall": _waterfall(table, explained).to_dict()},
    }


def _prediction(run: FinishedRun, probability: float) -> Content:
    said = int(probability >= run.threshold)
    return {"probability": probability, "predicted": _class(run, said)}


def _class(run: FinishedRun, is_positive: int) -> str:
    return run.schema.positive_class if is_positive else run.schema.negative_class


def _waterfall(table: pd.DataFrame, explained: Contributions) -> Any:
    bars = [
        {"name": name, "value": plain(table[name].iloc[1]), "contribution": float(value)}
        for name, value in zip(explained.features, explained.values[1], strict=True)
    ]
    return charts.waterfall_chart(
        {
            "base": explained.base,
            "output": float(explained.output[1]),
            "unit": explained.unit,
            "bars": bars,
        }
    )


def _values(
    run: FinishedRun, shown: list[str], own: pd.DataFrame, told: pd.DataFrame
) -> list[Content]:
    """The columns that the model reads, as they are and as they are to be."""
    found = []
    for name in shown:
        column = run.schema.by_name[name]
        before, now = plain(own[name].iloc[0]), plain(told[name].iloc[0])
        found.append(
            {
                "name": name,
                "type": column.type.value,
                "is_number": column.numeric,
                "before": before,
                "now": now,
                "is_changed": before != now,
                "is_unseen": _is_unseen(run, name, now),
            }
        )
    return found


def _words(run: FinishedRun, table: pd.DataFrame) -> list[Content]:
    """Of each text that the model reads: what every word of it does."""
    texts = [name for name in run.model.names if run.model.kinds[name] == "text"]
    found = []
    for name in texts[:MAX_TEXTS]:
        told = effects_in_row(run.model, table.iloc[[1]], name)
        if told:
            found.append(
                {
                    "name": name,
                    "text": table[name].iloc[1],
                    "words": {one.word: round(one.effect, 6) for one in told},
                }
            )
    return found


def _is_unseen(run: FinishedRun, name: str, value: Any) -> bool:
    """Return whether it is a category that the model has never seen."""
    is_category = run.schema.by_name[name].type in (ColumnType.CATEGORICAL, ColumnType.BOOLEAN)
    return is_category and value is not None and not bool((run.train[name] == value).any())


def _neighbours(run: FinishedRun, shown: list[str], found: Any) -> list[Content]:
    return [
        {
            "row": int(run.train.index[one.position]) + 1,
            "actual": _class(run, one.actual),
            "distance": one.distance,
            "values": [plain(run.train[name].iloc[one.position]) for name in shown],
        }
        for one in found
    ]
