"""What is asked about values: spellings that are one, numbers and words that may mean "missing"."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine.reading.cleaning.applied import apply_decisions
from engine.reading.cleaning.decisions import Kind, Question
from engine.reading.cleaning.divisions import find_divisions
from engine.reading.cleaning.questions import find_questions
from engine.reading.dataset import (
    infer_columns,
    read_table,
    target_candidates,
    understand,
)
from engine.reading.table import RawTable
from engine.spec.schema import ColumnType, retype

ROWS = 600
RNG = np.random.default_rng(0)


def table_of(**columns: Sequence[Any]) -> RawTable:
    values = {name: [None if v is None else str(v) for v in c] for name, c in columns.items()}
    return RawTable.from_values(values)


def asked(**columns: Sequence[Any]) -> list[Question]:
    table = table_of(**columns)
    return find_questions(table, infer_columns(table))


def merged(question: Question) -> dict[str, set[str]]:
    return {kept: {text for text, _n in spellings} for kept, spellings in question.groups}


# --- Spellings ------------------------------------------------------------------------
def test_spaces_capitals_and_forms_of_a_letter_are_one_spelling() -> None:
    e_acute = "Ope\u0301ration"
    values = ["Ventes", "Ventes", "ventes ", "VENTES", "RH ", "RH", "R\u00a0H", "R H", "Opération"]
    (question,) = asked(service=[*values, e_acute] * 20)
    assert question.kind == Kind.SPELLINGS
    assert merged(question) == {
        "Ventes": {"Ventes", "ventes ", "VENTES"},
        "RH": {"RH", "RH "},
        "R H": {"R H", "R\u00a0H"},
        "Opération": {"Opération", e_acute},
    }


def test_accents_are_asked_apart() -> None:
    (question,) = asked(city=["Besançon", "Besancon", "Besançon", "Lyon"] * 20)
    assert question.kind == Kind.ACCENTS
    assert merged(question) == {"Besançon": {"Besançon", "Besancon"}}


def test_a_leading_blank_is_asked_even_where_every_row_has_it() -> None:
    (question,) = asked(income=[" <=50K", " >50K"] * 50)
    assert question.decision.becomes == {" <=50K": "<=50K", " >50K": ">50K"}


def test_yes_and_no_in_several_words_are_a_weaker_question() -> None:
    (question,) = asked(answer=["Y", "yes", "oui", "1", "N", "non", "0"] * 20)
    assert question.kind == Kind.SYNONYMS
    assert list(merged(question).values()) == [
        {"Y", "yes", "oui", "1"},
        {"N", "non", "0"},
    ]


@pytest.mark.parametrize(
    "values",
    [
        ["red", "green", "blue"],
        ["yes", "no"],
        ["Y", "N"],
        ["true", "false"],
        ["1", "0"],
        ["R&D", "R D", "RD"],
        ["Saint-Denis", "Saint Denis"],
        ["yes", "no", "maybe"],
    ],
)
def test_different_values_are_not_asked_about(values: list[str]) -> None:
    assert asked(x=values * 40) == []


def test_many_spellings_of_two_classes_can_be_the_target() -> None:
    spellings = [b + w + e for w in ("Oui", "OUI", "Non", "non") for b in ("", " ", "  ")
                 for e in ("", " ")]  # fmt: skip
    table = table_of(answer=spellings * 25)
    (candidate,) = target_candidates(table, infer_columns(table))
    assert (candidate.problem, len(candidate.classes)) == ("", 24)


# --- Values that may mean "missing" ---------------------------------------------------
def with_some(values: np.ndarray, sentinel: float, count: int) -> list[str]:
    found = [f"{value:g}" for value in values]
    found[:count] = [f"{sentinel:g}"] * count
    return found


SENTINELS: dict[str, tuple[list[str], str, str]] = {
    "pdays": (with_some(RNG.integers(0, 28, ROWS), 999, 500), "999", "far"),
    "pdays of others": (with_some(RNG.integers(1, 400, ROWS), -1, 400), "-1", "negative"),
    "age": (with_some(RNG.integers(18, 80, ROWS), 999, 1), "999", "far"),
    "coded age": (with_some(RNG.integers(18, 80, ROWS), 99, 60), "99", "spike"),
    "temperature": (with_some(RNG.normal(12, 6, ROWS).round(1), -999, 4), "-999", "far"),
    "glucose": (with_some(RNG.normal(120, 25, ROWS).round().clip(44, 199), 0, 5), "0", "zero"),
    "pressure": (with_some(RNG.normal(70, 12, ROWS).round().clip(24, 122), 0, 35), "0", "zero"),
    "bmi": (with_some(RNG.normal(32, 6, ROWS).round(1).clip(18.2, 67), 0, 11), "0", "zero"),
}


@pytest.mark.parametrize("name", SENTINELS)
def test_a_number_that_stands_apart_is_asked_about(name: str) -> None:
    values, sentinel, rule = SENTINELS[name]
    (question,) = asked(x=values)
    assert question.kind == Kind.NUMBER
    assert question.groups == (("", ((sentinel, values.count(sentinel)),)),)
    assert question.evidence["rule"] == rule
    assert question.evidence["rows"] == ROWS


HONEST: dict[str, Sequence[Any]] = {
    "counts": RNG.poisson(2, ROWS),
    "balance": RNG.normal(1000, 2500, ROWS).round(),
    "hours up to 99": RNG.normal(45, 18, ROWS).round().clip(1, 99),
    "degrees around zero": RNG.normal(0, 6, ROWS).round(),
    "prices up to 1099": RNG.integers(1, 1100, ROWS),
    "ranks from -1 to 1": RNG.integers(-1, 2, ROWS),
    "shares": RNG.random(ROWS).round(2),
    "gains, mostly zero": np.where(RNG.random(ROWS) < 0.9, 0, RNG.integers(1, 5000, ROWS)),
    "skewed": np.exp(RNG.normal(8, 2, ROWS)).round(2),
    "years": RNG.integers(1950, 2010, ROWS),
    "small measurements": np.where(
        np.arange(ROWS) < 9, 0, RNG.gamma(1.5, 0.03, ROWS).round(5).clip(0.0019)
    ),
    "grades": RNG.integers(1, 10, ROWS),
}


@pytest.mark.parametrize("name", HONEST)
def test_honest_numbers_are_not_asked_about(name: str) -> None:
    assert asked(x=[f"{value:g}" for value in HONEST[name]]) == []


def test_words_for_missing_are_asked_by_column() -> None:
    (job,) = asked(
        job=["admin", "tech", "unknown", "n.c."] * 30, other=["known", "none", "aucun", "x"] * 30
    )
    assert (job.column, job.kind) == ("job", Kind.WORD)
    assert {text for text, _n in job.groups[0][1]} == {"unknown", "n.c."}


def test_a_decided_word_is_missing_however_a_merge_has_left_it() -> None:
    table = table_of(job=["admin", "tech", "unknown", "Unknown ", "unknown"] * 30)
    spellings, word = find_questions(table, infer_columns(table))
    both, steps = apply_decisions(table, [word.decision, spellings.decision])
    assert both.columns["job"].null_count == 90
    assert sum(step.count for step in steps if not step.becomes) == 90
    alone, _steps = apply_decisions(table, [word.decision])
    assert alone.columns["job"].null_count == 90


def test_numbers_of_a_typed_file_are_read_as_missing_too(tmp_path: Path) -> None:
    numbers = np.append(RNG.integers(18, 80, ROWS).astype(float), [999.0] * 5)
    pd.DataFrame({"x": numbers, "y": 1.5}).to_parquet(tmp_path / "t.parquet")
    table = read_table(tmp_path / "t.parquet")
    (question,) = find_questions(table, infer_columns(table))
    cleaned, (step,) = apply_decisions(table, [question.decision])
    (x, _y) = infer_columns(cleaned)
    assert (step.count, x.missing, x.numeric) == (5, 5, True)


# --- Infinities, identifiers, splits -----------------------------------------------------
def test_infinite_numbers_are_missing_whatever_the_column_becomes() -> None:
    table, (column,) = understand(table_of(x=["inf", "1", "2", "-Infinity", "1e300", None] * 20))
    assert (column.missing, column.infinite, column.distinct) == (80, 60, 2)
    assert table.columns["x"].null_count == 80
    (retyped,) = retype((column,), {"x": ColumnType.CATEGORICAL})
    assert retyped.missing == 80


def type_of(name: str, values: Sequence[Any]) -> ColumnType:
    return infer_columns(table_of(**{name: values}))[0].type


def test_identifiers_may_have_a_few_duplicates() -> None:
    codes = [f"C-{n:05d}" for n in range(ROWS)]
    rows = [1000 + n for n in range(ROWS)]
    spread = [int(n) for n in RNG.choice(10**6, ROWS, replace=False) + 10**6]
    for values in (codes, rows, spread):
        values[5:15] = values[:10]  # type: ignore[index]
    assert type_of("x", codes) == ColumnType.ID
    assert type_of("x", rows) == ColumnType.ID
    assert type_of("client_id", spread) == ColumnType.ID
    # Of a quantity nothing says that it is a number of something.
    assert type_of("salary", spread) == ColumnType.NUMERIC
    assert type_of("client_id", [f"{n}.5" for n in rows]) == ColumnType.NUMERIC
    assert type_of("x", codes[: ROWS // 2] * 2) == ColumnType.CATEGORICAL


def test_groups_and_dates_suggest_a_split() -> None:
    days = [str(day)[:10] for day in pd.date_range("2022-03-01", periods=ROWS)]
    table = table_of(
        patient_id=[n % 150 for n in range(ROWS)],
        num_visits=[n % 40 for n in range(ROWS)],
        birth_date=days[::-1],
        visited=days,
    )
    assert find_divisions(table, infer_columns(table)) == [
        {"kind": "group", "column": "patient_id", "groups": 150, "rows": ROWS},
        {"kind": "time", "column": "visited", "first": "2022-03-01", "last": days[-1]},
    ]
