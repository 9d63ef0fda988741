"""Rows as they would arrive: without the columns that are recorded after the outcome."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine.build.runtime_helpers import positive_probability
from engine.build.spec_builder import source_columns
from engine.run.evaluate import evaluate, fit
from engine.run.production import as_they_arrive, production_scores
from engine.run.split import Split, split_rows
from engine.spec.config import ExperimentConfig, default_config
from engine.spec.schema import Column, ColumnType, Schema

ROWS = 600


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    """A column that knows the outcome, a category that does, one that helps, and a text."""
    rng = np.random.default_rng(4)
    y = rng.random(ROWS) < 0.4
    signal = y + rng.normal(size=ROWS)
    words = np.where(y, "refund closed account today please", "hello question about my bill")
    texts = [f"{text} number {place}" for place, text in enumerate(words)]
    return pd.DataFrame(
        {
            "signal": signal,
            "credit": np.where(y, 50.0, 10.0) + rng.normal(size=ROWS),
            "ticket": np.where(y, "closed", "open").astype(object),
            "note": np.array(texts, dtype=object),
            "left": np.where(y, "yes", "no").astype(object),
        }
    )


@pytest.fixture(scope="module")
def schema() -> Schema:
    columns = (
        Column(name="signal", type=ColumnType.NUMERIC, numeric=True, missing=0, distinct=ROWS),
        Column(name="credit", type=ColumnType.NUMERIC, numeric=True, missing=0, distinct=ROWS),
        Column(name="ticket", type=ColumnType.CATEGORICAL, numeric=False, missing=0, distinct=2),
        Column(name="note", type=ColumnType.TEXT, numeric=False, missing=0, distinct=ROWS),
        Column(name="left", type=ColumnType.BOOLEAN, numeric=False, missing=0, distinct=2),
    )
    return Schema(columns=columns, target="left", positive_class="yes", negative_class="no")


@pytest.fixture(scope="module")
def split(frame: pd.DataFrame, schema: Schema) -> Split:
    return split_rows(frame, schema.target, schema.split)


def config_of(schema: Schema, model: str, *columns: str, **changes: Any) -> ExperimentConfig:
    values = default_config(schema, model).model_dump(mode="json")
    values["columns"] = {"include": list(columns)}
    return ExperimentConfig.model_validate(values | changes)


def arriving(
    config: ExperimentConfig, schema: Schema, frame: pd.DataFrame, split: Split, *missing: str
) -> tuple[Any, pd.DataFrame]:
    pipeline = fit(config, schema, frame, split.train)
    names = source_columns(config, schema)
    train, rows = (frame.iloc[part][names] for part in (split.train, split.holdout))
    return pipeline, as_they_arrive(pipeline, train, rows, missing)


@pytest.mark.parametrize(
    "model", ["logistic_regression", "decision_tree", "hist_gradient_boosting"]
)
def test_a_leak_collapses_to_what_the_other_columns_know(
    model: str, frame: pd.DataFrame, schema: Schema, split: Split
) -> None:
    config = config_of(schema, model, "signal", "credit")
    done = evaluate(config, schema, frame, split)
    assert done.evaluation.holdout["roc_auc"] > 0.99
    values = {"threshold": done.evaluation.threshold, "missing": ["credit"]}
    found = production_scores(done.pipeline, done.config, schema, frame, split, **values)
    assert found["roc_auc"] < 0.85
    assert found.keys() == done.evaluation.holdout.keys()


def test_without_marked_columns_it_is_the_hidden_score(
    frame: pd.DataFrame, schema: Schema, split: Split
) -> None:
    config = config_of(schema, "logistic_regression", "signal", "credit")
    done = evaluate(config, schema, frame, split)
    values = {"threshold": done.evaluation.threshold, "missing": ["note"]}
    found = production_scores(done.pipeline, done.config, schema, frame, split, **values)
    assert found == done.evaluation.holdout


def test_a_pipeline_that_fills_in_gets_missing_values(
    frame: pd.DataFrame, schema: Schema, split: Split
) -> None:
    config = config_of(schema, "logistic_regression", "signal", "credit", "ticket")
    _pipeline, rows = arriving(config, schema, frame, split, "credit", "ticket")
    assert rows["credit"].isna().all()
    assert rows["ticket"].isna().all()
    assert not rows["signal"].isna().any()


def test_one_that_takes_none_gets_the_median(
    frame: pd.DataFrame, schema: Schema, split: Split
) -> None:
    numeric = {"impute": "none", "scale": "standard"}
    config = config_of(
        schema,
        "logistic_regression",
        *("signal", "credit", "note"),
        preparation={"numeric": numeric},
    )
    pipeline, rows = arriving(config, schema, frame, split, "credit", "note")
    assert (rows["credit"] == frame.iloc[split.train]["credit"].median()).all()
    assert rows["note"].isna().all(), "a missing text is an empty one"
    assert np.isfinite(positive_probability(pipeline, rows)).all()
    # The very rows that were scored are as they were.
    assert not frame.iloc[split.holdout]["credit"].isna().any()


class Particular:
    """A model that takes no missing value of these columns."""

    def __init__(self, *columns: str) -> None:
        self.columns = list(columns)

    def predict_proba(self, rows: pd.DataFrame) -> np.ndarray:
        if rows[self.columns].isna().any().any():
            raise ValueError("a value is missing")
        return np.full((len(rows), 2), 0.5)


def test_the_commonest_category_stands_for_one_that_may_not_be_missing(
    frame: pd.DataFrame, split: Split
) -> None:
    train, rows = (frame.iloc[part] for part in (split.train, split.holdout))
    found = as_they_arrive(Particular("ticket"), train, rows, ["ticket", "credit", "elsewhere"])
    assert (found["ticket"] == train["ticket"].mode()[0]).all()
    assert found["credit"].isna().all()


def test_where_a_pipeline_has_no_answer_there_is_no_score(
    frame: pd.DataFrame, schema: Schema, split: Split
) -> None:
    config = config_of(schema, "logistic_regression", "signal")
    nothing = frame.assign(signal=np.nan)
    values = {"threshold": 0.5, "missing": ["signal"]}
    assert production_scores(Particular("signal"), config, schema, nothing, split, **values) == {}
