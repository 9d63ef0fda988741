"""Dates and times: one way of writing them, so that they compute and sort."""

from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.build import runtime_helpers
from engine.reading.dataset import canonical_frame, infer_columns
from engine.reading.table import RawTable
from engine.reading.table_format import DataError
from engine.run.split import split_rows
from engine.spec.schema import ColumnType, SplitPolicy
from tests.engine.conftest import prepare


def as_stored(values: list[str | None]) -> pd.Series:
    table = RawTable.from_values({"when": values})
    (column,) = infer_columns(table)
    assert column.type == ColumnType.DATETIME
    return canonical_frame(table, (column,), target="")["when"]


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        (["2024-01-01T10:00:00Z"], ["2024-01-01T10:00:00"]),
        (
            ["2024-01-01T10:00+02:00", "2024-01-01 09:00:00Z", " 2024-01-01 07:30 "],
            ["2024-01-01T08:00:00", "2024-01-01T09:00:00", "2024-01-01T07:30:00"],
        ),
        (["2024-01-02", " 2024-01-01"], ["2024-01-02", "2024-01-01"]),
        (["2024-01-02", "2024-01-01 10:00"], ["2024-01-02T00:00:00", "2024-01-01T10:00:00"]),
        (
            ["2024-01-01T10:00:00.250Z", "2024-01-01T10:00:00Z"],
            ["2024-01-01T10:00:00.250000", "2024-01-01T10:00:00.000000"],
        ),
        (["31/12/2023 23:59", "01/01/2024 00:00"], ["2023-12-31T23:59:00", "2024-01-01T00:00:00"]),
        (["9999-12-31", None], ["9999-12-31", None]),
    ],
)
def test_times_are_stored_in_one_way(written: list[str | None], stored: list[str | None]) -> None:
    found = as_stored(written)
    assert found.where(found.notna(), None).tolist() == stored
    assert {type(value) for value in found.dropna()} == {str}


ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2024, 1, 3), timezones=ZONES)


@given(st.lists(st.tuples(MOMENTS, st.sampled_from("T ")), min_size=1, max_size=6))
def test_texts_sort_as_their_times_do(written: list[tuple[datetime, str]]) -> None:
    texts = [moment.isoformat(sep=between) for moment, between in written]
    exact = pd.to_datetime(pd.Series(texts), format="ISO8601", utc=True)
    stored = as_stored(list(texts))
    order = np.argsort(stored.to_numpy(), kind="stable")
    assert exact.iloc[order].is_monotonic_increasing


def test_times_with_zones_become_parts_and_differences(tmp_path: Path) -> None:
    rows = 100
    raw = pd.DataFrame(
        {
            "zoned": [f"2024-01-{1 + n % 28:02}T23:30:00-02:00" for n in range(rows)],
            "plain": [f"2024-01-{1 + n % 28:02} 01:30" for n in range(rows)],
            "y": ["a" if n % 2 else "b" for n in range(rows)],
        }
    )
    table = prepare(raw, tmp_path, target="y", positive="a")
    parts = runtime_helpers.date_parts(table.frame[["zoned"]], ["day", "hour"])
    assert parts[0].tolist() == [2.0, 1.0]
    assert set(runtime_helpers.difference(table.frame, "zoned", "plain")) == {1.0}


def split_by(times: list[str] | list[float]) -> np.ndarray:
    """Times of the train rows, when rows are split by them."""
    y = ["a" if n % 2 else "b" for n in range(len(times))]
    frame = pd.DataFrame({"when": pd.Series(times, dtype=None), "y": pd.Series(y, dtype=object)})
    split = split_rows(frame, "y", SplitPolicy(kind="time", column="when"))
    return frame["when"].iloc[split.train].to_numpy()


def test_numbers_and_iso_dates_are_split_by_time() -> None:
    assert split_by([float(n) for n in reversed(range(100))]).max() == 59
    for between in "T ":
        days = [f"2024-03-{1 + n % 25:02}{between}10:00:00" for n in range(100)]
        assert max(split_by(days)) == f"2024-03-15{between}10:00:00"


@pytest.mark.parametrize(
    "times",
    [
        [f"{1 + n % 28:02}/0{1 + n % 9}/2024" for n in range(100)],
        [f" 2024-03-{1 + n % 25:02}" for n in range(100)],
        [f"2024-03-{1 + n % 25:02}{'T '[n % 2]}10:00:00" for n in range(100)],
        [f"2024-03-{1 + n % 25:02}T10:00:00+0{n % 9}:00" for n in range(100)],
        [f"u{n}" for n in range(100)],
    ],
)
def test_texts_that_sort_otherwise_than_their_times_are_no_times(times: list[str]) -> None:
    with pytest.raises(DataError) as caught:
        split_by(times)
    assert (caught.value.code, caught.value.context) == (
        "split_column_without_times",
        {"name": "when"},
    )
