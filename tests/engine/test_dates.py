"""Dates and times: one way of writing them, so that they compute and sort."""

from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.build import runtime_helpers
from engine.reading.columns.writing import how_written, reading_choices
from engine.reading.dataset import canonical_frame, infer_columns
from engine.reading.table import RawTable
from engine.reading.table_format import ColumnFormat, DataError, TableFormat
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


@pytest.mark.parametrize(
    ("written", "stored", "date_format"),
    [
        (["31/12/68", "01/01/69"], ["2068-12-31", "1969-01-01"], "%d/%m/%y"),
        (["29.02.24", "01.03.24"], ["2024-02-29", "2024-03-01"], "%d.%m.%y"),
        (
            ["13/04/2024 12:00 am", "03/04/2024 1:05 p.m."],
            ["2024-04-13T00:00:00", "2024-04-03T13:05:00"],
            "%d/%m/%Y %I:%M %p",
        ),
        (
            ["15/03/2024 10:00 +02:00", "01/03/2024 10:00 Z"],
            ["2024-03-15T08:00:00", "2024-03-01T10:00:00"],
            "%d/%m/%Y %H:%M %z",
        ),
        (
            ["3 mars 2024", "14 févr. 2024", "1er aout 2023", "lundi 29 FÉVRIER 2024"],
            ["2024-03-03", "2024-02-14", "2023-08-01", "2024-02-29"],
            "%d %B %Y",
        ),
        (["mar. 5 mars 2024", "mar. 4 juin 2024"], ["2024-03-05", "2024-06-04"], "%d %B %Y"),
        (["March 3, 2024", "Sept. 25, 2023"], ["2024-03-03", "2023-09-25"], "%B %d, %Y"),
        (["3-Mar-24", "12-Dec-23"], ["2024-03-03", "2023-12-12"], "%d-%B-%y"),
        (["03MAR2024:10:00:00"], ["2024-03-03T10:00:00"], "%d%B%Y:%H:%M:%S"),
        (["2024-03", "2024-12"], ["2024-03-01", "2024-12-01"], "%Y-%m"),
        (["janv.-24", "févr.-24"], ["2024-01-01", "2024-02-01"], "%B-%y"),
        (["mars 2024", "August 2023"], ["2024-03-01", "2023-08-01"], "%B %Y"),
        (["2024/03/01 08:05:07.25"], ["2024-03-01T08:05:07.250000"], "%Y/%m/%d %H:%M:%S.%f"),
        (["2024-03-01 10:00:00 UTC"], ["2024-03-01T10:00:00"], "%Y-%m-%d %H:%M:%S%z"),
        (["25/03/2024 10h30"], ["2024-03-25T10:30:00"], "%d/%m/%Y %Hh%M"),
        (
            ["20240301", "20240229", "20231231"],
            ["2024-03-01", "2024-02-29", "2023-12-31"],
            "%Y%m%d",
        ),
    ],
)
def test_dates_are_read_as_people_write_them(
    written: list[str | None], stored: list[str], date_format: str
) -> None:
    (column,) = infer_columns(RawTable.from_values({"when": written}))
    assert column.date_format == date_format
    assert as_stored([*written, None]).tolist()[:-1] == stored


@pytest.mark.parametrize(
    "values",
    [["1.10.12", "1.2.34"], ["3rd March 2024", "March 3rd 2024"], ["20241301", "20240301", "1"]],
)
def test_what_only_looks_like_a_date_is_none(values: list[str]) -> None:
    (column,) = infer_columns(RawTable.from_values({"when": values}))
    assert not column.date_format


def ways(**columns: list[str]) -> dict[str, tuple[bool, list[list[str]]]]:
    """By column: whether its dates are asked, and first, middle and last of each way."""
    table = RawTable.from_values(columns)
    return {
        found["name"]: (
            found["is_open"],
            [way["values"] for way in found["choices"] if way["values"]],
        )
        for found in reading_choices(table, how_written(table))
    }


def test_day_and_month_that_could_be_either_are_asked_with_both_readings() -> None:
    either = ["03/04/2024", "05/06/2024", "07/08/2024"]
    assert ways(when=either)["when"] == (
        True,
        [["2024-04-03", "2024-06-05", "2024-08-07"], ["2024-03-04", "2024-05-06", "2024-07-08"]],
    )
    table = RawTable.from_values({"when": either})
    said = ColumnFormat(kind="date", date_format="%m/%d/%Y")
    told = RawTable(table.columns, TableFormat(columns={"when": said}))
    assert infer_columns(told)[0].date_format == "%m/%d/%Y"
    assert not how_written(told)["when"].is_open


def test_another_date_of_the_file_settles_the_order() -> None:
    either = ["03/04/2024", "05/06/2024", "07/08/2024"]
    american = ["03/14/2024", "05/16/2024", "07/18/2024"]
    is_open, _values = ways(when=either, until=american)["when"]
    assert not is_open
    table = RawTable.from_values({"when": either, "until": american})
    assert infer_columns(table)[0].date_format == "%m/%d/%Y"


def test_the_same_day_in_both_orders_is_no_question() -> None:
    assert not ways(when=["03/03/2024", "12/12/2024"])["when"][0]


def test_eight_digits_that_may_be_a_date_are_asked_and_few_are_a_number() -> None:
    table = RawTable.from_values({"x": ["20240301", "20240302"]})
    (column,) = infer_columns(table)
    assert column.numeric
    assert how_written(table)["x"].is_open
    assert ways(x=["20240301", "20240302", "20240331"])["x"] == (
        True,
        [["2024-03-01", "2024-03-02", "2024-03-31"], [20240301.0, 20240302.0, 20240331.0]],
    )
    assert ways(x=["20240301", "20240302", "20240332"]) == {}


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
