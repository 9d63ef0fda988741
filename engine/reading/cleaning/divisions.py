"""Splits that a table suggests: by group where people or things have several rows, by time where
rows have a date."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from engine.reading.columns.dates import to_iso
from engine.reading.leaks.names import IDENTIFIER_WORDS, words_of
from engine.reading.leaks.rows import FEWEST_GROUPS, GROUP_SIZES
from engine.reading.table import RawTable
from engine.spec.schema import Column, ColumnType

# These words are said of counts, too: the number of visits is nobody's number.
OF_COUNTS = frozenset({"num", "number", "nbr", "no", "numero", "code", "key"})
# Dates that are no time at which a row came about.
OF_PEOPLE = frozenset({"birth", "birthdate", "birthday", "born", "dob", "naissance", "ne", "nee"})
FEWEST_DATES = 20


def find_divisions(table: RawTable, columns: tuple[Column, ...]) -> list[dict[str, Any]]:
    """The best column to keep rows together by, and the best to put them in order by.

    Returns:
        JSON-able: `kind` ("group", "time") and `column`; of groups, how many `groups` in how many
        `rows`; of time, the `first` and the `last` date.
    """
    groups = sorted(_groups(table, columns), key=lambda one: -one["groups"])
    return [*groups[:1], *list(_times(table, columns))[:1]]


def _groups(table: RawTable, columns: tuple[Column, ...]) -> Iterator[dict[str, Any]]:
    rows = table.row_count
    for column in columns:
        if column.missing or column.type in {ColumnType.TEXT, ColumnType.DATETIME}:
            continue
        words = set(words_of(column.name))
        if not words & (IDENTIFIER_WORDS - OF_COUNTS) or column.distinct < FEWEST_GROUPS:
            continue
        if GROUP_SIZES[0] <= rows / column.distinct <= GROUP_SIZES[1]:
            groups = {"groups": column.distinct, "rows": rows}
            yield {"kind": "group", "column": column.name, **groups}


def _times(table: RawTable, columns: tuple[Column, ...]) -> Iterator[dict[str, Any]]:
    for column in columns:
        is_date = column.type == ColumnType.DATETIME and column.date_format
        if not is_date or column.missing or column.distinct < FEWEST_DATES:
            continue
        if OF_PEOPLE & set(words_of(column.name)):
            continue
        distinct = pc.unique(table.columns[column.name])
        dates = to_iso(pa.chunked_array([distinct]), column.date_format)
        ends = {"first": str(dates.min())[:10], "last": str(dates.max())[:10]}
        yield {"kind": "time", "column": column.name, **ends}
