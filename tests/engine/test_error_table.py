"""The table of errors, and choosing rows of it as the page does."""

import json
import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine.explain.mistakes import errors
from engine.explain.mistakes.error_filter import column_choices, select_errors
from engine.explain.mistakes.errors import Confusion, confusion, error_table
from engine.spec.schema import Column, ColumnType, Costs, Schema
from tests.engine.conftest import Table

COSTS = Costs(false_positive=2.0, false_negative=30.0)


def kept_kinds(found: errors.ErrorTable) -> list[str]:
    return [row.kind for row in found.rows]


def test_confusion_counts_by_true_class_at_a_threshold() -> None:
    y = np.array([1, 1, 1, 0, 0, 0, 0])
    probability = np.array([0.9, 0.5, 0.4, 0.6, 0.2, 0.1, 0.0])
    assert confusion(y, probability) == Confusion(3, 1, 1, 2)
    assert confusion(y, probability, 0.95) == Confusion(4, 0, 3, 0)
    assert confusion(np.ones(2), np.ones(2)).to_dict()["true_positives"] == 2


def test_errors_are_told_surest_first_with_rows_costs_and_values(table: Table) -> None:
    part = table.frame.iloc[table.split.test[:5]]
    y = np.array([1, 0, 1, 0, 1])
    probability = np.array([0.9, 0.75, 0.1, 0.6, 0.3])
    found = error_table(part, y, probability, schema=table.schema, threshold=0.5, costs=COSTS)
    assert (found.false_positives, found.false_negatives) == (2, 2)
    assert [row.row for row in found.rows] == [int(table.split.test[n]) + 1 for n in (2, 1, 4, 3)]
    assert [row.probability for row in found.rows] == [0.1, 0.75, 0.3, 0.6]
    assert [row.confidence for row in found.rows] == pytest.approx([0.4, 0.25, 0.2, 0.1])
    assert [row.cost for row in found.rows] == [30.0, 2.0, 30.0, 2.0]
    surest = found.rows[0]
    assert surest.kind == "false_negative"
    assert surest.actual == table.schema.positive_class
    assert surest.predicted == table.schema.negative_class
    names = [column.name for column in found.columns]
    assert names == [column.name for column in table.schema.features]
    expected = [None if pd.isna(value) else value for value in part.iloc[2][names]]
    assert list(surest.values) == expected
    json.dumps(found.to_dict(), allow_nan=False)


def test_a_threshold_decides_what_an_error_is_and_how_sure(table: Table) -> None:
    part = table.frame.iloc[table.split.test[:3]]
    found = error_table(
        part, np.array([0, 0, 1]), np.array([0.3, 0.1, 0.9]), schema=table.schema, threshold=0.2
    )
    assert [(row.kind, round(row.confidence, 9)) for row in found.rows] == [("false_positive", 0.1)]
    assert found.rows[0].cost is None


def test_each_kind_of_error_has_half_of_the_places_or_what_the_other_leaves(
    table: Table,
) -> None:
    part = table.frame.iloc[table.split.test[:12]]
    # Ten sure false positives, two unsure false negatives.
    y = np.array([0] * 10 + [1] * 2)
    probability = np.array([*np.linspace(0.99, 0.9, 10), 0.45, 0.4])
    found = error_table(part, y, probability, schema=table.schema, threshold=0.5, limit=6)
    assert kept_kinds(found) == ["false_positive"] * 4 + ["false_negative"] * 2
    assert [row.probability for row in found.rows] == pytest.approx(
        [0.99, 0.98, 0.97, 0.96, 0.4, 0.45]
    )
    assert found.to_dict()["rows_left_out"] == 6
    found = error_table(part, 1 - y, 1 - probability, schema=table.schema, threshold=0.5, limit=4)
    assert kept_kinds(found) == ["false_negative"] * 2 + ["false_positive"] * 2


def test_cells_and_texts_are_bounded_and_what_is_left_out_is_said(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = table.frame.iloc[table.split.test].copy()
    part["comment"] = "x" * 500
    y, wrong = np.zeros(len(part)), np.linspace(0.6, 0.9, len(part))
    found = error_table(part, y, wrong, schema=table.schema, threshold=0.5)
    place = [column.name for column in found.columns].index("comment")
    assert found.rows[0].values[place] == "x" * 199 + "…"
    monkeypatch.setattr(errors, "MAX_COLUMNS", 5)
    monkeypatch.setattr(errors, "MAX_CELLS", 50)
    few = error_table(part, y, wrong, schema=table.schema, threshold=0.5)
    assert (len(few.rows), len(few.columns), few.longest_text) == (10, 5, 200)
    assert few.columns_left_out == len(found.columns) - 5
    assert few.false_positives == len(part)
    monkeypatch.setattr(errors, "MAX_COLUMNS", 60)
    monkeypatch.setattr(errors, "MAX_TEXT", 1)
    short = error_table(part, y, wrong, schema=table.schema, threshold=0.5)
    assert len(short.rows[0].values[place]) == short.longest_text == 20


def test_no_error_is_an_empty_table(table: Table) -> None:
    part = table.frame.iloc[table.split.test[:2]]
    found = error_table(
        part, np.array([1, 0]), np.array([0.8, 0.2]), schema=table.schema, threshold=0.5
    ).to_dict()
    assert (found["rows"], found["rows_left_out"]) == ([], 0)
    choices = {choice.name: choice for choice in column_choices(found)}
    assert choices["signal"].low is None
    assert select_errors(found, column="signal", low=0.0) == []


# --- Choosing rows --------------------------------------------------------------------------
CELLS = [
    ("red", 1.0, "2024-03-01", "slow", 1.0),
    ("blue", 2.0, "2024-03-01T17:00:00", "slow", 0.0),
    ("red", None, "2024-05-09", "fast", 1.0),
    (None, 4.0, None, None, None),
]
KINDS = {
    "colour": ColumnType.CATEGORICAL,
    "visits": ColumnType.NUMERIC,
    "since": ColumnType.DATETIME,
    "comment": ColumnType.TEXT,
    "flag": ColumnType.BOOLEAN,
}


@pytest.fixture(scope="module")
def stored() -> dict[str, Any]:
    """Four errors as they come back from JSON: rows 11 to 14, the last two missed positives."""
    part = pd.DataFrame(CELLS, columns=list(KINDS), index=range(10, 14))
    numeric = {ColumnType.NUMERIC, ColumnType.BOOLEAN}
    columns = [
        Column(name=name, type=kind, numeric=kind in numeric, missing=0, distinct=3)
        for name, kind in KINDS.items()
    ]
    target = Column(name="y", type=ColumnType.CATEGORICAL, numeric=False, missing=0, distinct=2)
    schema = Schema(columns=(*columns, target), target="y", positive_class="p", negative_class="n")
    probability = np.array([0.6, 0.9, 0.2, 0.3])
    found = error_table(
        part, np.array([0, 0, 1, 1]), probability, schema=schema, threshold=0.5, costs=COSTS
    )
    loaded: dict[str, Any] = json.loads(json.dumps(found.to_dict()))
    return loaded


@pytest.mark.parametrize(
    ("chosen", "rows"),
    [
        ({}, [12, 13, 14, 11]),
        ({"kind": "false_positive"}, [12, 11]),
        ({"kind": "false_negative", "order": "row"}, [13, 14]),
        ({"order": "cost"}, [13, 14, 12, 11]),
        ({"order": "row"}, [11, 12, 13, 14]),
        ({"column": "colour", "value": "red"}, [13, 11]),
        ({"column": "colour", "value": "green"}, []),
        ({"column": "colour", "missing": True}, [14]),
        ({"column": "flag", "value": "1"}, [13, 11]),
        ({"column": "visits", "low": 2.0}, [12, 14]),
        ({"column": "visits", "low": 1.5, "high": 2.0}, [12]),
        ({"column": "visits", "high": 1.0}, [11]),
        ({"column": "visits", "low": "2"}, []),
        ({"column": "since", "low": "2024-03-01", "high": "2024-03-01"}, [12, 11]),
        ({"column": "since", "low": "2024-03-02"}, [13]),
        ({"column": "colour", "value": "red", "kind": "false_negative"}, [13]),
        ({"value": "red"}, [12, 13, 14, 11]),
        ({"column": "comment", "contains": "SLO"}, [12, 11]),
        ({"column": "comment", "contains": "nowhere"}, []),
    ],
)
def test_rows_are_chosen_by_kind_and_column_and_put_in_order(
    stored: dict[str, Any], chosen: dict[str, Any], rows: list[int]
) -> None:
    assert [row["row"] for row in select_errors(stored, **chosen)] == rows
    assert len(stored["rows"]) == 4, "the stored table stays as it was"


def test_an_unknown_column_is_an_error(stored: dict[str, Any]) -> None:
    with pytest.raises(KeyError):
        select_errors(stored, column="size", value="1")


def test_what_each_column_can_be_filtered_by(stored: dict[str, Any]) -> None:
    choices = {choice.name: choice.to_dict() for choice in column_choices(stored)}
    red, blue = {"value": "red", "count": 2}, {"value": "blue", "count": 1}
    assert choices["colour"]["by"] == "value"
    assert choices["colour"]["values"] == [red, blue]
    assert [choices[name]["missing"] for name in KINDS] == [1, 1, 1, 1, 1]
    visits = choices["visits"]
    assert (visits["by"], visits["low"], visits["high"]) == ("range", 1.0, 4.0)
    assert (choices["since"]["low"], choices["since"]["high"]) == ("2024-03-01", "2024-05-09")
    assert (choices["comment"]["by"], choices["comment"]["values"]) == ("text", [])
    assert choices["flag"]["values"][0] == {"value": "1", "count": 2}


def test_every_choice_that_is_offered_finds_as_many_rows_as_it_says(table: Table) -> None:
    part = table.frame.iloc[table.split.test]
    y = table.schema.encode_target(part)
    found = error_table(part, y, 1.0 - y, schema=table.schema, threshold=0.5).to_dict()
    assert found["rows_left_out"] == 0
    for choice in column_choices(found):
        gone = select_errors(found, column=choice.name, missing=True)
        assert len(gone) == choice.missing == part[choice.name].isna().sum()
        for value, count in choice.values:
            chosen = select_errors(found, column=choice.name, value=value)
            assert len(chosen) == count == (part[choice.name] == value).sum()
        if choice.by == "range":
            bounds = {"low": choice.low, "high": choice.high}
            inside = select_errors(found, column=choice.name, **bounds)
            is_known = choice.low is not None
            assert len(inside) == (len(part) - choice.missing if is_known else len(part))


def test_the_web_process_filters_without_a_scientific_library() -> None:
    code = (
        "import sys, engine.explain.mistakes.error_filter;"
        "print({'numpy', 'pandas', 'sklearn', 'scipy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
