"""Each trap of the charging demand is really there, shown with fitted models."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from engine.bundled import BUNDLED
from engine.bundled.demand_generator import LIMIT_KW, generate_demand
from engine.run.evaluate import fit
from engine.run.split import Split, split_rows
from engine.spec.config import validate_config
from engine.spec.schema import SplitPolicy
from tests.engine.conftest import Table, prepare

CARD = BUNDLED["demand"]
LEAK = "smoothed_3d_kw"
CLOCK = {"datetime": {"parts": ["month", "day_of_week", "hour"]}}


@pytest.fixture(scope="module")
def raw() -> pd.DataFrame:
    return generate_demand()


@pytest.fixture(scope="module")
def demand(raw: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Table:
    folder = tmp_path_factory.mktemp("demand")
    return prepare(raw, folder, target="peak_tomorrow", positive="yes", policy=CARD.split)


def auc(
    demand: Table, model: str, columns: dict[str, Any], split: Split, **values: Any
) -> dict[str, float]:
    """ROC AUC of a config, by part."""
    settings = {"n_estimators": 60} if model == "random_forest" else {}
    data = {"columns": columns, "model": {"name": model, **settings}, **values}
    config = validate_config(data, demand.schema)
    pipeline = fit(config, demand.schema, demand.frame, split.train)
    names = config.columns.chosen(demand.schema)
    found = {}
    for part in ("test", "holdout"):
        rows = demand.frame.iloc[getattr(split, part)]
        probability = pipeline.predict_proba(rows[names])[:, 1]
        found[part] = float(roc_auc_score(demand.schema.encode_target(rows), probability))
    return found


@pytest.fixture(scope="module")
def forest(demand: Table) -> dict[str, float]:
    """A forest that reads the clock."""
    return auc(demand, "random_forest", {"exclude": [LEAK]}, demand.split, preparation=CLOCK)


@pytest.fixture(scope="module")
def linear(demand: Table) -> dict[str, float]:
    """A line through what was measured and foretold, without the clock."""
    return auc(demand, "logistic_regression", {"exclude": [LEAK, "hour"]}, demand.split)


def test_the_table_is_what_the_card_says(raw: pd.DataFrame, demand: Table) -> None:
    assert raw.shape == (8760, 13)
    assert list(raw.columns) == list(CARD.column_meanings)
    for trap in CARD.traps:
        assert set(trap.columns) <= set(raw.columns)
    assert demand.schema.by_name["hour"].type == "datetime"
    assert demand.schema.by_name["holiday_tomorrow"].type == "boolean"


def test_the_same_seed_gives_the_same_bytes(raw: pd.DataFrame) -> None:
    csv = raw.to_csv(index=False).encode()
    assert generate_demand().to_csv(index=False).encode() == csv
    assert generate_demand(seed=1).to_csv(index=False).encode() != csv
    assert hashlib.sha256(csv).hexdigest() == (
        "615c053b703e32045055a9729c104b423419448cfb1561f9a7c54e49f13054d5"
    )


def test_the_target_looks_one_day_ahead_and_the_lags_back(raw: pd.DataFrame) -> None:
    known = raw["demand_kw"].to_numpy()
    peak = (raw["peak_tomorrow"] == "yes").to_numpy()
    assert ((known[24:] > LIMIT_KW) == peak[:-24]).all()
    assert (raw["demand_24h_before_kw"].to_numpy()[24:] == known[:-24]).all()
    assert (raw["demand_week_before_kw"].to_numpy()[168:] == known[:-168]).all()


def test_the_rows_are_split_in_their_order(demand: Table) -> None:
    hours = demand.frame["hour"]
    train, test, holdout = (
        hours.iloc[getattr(demand.split, part)] for part in ("train", "test", "holdout")
    )
    assert train.max() < test.min() <= test.max() < holdout.min()


def test_the_smoothed_demand_holds_tomorrow_s(raw: pd.DataFrame, demand: Table) -> None:
    known = raw[["demand_kw", "demand_24h_before_kw", "smoothed_3d_kw"]].to_numpy()
    tomorrow = 3 * known[:-24, 2] - known[:-24, 0] - known[:-24, 1]
    assert np.abs(tomorrow - raw["demand_kw"].to_numpy()[24:]).max() < 0.3
    assert auc(demand, "logistic_regression", {}, demand.split)["test"] > 0.99


def test_the_baseline_of_the_card_is_there_to_be_beaten(
    demand: Table, linear: dict[str, float]
) -> None:
    alone = auc(demand, "logistic_regression", {"include": ["demand_kw"]}, demand.split)
    assert 0.82 < alone["test"] < linear["test"] < CARD.success_threshold


def test_a_random_split_flatters(demand: Table, forest: dict[str, float]) -> None:
    at_random = split_rows(demand.frame, "peak_tomorrow", SplitPolicy())
    flattered = auc(demand, "random_forest", {"exclude": [LEAK]}, at_random, preparation=CLOCK)
    assert flattered["test"] > forest["test"] + 0.04


def test_the_drift_hurts_who_reads_the_clock(
    forest: dict[str, float], linear: dict[str, float]
) -> None:
    assert forest["test"] > linear["test"] + 0.01
    assert forest["holdout"] < forest["test"] - 0.02
    assert linear["holdout"] > linear["test"] - 0.01


def test_growth_leaves_what_train_has_seen(raw: pd.DataFrame, demand: Table) -> None:
    chargers = raw["chargers_in_service"]
    assert chargers.iloc[demand.split.holdout].min() > chargers.iloc[demand.split.train].max()
    rates = [
        demand.schema.encode_target(demand.frame.iloc[rows]).mean()
        for rows in (demand.split.train, demand.split.test, demand.split.holdout)
    ]
    assert rates[0] + 0.04 < rates[1] < rates[2] - 0.05


def test_the_sensor_is_silent_in_test_only(raw: pd.DataFrame, demand: Table) -> None:
    missing = raw["temperature_c"].isna()
    assert missing.sum() == 18 * 24
    assert missing.iloc[demand.split.test].sum() == missing.sum()


def test_the_noise_says_nothing(raw: pd.DataFrame) -> None:
    peak = raw["peak_tomorrow"] == "yes"
    assert abs(roc_auc_score(peak, raw["grid_frequency_hz"]) - 0.5) < 0.02
