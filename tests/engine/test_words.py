"""What words do: taken out of a text one by one, with the model's own answers as the measure."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine.charts import catalogue as charts
from engine.explain.features import FeatureModel
from engine.explain.mistakes.slices import find_slices
from engine.explain.reasons import words
from engine.run.evaluate import fit
from engine.spec.config import validate_config
from engine.spec.schema import Column, ColumnType, Schema
from tests.engine.conftest import Table, prepare

CALM = ["the till is slow", "how do I pay", "thanks for all", "a button is blue", "the page is odd"]


@pytest.fixture(scope="module")
def shouted(tmp_path_factory: pytest.TempPathFactory) -> Table:
    """Texts in which one word decides, written small or large."""
    rng = np.random.default_rng(3)
    positive = rng.random(300) < 0.4
    texts = [
        f"{rng.choice(CALM)} {rng.choice(['Panic', 'panic'] if yes else ['fine', 'well'])} {n}"
        for n, yes in enumerate(positive)
    ]
    raw = pd.DataFrame({"text": texts, "y": np.where(positive, "yes", "no")})
    return prepare(raw, tmp_path_factory.mktemp("shouted"), target="y", positive="yes")


def fitted(table: Table, model: str, **text: Any) -> tuple[Any, FeatureModel, pd.DataFrame]:
    data = {
        "columns": {"include": ["text"]},
        "preparation": {"text": text},
        "model": {"name": model},
    }
    config = validate_config(data, table.schema)
    pipeline = fit(config, table.schema, table.frame, table.split.train)
    model_of = FeatureModel(pipeline, config, table.schema)
    return pipeline, model_of, model_of.table(table.frame.iloc[table.split.test])


@pytest.mark.parametrize(
    ("model", "text"),
    [
        ("logistic_regression", {}),
        ("random_forest", {"ngram_max": 2}),
        ("k_nearest_neighbours", {"svd_components": 4}),
        ("lightgbm", {"analyzer": "characters", "ngram_min": 2, "ngram_max": 4}),
    ],
)
def test_a_word_s_effect_is_the_model_s_own_answer_without_it(
    model: str, text: dict[str, Any], shouted: Table
) -> None:
    pipeline, model_of, table = fitted(shouted, model, **text)
    place = next(n for n, value in enumerate(table["text"]) if "anic" in value)
    row = table.iloc[[place]]
    found = words.effects_in_row(model_of, row, "text")
    assert {one.word for one in found} == set(words.words_of(row["text"].iloc[0]))
    assert found[0].word == "panic"
    calm = row.assign(text=words.without(row["text"].iloc[0], "panic"))
    assert "anic" not in calm["text"].iloc[0]
    answers = [pipeline.predict_proba(one)[0, 1] for one in (row, calm)]
    assert found[0].effect == pytest.approx(answers[0] - answers[1], abs=1e-6)


def test_over_many_texts_the_word_that_decides_comes_first(shouted: Table) -> None:
    _pipeline, model_of, table = fitted(shouted, "logistic_regression")
    found = words.effects_over_rows(model_of, table, "text", seed=0)
    has_it = table["text"].str.contains("panic", case=False)
    assert (found[0].word, found[0].texts) == ("panic", has_it.sum())
    assert found[0].effect > 0.2
    assert found == words.effects_over_rows(model_of, table, "text", seed=0)
    chart = charts.words_chart([one.to_dict() for one in found])
    assert chart.to_dict()["spec"]["datasets"]["rows"][0]["label"] == "panic"


def test_a_word_is_taken_out_whole() -> None:
    assert words.without("Down, downtime and DOWN.", "down") == ", downtime and ."
    assert words.words_of("L'été, l'ÉTÉ!") == ["été"]
    assert words.words_of(None) == words.words_of(np.nan) == []


def test_a_missing_text_and_a_dummy_have_no_words(shouted: Table) -> None:
    _pipeline, model_of, table = fitted(shouted, "logistic_regression")
    gone = table.iloc[[0]].assign(text=pd.Series([np.nan], dtype=object).to_numpy())
    assert words.effects_in_row(model_of, gone, "text") == []
    _pipeline, dummy, table = fitted(shouted, "dummy")
    assert words.effects_in_row(dummy, table.iloc[[0]], "text") == []
    assert words.effects_over_rows(dummy, table, "text", seed=0) == []


def test_a_word_can_make_a_subgroup() -> None:
    rng = np.random.default_rng(0)
    hard = rng.random(800) < 0.15
    texts = [f"{rng.choice(CALM)} {'Bravo' if one else 'hello'}" for one in hard]
    columns = (
        Column(name="text", type=ColumnType.TEXT, numeric=False, missing=0, distinct=800),
        Column(name="y", type=ColumnType.BOOLEAN, numeric=False, missing=0, distinct=2),
    )
    schema = Schema(columns=columns, target="y", positive_class="yes", negative_class="no")
    y = rng.integers(0, 2, 800)
    wrong = rng.random(800) < np.where(hard, 0.5, 0.05)
    found = find_slices(
        pd.DataFrame({"text": texts}), y, np.where(wrong, 1 - y, y), schema=schema
    ).found
    (condition,) = found[0].conditions
    assert (condition.kind, condition.value) == ("contains", "bravo")
    assert found[0].size == hard.sum()
