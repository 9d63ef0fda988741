"""What the product proposes runs, whatever is in a column; and its code gives the same numbers."""

from __future__ import annotations

from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine.build.starter import starter_code
from engine.failures import CannotRun
from engine.reading.dataset import build_schema
from engine.reading.sparse_texts import mark_sparse
from engine.run.evaluate import evaluate
from engine.run.named_columns import naming_columns
from engine.run.split import split_rows
from engine.spec.config import ExperimentConfig, default_config
from engine.spec.models import ENSEMBLES, MODELS
from engine.spec.schema import Column, ColumnType, SplitPolicy
from tests.engine.conftest import Table
from tests.engine.test_codegen import assert_same

ROWS = 240
Values = list[Any]


def texts(filled: int, *, last: bool = False) -> Values:
    """Different sentences in so many rows, the first or the last ones."""
    found: Values = [None] * ROWS
    places = range(ROWS - filled, ROWS) if last else range(filled)
    for n in places:
        found[n] = f"word{n} other{n} third{n} fourth{n} fifth{n}"
    return found


ODD: dict[str, tuple[ColumnType, Values]] = {
    "all missing": (ColumnType.TEXT, texts(0)),
    "one text": (ColumnType.TEXT, texts(1)),
    "nearly empty": (ColumnType.TEXT, texts(5)),
    "no word twice": (ColumnType.TEXT, texts(ROWS)),
    "only at the end": (ColumnType.TEXT, texts(60, last=True)),
    "one letter": (ColumnType.TEXT, ["a b c d e"] * ROWS),
    "punctuation": (ColumnType.TEXT, ["! ? … — ;"] * ROWS),
    "constant": (ColumnType.TEXT, ["nothing new to tell here"] * ROWS),
    "stop words": (ColumnType.TEXT, ["the of and to be"] * ROWS),
    "empty category": (ColumnType.CATEGORICAL, [None] * ROWS),
    "new categories": (ColumnType.CATEGORICAL, [f"c{n}" for n in range(ROWS)]),
    "one category": (ColumnType.CATEGORICAL, ["same"] * ROWS),
    "late category": (ColumnType.CATEGORICAL, [None] * (ROWS - 20) + ["x"] * 20),
    "yes only": (ColumnType.BOOLEAN, ["yes"] * ROWS),
    "empty boolean": (ColumnType.BOOLEAN, [None] * ROWS),
    "empty number": (ColumnType.NUMERIC, [np.nan] * ROWS),
    "late number": (ColumnType.NUMERIC, [np.nan] * (ROWS - 20) + list(range(20))),
    "constant number": (ColumnType.NUMERIC, [7.0] * ROWS),
    "huge number": (ColumnType.NUMERIC, [3e38 * (-1) ** n for n in range(ROWS)]),
    "empty date": (ColumnType.DATETIME, [None] * ROWS),
    "one date": (ColumnType.DATETIME, ["2024-02-29"] * ROWS),
}
SPLITS = {
    "stratified": SplitPolicy(),
    "time": SplitPolicy(kind="time", column="when"),
    "group": SplitPolicy(kind="group", column="team"),
}
QUICK = {"max_iter": 20, "n_estimators": 8, "units": 4}


def odd_table(names: list[str], split: str = "stratified", *, alone: bool = False) -> Table:
    """A table with these odd columns, and an honest one beside them unless they are alone."""
    rng = np.random.default_rng(3)
    data: dict[str, Any] = {name: ODD[name][1] for name in names}
    types = {name: ODD[name][0] for name in names}
    if not alone:
        data["x"], types["x"] = rng.normal(size=ROWS), ColumnType.NUMERIC
    if split == "time":
        data["when"], types["when"] = np.arange(float(ROWS)), ColumnType.ID
    if split == "group":
        data["team"], types["team"] = np.arange(ROWS) % 40 + 0.0, ColumnType.ID
    data["y"], types["y"] = np.where(rng.random(ROWS) < 0.4, "a", "b"), ColumnType.BOOLEAN
    numeric = {ColumnType.NUMERIC, ColumnType.ID}
    frame = pd.DataFrame(
        {
            name: pd.Series(values, dtype="float64" if types[name] in numeric else object)
            for name, values in data.items()
        }
    )
    frame = frame.where(frame.notna(), np.nan)
    columns = tuple(
        Column(
            name=name,
            type=kind,
            numeric=kind in numeric,
            date_format="iso" if kind == ColumnType.DATETIME else "",
            missing=int(frame[name].isna().sum()),
            distinct=int(frame[name].nunique()),
        )
        for name, kind in types.items()
    )
    schema = build_schema(frame, columns, "y", "a").model_copy(update={"split": SPLITS[split]})
    return Table(mark_sparse(frame, schema), frame, split_rows(frame, "y", SPLITS[split]))


def proposed(table: Table, model: str, folds: int = 3) -> ExperimentConfig:
    """The config that a new experiment begins with, on a quick model."""
    config = default_config(table.schema, model)
    quick = {key: value for key, value in QUICK.items() if key in type(config.model).model_fields}
    validation = config.validation.model_copy(update={"folds": folds})
    return config.model_copy(
        update={"model": config.model.model_copy(update=quick), "validation": validation}
    )


# Each model with one way to split, each way with a third of the models.
TURNS = zip((name for name in MODELS if name not in ENSEMBLES), cycle(SPLITS), strict=False)


@pytest.mark.parametrize(("model", "split"), list(TURNS))
def test_every_model_runs_on_all_odd_columns(model: str, split: str) -> None:
    table = odd_table(list(ODD), split)
    found = evaluate(proposed(table, model), table.schema, table.frame, table.split)
    assert 0 <= found.evaluation.test["roc_auc"] <= 1


@pytest.mark.parametrize("name", ODD)
def test_an_odd_column_runs_alone(name: str) -> None:
    table = odd_table([name], alone=True)
    for model in (
        "logistic_regression",
        "xgboost",
        "hist_gradient_boosting",
        "lightgbm",
    ):
        evaluate(proposed(table, model), table.schema, table.frame, table.split)


@pytest.mark.parametrize("model", ["logistic_regression", "xgboost"])
def test_code_does_the_same_with_odd_columns(model: str, tmp_path: Path) -> None:
    table = odd_table([name for name in ODD if name != "huge number"])
    assert_same(proposed(table, model), table, tmp_path)


def test_texts_with_frequent_words_are_prepared_as_ever(table: Table) -> None:
    assert not table.schema.by_name["comment"].sparse
    assert not table.schema.has_sparse_texts


def test_what_is_prepared_tolerantly_is_so_in_the_starter(tmp_path: Path) -> None:
    table = odd_table(["nearly empty"])
    code = starter_code(default_config(table.schema), table.schema)
    assert "WordsIfAny" in "\n".join(code.statements)
    assert "WordsIfAny" in code.functions


def test_words_that_come_late_are_sparse_only_in_the_order_of_time() -> None:
    late = [None] * 120 + ["always the same few words"] * 120
    ODD["late words"] = (ColumnType.TEXT, late)
    try:
        assert odd_table(["late words"], "time").schema.by_name["late words"].sparse
        assert not odd_table(["late words"]).schema.by_name["late words"].sparse
    finally:
        del ODD["late words"]


def test_a_failure_names_its_columns() -> None:
    ODD["plain"] = (ColumnType.TEXT, [f"some words that come again {n % 5}" for n in range(ROWS)])
    try:
        table = odd_table(["plain"])
    finally:
        del ODD["plain"]
    config = default_config(table.schema)
    text = config.preparation.text.model_copy(update={"min_rows": 1000})
    preparation = config.preparation.model_copy(update={"text": text})
    config = config.model_copy(update={"preparation": preparation})
    with pytest.raises(CannotRun) as caught:
        evaluate(config, table.schema, table.frame, table.split)
    assert (caught.value.code, caught.value.context["names"]) == ("empty_vocabulary", ["plain"])


@pytest.mark.parametrize(
    ("code", "names"),
    [("no_value", ["few"]), ("not_finite", ["large"]), ("needs_scaling", ["large"])],
)
def test_a_failure_over_numbers_names_the_column_that_has_them(code: str, names: list[str]) -> None:
    X = pd.DataFrame(
        {"few": [np.nan, np.nan, 1.0], "large": [1.0, -1e30, 2.0], "word": [None, None, None]}
    )
    with pytest.raises(CannotRun) as caught, naming_columns(None, None, X):  # type: ignore[arg-type]
        raise CannotRun(code, rows=3)
    assert (caught.value.code, caught.value.context) == (code, {"rows": 3, "names": names})
