"""What text and time ask of the config: stop words, accents, the clock, a gap between folds."""

from __future__ import annotations

import json
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine.build import runtime_helpers
from engine.build.instantiate import build
from engine.build.spec_builder import validation_spec
from engine.bundled import BUNDLED
from engine.bundled.demand_generator import generate_demand
from engine.bundled.ticket_generator import generate_tickets
from engine.explain import stages
from engine.explain.features import FeatureModel
from engine.explain.rows import explain_row
from engine.failures import CannotRun
from engine.run.evaluate import evaluate, fit
from engine.run.split import split_rows
from engine.spec.config import ConfigInvalid, ExperimentConfig, validate_config
from engine.spec.steps.preparation import DatePreparation, TextPreparation
from engine.spec.steps.stop_words import stop_words
from tests.engine.conftest import Table, prepare
from tests.engine.test_codegen import assert_same
from tests.engine.test_stages import finished

DATES = pd.DataFrame(
    {"t": ["2025-03-03 23:00:00", "2025-03-04 00:00:00", "2025-12-31 12:00:00", np.nan]}
)


def shortened(table: Table, rows: np.ndarray) -> Table:
    frame = table.frame.iloc[rows].reset_index(drop=True)
    return Table(table.schema, frame, split_rows(frame, table.schema.target, table.schema.split))


@pytest.fixture(scope="module")
def tickets(tmp_path_factory: pytest.TempPathFactory) -> Table:
    """Few rows of the real thing."""
    folder = tmp_path_factory.mktemp("tickets")
    return prepare(generate_tickets(rows=700), folder, target="urgent", positive="yes")


@pytest.fixture(scope="module")
def demand(tmp_path_factory: pytest.TempPathFactory) -> Table:
    """Every seventh hour of the real thing, still in order."""
    card = BUNDLED["demand"]
    folder = tmp_path_factory.mktemp("demand")
    table = prepare(
        generate_demand(), folder, target=card.target, positive="yes", policy=card.split
    )
    return shortened(table, np.arange(0, len(table.frame), 7))


# --- Text -------------------------------------------------------------------------------
def units(texts: list[str], **settings: Any) -> set[str]:
    """The units that a preparation finds."""
    steps = build(TextPreparation(min_rows=1, **settings).spec(seed=0))
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # stop words must be written as the texts are cut
        steps.fit(pd.Series(texts, dtype=object))
    return set(steps[-1].get_feature_names_out())


def test_stop_words_are_of_the_language_that_was_chosen() -> None:
    texts = ["la caisse ne marche pas", "the till does not work"]
    assert units(texts, stop_words="french") == {"caisse", "marche", *texts[1].split()}
    assert units(texts, stop_words="english") == {"till", "work", *texts[0].split()}
    assert units(texts, stop_words="both") == {"caisse", "marche", "till", "work"}
    assert "not" in units(texts)


def test_without_accents_a_word_is_one_word() -> None:
    texts = ["été bloqué", "ete bloque"]
    assert units(texts) == {"été", "bloqué", "ete", "bloque"}
    assert units(texts, accents="strip") == {"ete", "bloque"}
    assert units(texts, accents="strip", stop_words="french") == {"bloque"}


def test_characters_know_no_stop_words() -> None:
    assert "pas" in units(
        ["pas ici"], analyzer="characters", ngram_min=3, ngram_max=3, stop_words="french"
    )


def test_every_stop_word_could_be_a_unit() -> None:
    for word in stop_words("both"):
        assert len(word) > 1
        assert word == word.lower()


# --- Time -------------------------------------------------------------------------------
def test_on_a_circle_midnight_lies_beside_eleven_at_night() -> None:
    places = runtime_helpers.date_circles(DATES, ["hour"])
    assert np.linalg.norm(places[0] - places[1]) < 0.3
    assert np.linalg.norm(places[0] - places[2]) > 1.8
    assert np.isnan(places[3]).all()


def test_each_value_of_a_part_has_its_own_column() -> None:
    columns = runtime_helpers.date_categories(DATES, ["day_of_week", "year"])
    assert columns.shape == (4, 8)
    assert [list(row[:7]).index(1) for row in columns[:3]] == [0, 1, 2]  # Monday to Wednesday
    assert columns[0, 7] == 2025
    assert not columns[3, :7].any()


@pytest.mark.parametrize("encode", ["number", "circle", "one_hot"])
def test_every_column_made_of_a_date_has_a_name(encode: str, demand: Table) -> None:
    parts = ["year", "quarter", "month", "day", "day_of_week", "day_of_year", "hour"]
    data = {
        "columns": {"include": ["hour", "demand_kw"]},
        "preparation": {"datetime": {"parts": parts, "encode": encode}},
        "model": {"name": "logistic_regression"},
    }
    config = validate_config(data, demand.schema)
    pipeline = fit(config, demand.schema, demand.frame, demand.split.train)
    model = FeatureModel(pipeline, config, demand.schema)
    labels = [label for label in model.labels if label.feature == "hour"]
    assert len(labels) == DatePreparation(**data["preparation"]["datetime"]).width
    prepared = model.encode(model.table(demand.frame.iloc[demand.split.test]))
    assert prepared.shape[1] == len(labels) + 1
    if encode == "one_hot":
        nineteen = next(n for n, x in enumerate(model.labels) if (x.detail, x.low) == ("hour", 19))
        at = pd.to_datetime(demand.frame["hour"].iloc[demand.split.test]).dt.hour.to_numpy() == 19
        assert (prepared[at, nineteen] > 0).all()
        assert (prepared[~at, nineteen] < 0).all()


def test_a_gap_lies_between_the_rows_to_learn_from_and_to_check(demand: Table) -> None:
    data = {"model": {"name": "dummy"}, "validation": {"folds": 3, "gap": 24}}
    config = validate_config(data, demand.schema)
    for fit_rows, check_rows in build(validation_spec(config, demand.schema)).split(
        demand.split.train
    ):
        assert check_rows.min() - fit_rows.max() == 25


def test_a_gap_needs_time(table: Table) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        validate_config({"model": {"name": "dummy"}, "validation": {"gap": 1}}, table.schema)
    assert [error.code for error in caught.value.errors] == ["no_gap"]


def test_a_gap_that_leaves_nothing_is_told(demand: Table) -> None:
    few = shortened(demand, np.arange(0, 1250, 2))
    data = {"model": {"name": "dummy"}, "validation": {"gap": 1000}}
    config = validate_config(data, few.schema)
    with pytest.raises(CannotRun) as caught:
        evaluate(config, few.schema, few.frame, few.split)
    assert caught.value.code == "gap_leaves_no_rows"


# --- The promise ---------------------------------------------------------------------------
CONFIGS: dict[str, tuple[str, dict[str, Any]]] = {
    "pairs of words without stop words": (
        "tickets",
        {
            "columns": {"include": ["message", "language", "channel", "received_at"]},
            "new_features": [{"name": "long", "operation": "word_count", "column": "message"}],
            "preparation": {
                "text": {"ngram_max": 2, "stop_words": "both", "accents": "strip"},
                "datetime": {"parts": ["day_of_week", "hour"], "encode": "one_hot"},
            },
            "model": {"name": "logistic_regression", "class_weight": "balanced"},
            "threshold": {"tune_for": "f1"},
        },
    ),
    "characters, condensed": (
        "tickets",
        {
            "columns": {"include": ["message"]},
            "preparation": {
                "text": {
                    "analyzer": "characters",
                    "ngram_min": 2,
                    "ngram_max": 4,
                    "svd_components": 20,
                    "stop_words": "english",
                }
            },
            "model": {"name": "lightgbm", "n_estimators": 20},
        },
    ),
    "the clock on a circle": (
        "demand",
        {
            "columns": {"exclude": ["smoothed_3d_kw"]},
            "new_features": [
                {
                    "name": "since yesterday",
                    "operation": "difference",
                    "left": "demand_kw",
                    "right": "demand_24h_before_kw",
                }
            ],
            "preparation": {"datetime": {"parts": ["day_of_week", "hour"], "encode": "circle"}},
            "model": {"name": "random_forest", "n_estimators": 20},
            "validation": {"folds": 3, "gap": 4},
            "calibration": "sigmoid",
        },
    ),
    "the clock by the hour, with a search": (
        "demand",
        {
            "columns": {"include": ["hour", "demand_kw", "temperature_c"]},
            "preparation": {
                "datetime": {"parts": ["hour"], "encode": "one_hot", "elapsed_days": False}
            },
            "model": {"name": "logistic_regression"},
            "validation": {"folds": 3, "gap": 4},
            "search": {
                "method": "random",
                "trials": 3,
                "seconds": 600,
                "ranges": {"C": {"low": 0.1, "high": 5.0}},
            },
        },
    ),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", CONFIGS)
def test_generated_code_gives_the_numbers_of_the_run(
    name: str, request: pytest.FixtureRequest, tmp_path: Any
) -> None:
    key, data = CONFIGS[name]
    table: Table = request.getfixturevalue(key)
    config: ExperimentConfig = validate_config(data, table.schema)
    assert_same(config, table, tmp_path)


# --- Every view ------------------------------------------------------------------------------
@pytest.mark.filterwarnings("ignore")
def test_every_view_tells_of_words(tickets: Table) -> None:
    config = validate_config(
        {"columns": {"include": ["message", "language"]}, "model": {"name": "logistic_regression"}},
        tickets.schema,
    )
    run = finished(tickets, config)
    every = [stages.evidence(run), stages.learning_curves(run), stages.reasons(run)]
    every.append(stages.subgroups(run, sensitive=["language"], findings=[], warnings=[]))
    every.append(explain_row(run, int(run.test.index[0]) + 1, {"message": "URGENT, la panne"}))
    assert all(json.dumps(content, allow_nan=False) for content in every)
    effects = {one["feature"]: one for one in every[2]["effects"]}
    assert effects["message"]["kind"] == "text"
    (told,) = every[-1]["words"]
    assert told["text"] == "URGENT, la panne"
    assert set(told["words"]) == {"urgent", "la", "panne"}


@pytest.mark.filterwarnings("ignore")
def test_every_view_tells_of_the_clock(demand: Table) -> None:
    data = {
        "columns": {"include": ["hour", "demand_kw", "temperature_c"]},
        "preparation": {"datetime": {"parts": ["hour", "day_of_week"], "encode": "circle"}},
        "model": {"name": "lightgbm", "n_estimators": 20},
        "validation": {"folds": 2, "gap": 4},
    }
    run = finished(demand, validate_config(data, demand.schema))
    every = [stages.evidence(run), stages.learning_curves(run), stages.reasons(run)]
    every.append(stages.subgroups(run, sensitive=[], findings=[], warnings=[]))
    every.append(explain_row(run, int(run.test.index[0]) + 1, {"hour": "2025-12-01T19:00:00"}))
    assert all(json.dumps(content, allow_nan=False) for content in every)
    effects = {(one["feature"], one["part"]): one for one in every[2]["effects"]}
    assert effects["hour", ""]["keeps_hour"]
    assert effects["hour", "hour"]["kind"] == "number"
    assert not effects["demand_kw", ""]["keeps_hour"]
