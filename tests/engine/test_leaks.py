"""Alarms: leaks raise one, honest columns raise none, however strong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.bundled import BUNDLED
from engine.judge.leaks import needed_columns, stands_out
from engine.reading.health.report import health_report
from engine.spec.columns import Columns
from engine.spec.config import ExperimentConfig, default_config
from tests.engine.conftest import Table, prepare
from tests.engine.test_stages import finished

ROWS = 1_200


def alarms(table: Table, config: ExperimentConfig) -> set[str]:
    """The columns that a run with this config is alarmed about."""
    report = health_report(table.frame, table.schema, table.split)
    alone = {
        name
        for finding in report["findings"]
        if finding["code"] == "leak_suspected" and finding["values"]["stands_out"]
        for name in finding["columns"]
    }
    used = set(config.columns.chosen(table.schema))
    needed = {alarm.column for alarm in needed_columns(finished(table, config))}
    return alone & used | needed


def everything(table: Table, *, but: set[str] = frozenset(), model: str = "") -> ExperimentConfig:
    config = default_config(table.schema, model or "logistic_regression")
    kept = [name for name in config.columns.chosen(table.schema) if name not in but]
    return config.model_copy(update={"columns": Columns(include=kept)})


def bundled(key: str, folder: Path) -> tuple[Table, set[str]]:
    """The table with its planted leaks marked, and their names."""
    card = BUNDLED[key]
    table = prepare(
        card.load(), folder, target=card.target, positive=card.positive_class, policy=card.split
    )
    leaks = {name for trap in card.traps if trap.key == "leak" for name in trap.columns}
    columns = [c.model_copy(update={"leak": c.name in leaks}) for c in table.schema.columns]
    schema = table.schema.model_copy(update={"columns": columns})
    return Table(schema, table.frame, table.split), leaks


@pytest.mark.parametrize("key", BUNDLED)
def test_no_bundled_dataset_raises_an_alarm_without_its_marked_columns(
    key: str, tmp_path: Path
) -> None:
    table, leaks = bundled(key, tmp_path)
    for model in ("logistic_regression", "random_forest"):
        assert not alarms(table, everything(table, but=leaks, model=model)), model


def test_one_honest_column_out_of_many_raises_none(tmp_path: Path) -> None:
    """It scores 0.98 alone, and the run has nothing without it; the table has."""
    table, _leaks = bundled("breast_cancer", tmp_path)
    chosen = ["worst_perimeter", "mean_fractal_dimension"]
    config = default_config(table.schema).model_copy(update={"columns": Columns(include=chosen)})
    assert not alarms(table, config)


def test_the_credit_of_those_who_left_raises_one(tmp_path: Path) -> None:
    table, leaks = bundled("churn", tmp_path)
    assert alarms(table, everything(table)) == leaks


@pytest.fixture
def raw() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    positive = rng.random(ROWS) < 0.4
    return pd.DataFrame(
        {
            "age": rng.normal(size=ROWS) + 0.6 * positive,
            "wage": rng.normal(size=ROWS) + 0.4 * positive,
            "y": np.where(positive, "yes", "no"),
        }
    )


def known(raw: pd.DataFrame, seed: int) -> np.ndarray:
    """Whether it happened, wrong in one row of fifty."""
    wrong = np.random.default_rng(seed).random(len(raw)) < 0.02
    return np.where(wrong, raw["y"] == "no", raw["y"] == "yes")


def table_of(raw: pd.DataFrame, folder: Path) -> Table:
    return prepare(raw, folder, target="y", positive="yes")


def test_a_leak_does_not_hide_behind_another_one(raw: pd.DataFrame, tmp_path: Path) -> None:
    raw["interview"] = np.where(known(raw, 1), "HR", "none")
    raw["refund"] = np.where(known(raw, 2), 20.0, 0.0)
    table = table_of(raw, tmp_path)
    assert alarms(table, everything(table)) == {"interview", "refund"}
    assert alarms(table, everything(table, but={"refund"})) == {"interview"}


def test_being_missing_may_be_the_leak(raw: pd.DataFrame, tmp_path: Path) -> None:
    values = np.random.default_rng(1).normal(size=ROWS)
    raw["reason code"] = np.where(known(raw, 1), values, np.nan)
    table = table_of(raw, tmp_path)
    assert alarms(table, everything(table)) == {"reason code"}


def test_a_text_that_tells_the_outcome_is_found_by_leaving_it_out(
    raw: pd.DataFrame, tmp_path: Path
) -> None:
    rng = np.random.default_rng(9)
    words = rng.choice(["call", "bill", "line", "late", "hello", "again", "phone"], (ROWS, 8))
    ends = np.where(known(raw, 3), "goodbye cancelled", "goodbye thanks")
    raw["note"] = [
        f"{' '.join(row)} {end} {n}" for n, (row, end) in enumerate(zip(words, ends, strict=True))
    ]
    table = table_of(raw, tmp_path)
    assert table.schema.by_name["note"].type == "text"
    assert alarms(table, everything(table)) == {"note"}


@pytest.mark.parametrize(
    ("alone", "others", "expected"),
    [(0.97, 0.78, True), (0.983, 0.9885, False), (0.96, 0.92, False), (0.96, None, True)],
)
def test_what_stands_out_misranks_less_than_half(
    alone: float, others: float | None, expected: bool
) -> None:
    assert stands_out(alone, others) == expected
