"""The health report: what stands out is found, what is in order is not accused."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ks_2samp, spearmanr
from sklearn.metrics import roc_auc_score

from engine.reading.dataset import (
    build_schema,
    canonical_frame,
    infer_columns,
    read_table,
)
from engine.reading.health import report as health_module
from engine.reading.health.report import health_report
from engine.run.split import split_rows
from engine.spec.schema import SplitPolicy
from tests.engine.conftest import Table

ROWS = 600


def report(table: Table) -> dict[str, Any]:
    return health_report(table.frame, table.schema, table.split)


def findings(table: Table) -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for finding in report(table)["findings"]:
        found.setdefault(finding["code"], []).append(tuple(finding["columns"]))
    return found


def prepare(raw: pd.DataFrame, folder: Path, policy: SplitPolicy | None = None) -> Table:
    path = folder / "table.csv"
    raw.to_csv(path, index=False)
    read = read_table(path)
    columns = infer_columns(read)
    frame = canonical_frame(read, columns, target="y")
    schema = build_schema(frame, columns, "y", "yes")
    return Table(schema, frame, split_rows(frame, "y", policy or SplitPolicy()))


@pytest.fixture
def raw() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    positive = rng.random(ROWS) < 0.4
    noise = rng.normal(size=ROWS)
    return pd.DataFrame(
        {
            "noise": noise,
            "twin": noise * 100 + rng.normal(size=ROWS) * 0.5,
            "kind": rng.choice(["red", "blue", "green"], ROWS),
            "leak": np.where(positive, rng.choice([1, 2, 3], ROWS), 0),
            "word leak": np.where(positive, rng.choice(["closed", "lost"], ROWS), "open"),
            "still": "one",
            "nearly empty": np.where(rng.random(ROWS) < 0.9, None, "x"),
            "empty": None,
            "account": [f"A{n}" for n in range(ROWS)],
            "town": [f"town {n % 90}" for n in range(ROWS)],
            "weird": np.where(rng.random(ROWS) < 0.01, np.inf, noise),
            "day": pd.date_range("2024-01-01", periods=ROWS).strftime("%Y-%m-%d"),
            "note": [f"this is what was written about it {n % 400}" for n in range(ROWS)],
            "y": np.where(positive, "yes", "no"),
        }
    )


def test_what_stands_out_is_found_and_nothing_else(raw: pd.DataFrame, tmp_path: Path) -> None:
    assert findings(prepare(raw, tmp_path)) == {
        "constant": [("still",)],
        "mostly_missing": [("nearly empty",)],
        "all_missing": [("empty",)],
        "suspected_id": [("account",)],
        "texts_in_train_and_test": [("note",)],
        "many_categories": [("town",)],
        "infinite": [("weird",)],
        "leak_suspected": [("leak",), ("word leak",)],
        "correlated": [("noise", "weird"), ("noise", "twin"), ("twin", "weird")],
    }


def test_repeated_rows_are_counted_and_those_that_cross_the_split(
    raw: pd.DataFrame, tmp_path: Path
) -> None:
    plain = raw[["noise", "kind", "y"]]
    table = prepare(pd.concat([plain, plain.head(50)]), tmp_path)
    by_code = {each["code"]: each["values"] for each in report(table)["findings"]}
    assert by_code["duplicates"] == {"count": 50}
    keys = table.frame.astype(str).agg("|".join, axis=1).to_numpy()
    shared = np.isin(keys[table.split.test], keys[table.split.train]).sum()
    assert by_code["rows_in_train_and_test"] == {"count": shared}


def test_drift_over_time_is_found_and_chance_is_not(raw: pd.DataFrame, tmp_path: Path) -> None:
    moved = raw[["noise", "kind", "y"]].assign(
        when=np.arange(ROWS) + 0.5,
        price=np.arange(ROWS) / 200 + raw["noise"],
        brand=np.where(np.arange(ROWS) > 450, "new", raw["kind"]),
    )
    table = prepare(moved, tmp_path, SplitPolicy(kind="time", column="when"))
    assert set(findings(table)["drift"]) == {("price",), ("brand",)}
    price = table.frame["price"]
    expected = ks_2samp(price.iloc[table.split.train], price.iloc[table.split.holdout]).statistic
    assert report(table)["columns"]["price"]["drift"] == pytest.approx(expected)


def test_a_rare_class_is_told(raw: pd.DataFrame, tmp_path: Path) -> None:
    rare = raw[["noise", "kind"]].assign(y=["yes" if n % 20 == 0 else "no" for n in range(ROWS)])
    (found,) = (f for f in report(prepare(rare, tmp_path))["findings"] if f["code"] == "imbalanced")
    assert found["values"] == {"share": 0.05}


def test_what_a_column_knows_alone(raw: pd.DataFrame, tmp_path: Path) -> None:
    table = prepare(raw, tmp_path)
    columns = report(table)["columns"]
    assert columns["leak"]["alone"] == 1.0
    assert 0.4 < columns["noise"]["alone"] < 0.6
    assert columns["account"]["alone"] is None
    shaped = raw[["kind", "y"]].assign(
        ordered=raw["noise"] - (raw["y"] == "yes"),
        middle=np.where(raw["y"] == "yes", raw["noise"] / 9, raw["noise"] * 3),
    )
    table = prepare(shaped, tmp_path)
    columns = report(table)["columns"]
    train = table.frame.iloc[table.split.train]
    target = table.schema.encode_target(train)
    assert columns["ordered"]["alone"] == pytest.approx(1 - roc_auc_score(target, train["ordered"]))
    assert columns["middle"]["alone"] > 0.85


def test_bars_count_every_train_row_by_class(raw: pd.DataFrame, tmp_path: Path) -> None:
    table = prepare(raw, tmp_path)
    train = table.frame.iloc[table.split.train]
    positive = int(table.schema.encode_target(train).sum())
    columns = report(table)["columns"]
    assert columns["account"]["bars"] == ()
    for name in ("noise", "kind", "leak", "day", "note", "town"):
        bars = [*columns[name]["bars"], *filter(None, [columns[name]["others"]])]
        assert sum(bar["positive"] for bar in bars) == positive, name
        assert sum(bar["negative"] for bar in bars) == len(train) - positive, name
    assert [bar["label"] for bar in columns["leak"]["bars"]] == ["0", "1", "2", "3"]
    assert columns["day"]["bars"][0]["label"].startswith("2024-01")


def test_correlation_is_spearmans_on_train(raw: pd.DataFrame, tmp_path: Path) -> None:
    table = prepare(raw, tmp_path)
    train = table.frame.iloc[table.split.train]
    (pair,) = (c for c in report(table)["correlations"] if c["columns"] == ["noise", "twin"])
    assert pair["value"] == pytest.approx(spearmanr(train["noise"], train["twin"]).statistic)


def test_the_labels_of_test_and_holdout_are_not_looked_at(
    raw: pd.DataFrame, tmp_path: Path
) -> None:
    table = prepare(raw, tmp_path)
    before = report(table)
    hidden = np.concatenate([table.split.test, table.split.holdout])
    other = table.frame.copy()
    other.loc[other.index[hidden], "y"] = "no"
    after = report(replace(table, frame=other))
    for part in ("columns", "correlations", "sampled"):
        assert after[part] == before[part]


def test_it_is_plain_json_bounded_and_repeats(
    raw: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health_module, "SAMPLE_ROWS", 100)
    table = prepare(raw, tmp_path)
    first = json.dumps(report(table), allow_nan=False)
    assert report(table)["sampled"] == 100
    assert json.dumps(report(table), allow_nan=False) == first


# --- Texts and times ------------------------------------------------------------------------
def timed(rng: np.random.Generator, positive: np.ndarray) -> pd.DataFrame:
    """Hour by hour; positives stand at noon, and in texts with another word."""
    times = pd.date_range("2024-01-01", periods=len(positive), freq="h")
    words = [f"always the same beginning {'panic' if yes else 'calm'}" for yes in positive]
    texts = [f"{text} {n}" for n, text in enumerate(words)]
    y = np.where(positive, "yes", "no")
    return pd.DataFrame(
        {"when": times.astype(str), "text": texts, "noise": rng.normal(size=len(y)), "y": y}
    )


def test_the_clock_and_the_words_are_profiled(tmp_path: Path) -> None:
    hours = np.arange(ROWS) % 24
    columns = report(prepare(timed(np.random.default_rng(0), hours == 12), tmp_path))["columns"]
    rhythms = columns["when"]["rhythms"]
    assert rhythms["hour"]["positive"][12] == sum(rhythms["hour"]["positive"]) > 10
    assert len(rhythms["day_of_week"]["negative"]) == 7
    assert columns["text"]["words"] == {"positive": ["panic"], "negative": ["calm"]}
    assert columns["noise"]["rhythms"] == columns["noise"]["words"] == {}


def test_days_have_no_hours(raw: pd.DataFrame, tmp_path: Path) -> None:
    assert set(report(prepare(raw, tmp_path))["columns"]["day"]["rhythms"]) == {"day_of_week"}


def test_a_share_that_changes_and_drifts_beyond_the_third_are_told(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    later = np.arange(ROWS) / ROWS
    raw = timed(rng, rng.random(ROWS) < 0.1 + 0.5 * later)
    for name in "abcde":
        raw[name] = rng.normal(size=ROWS) + 4 * later
    table = prepare(raw, tmp_path, SplitPolicy(kind="time", column="when"))
    by_code = findings(table)
    assert by_code["target_drift"] == [("y",)]
    assert len(by_code["drift"]) == 3
    (others,) = by_code["drift_too"]
    assert {name for (name,) in by_code["drift"]} | set(others) == set("abcde")
    at_random = prepare(raw, tmp_path)
    assert "target_drift" not in findings(at_random)
