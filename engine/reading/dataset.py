"""Convert a table of texts to the canonical form that runs read, with its schema."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from engine.reading.cleaning.spellings import plain_form
from engine.reading.columns.dates import date_formats, to_iso
from engine.reading.columns.numbers import look_at_numbers, to_numbers
from engine.reading.columns.values import (
    LARGEST_NUMBER,
    are_whole,
    finite,
    to_objects,
)
from engine.reading.columns.writing import Written, how_written
from engine.reading.files.delimited import read_delimited
from engine.reading.files.detection import detect_format
from engine.reading.files.parquet import read_parquet
from engine.reading.files.source import Progress, Source
from engine.reading.leaks.names import is_identifier
from engine.reading.sparse_texts import mark_sparse
from engine.reading.spreadsheet.workbook import read_workbook
from engine.reading.table import RawTable
from engine.reading.table_format import MAX_WORD_CHARACTERS, DataError, TableFormat
from engine.spec.schema import Column, ColumnType, NumberReading, Schema

__all__ = ["LARGEST_NUMBER", "DataError", "RawTable", "TableFormat"]

MIN_ROWS_PER_CLASS = 25
MAX_CLASSES = 20
MAX_SPELLED_CLASSES = 200
BOOLEAN_PAIRS = (
    {"yes", "no"},
    {"true", "false"},
    {"y", "n"},
    {"t", "f"},
    {"oui", "non"},
    {"vrai", "faux"},
)
ROWS_FOR_AN_ID = 50
# In a column that differs in so many rows a repeated value is a slip, or a row that was entered
# twice. Of texts nothing else can be learnt from it: 19 of 20 values have one row. A whole number
# may still be a quantity, so its name must say that it is none, or it must count through its range.
SHARE_OF_AN_ID = 0.95
DENSE = 1.5
# Up to so many words, in up to this share of the rows, stand in a column's way of being
# numbers or dates.
MAX_STRAY_WORDS = 5
MAX_STRAY_SHARE = 0.2
WORDS_OF_A_TEXT = 5
EXAMPLES = 4
EXAMPLE_CHARACTERS = 40


# --- Reading --------------------------------------------------------------------
def read_table(
    path: Path,
    table_format: TableFormat | None = None,
    progress: Progress = lambda fraction: None,
) -> RawTable:
    """Read a CSV, TSV or Parquet file, a gzip of one, or a sheet of a workbook, strictly.

    Args:
        table_format: how it is written; detected when None. Container and compression
            are seen from the bytes in any case.
        progress: hears the share that has been read, 0 to 1.

    Raises:
        DataError: not a table, too large, damaged, or one whose rows do not fit.
    """
    source = Source(path)
    if source.is_workbook:
        return read_workbook(source, table_format, progress)
    found = table_format or detect_format(source)
    if source.is_parquet:
        return read_parquet(source, found, progress)
    try:
        return read_delimited(source, found, progress)
    except DataError as error:
        if table_format or error.code != "broken_quotes" or found.delimiter != "\t":
            raise
        with suppress(DataError):
            # Between tabs, quotation marks are seldom more than that.
            return read_delimited(source, found.model_copy(update={"quotes": False}), progress)
        raise


# --- Understanding --------------------------------------------------------------
def infer_columns(
    table: RawTable, written: Mapping[str, Written] | None = None
) -> tuple[Column, ...]:
    """Guess each column's type from all of its values.

    Args:
        written: what `how_written` found of the table, if it was asked already.
    """
    written = written or how_written(table)
    return tuple(_infer(name, table, written[name]) for name in table.names)


def _infer(name: str, table: RawTable, written: Written) -> Column:
    values, distinct = table.columns[name], written.distinct
    reading, date = written.taken.number, written.taken.date
    numeric = reading is not None or not table.is_text(name)
    column = Column(
        name=name,
        type=_guess_type(
            distinct,
            name=name,
            rows=len(values) - values.null_count,
            numeric=numeric,
            written=date,
        ),
        numeric=numeric,
        reading=reading,
        date_format=date,
        missing=values.null_count,
        distinct=len(distinct),
        examples=tuple(
            text[:EXAMPLE_CHARACTERS]
            for text in RawTable({name: pa.chunked_array([distinct[:EXAMPLES]])})
            .texts(name)
            .to_pylist()
        ),
    )
    if not numeric:
        return column
    missing = int(_numbers(table, column).isna().sum())
    infinite = missing - values.null_count
    return column.model_copy(update={"missing": missing, "infinite": infinite})


def understand(
    table: RawTable, written: Mapping[str, Written] | None = None
) -> tuple[RawTable, tuple[Column, ...]]:
    """Guess the columns, and make infinite numbers missing, which they count as whatever a
    column's type becomes.

    Args:
        written: what `how_written` found of the table, if it was asked already.

    Returns:
        The table without infinite numbers, and those too large for float32; its columns, which
        still say how many there were.
    """
    written = written or how_written(table)
    columns = infer_columns(table, written)
    infinite = {column.name: column.infinite for column in columns if column.infinite}
    if not infinite:
        return table, columns
    found = dict(table.columns)
    for column in columns:
        if column.infinite:
            values = found[column.name]
            is_finite = pa.array(_numbers(table, column).notna())
            found[column.name] = pc.if_else(is_finite, values, pa.scalar(None, values.type))
    table = replace(table, columns=found)
    return table, tuple(
        _infer(column.name, table, _without(written[column.name], found[column.name])).model_copy(
            update={"infinite": infinite[column.name]}
        )
        if column.name in infinite
        else column
        for column in columns
    )


def _without(written: Written, values: pa.ChunkedArray) -> Written:
    """The same way to read a column, of the values that are left."""
    return replace(written, distinct=pc.unique(values.drop_null()))


def stray_words(table: RawTable, columns: tuple[Column, ...]) -> dict[str, dict[str, int]]:
    """Words that may mean "missing": without them, a column would be numbers or dates.

    Only suggested: "none" may be a class.

    Returns:
        How often each stands, by column.
    """
    return {
        column.name: words
        for column in columns
        if not column.numeric and not column.date_format
        if (words := _strays(table, column.name))
    }


def _strays(table: RawTable, name: str) -> dict[str, int]:
    present = table.columns[name].drop_null()
    is_word = pc.invert(pc.match_substring_regex(present, r"\d"))
    words = pc.value_counts(pc.utf8_trim_whitespace(present.filter(is_word))).to_pylist()
    rows = sum(item["counts"] for item in words)
    if not 0 < len(words) <= MAX_STRAY_WORDS or rows > MAX_STRAY_SHARE * len(present):
        return {}
    if any(len(item["values"]) > MAX_WORD_CHARACTERS for item in words):
        return {}
    others = pc.unique(present.filter(pc.invert(is_word)))
    if look_at_numbers(others).readings or date_formats(others):
        return {item["values"]: item["counts"] for item in words}
    return {}


def _guess_type(
    distinct: pa.Array, *, name: str, rows: int, numeric: bool, written: str
) -> ColumnType:
    all_differ = rows >= ROWS_FOR_AN_ID and len(distinct) == rows
    nearly_all = rows >= ROWS_FOR_AN_ID and len(distinct) >= SHARE_OF_AN_ID * rows
    if numeric:
        if pa.types.is_floating(distinct.type):
            whole = pc.all(pc.equal(distinct, pc.floor(distinct)), min_count=0).as_py()
        else:
            whole = are_whole(pa.chunked_array([distinct]))
        numbers_rows = all_differ or (nearly_all and (is_identifier(name) or _is_dense(distinct)))
        return ColumnType.ID if numbers_rows and whole else ColumnType.NUMERIC
    if len(distinct) <= 4:
        lowered = {text.strip().lower() for text in distinct.to_pylist()}
        if lowered in BOOLEAN_PAIRS:
            return ColumnType.BOOLEAN
    if written:
        return ColumnType.DATETIME
    words = pc.mean(pc.count_substring_regex(distinct, r"\S+")).as_py()
    if words >= WORDS_OF_A_TEXT and len(distinct) > rows / 2:
        return ColumnType.TEXT
    return ColumnType.ID if nearly_all else ColumnType.CATEGORICAL


def _is_dense(distinct: pa.Array) -> bool:
    """Whether whole numbers count through a range, as numbers of rows do and sums don't."""
    if not pa.types.is_floating(distinct.type):
        try:
            distinct = pc.cast(pc.utf8_trim_whitespace(distinct), pa.float64())
        except pa.ArrowInvalid:  # with separators of thousands: no number of a row has them
            return False
    ends = pc.min_max(distinct).as_py()
    return bool(ends["max"] - ends["min"] < DENSE * len(distinct))


def numbers_of_column(table: RawTable, column: Column) -> pd.Series:
    """A column of numbers as float64; NaN where missing, infinite, or too large for float32."""
    return _numbers(table, column)


def _numbers(table: RawTable, column: Column) -> pd.Series:
    """The column as float64; NaN where missing, infinite, or too large for float32."""
    values = table.columns[column.name]
    if table.is_text(column.name):
        return to_numbers(values, column.reading or NumberReading())
    return finite(values.to_pandas().astype("float64"))


@dataclass(frozen=True)
class Candidate:
    """A column that could be the target, or why it can't.

    Attributes:
        classes: each value with how often it stands, most frequent first.
        problem: "" when it can be; else "quantity" (too many numbers: a regression),
            "many_classes" or "constant".
        missing: rows without a value; they would be left out.
    """

    name: str
    classes: tuple[tuple[str, int], ...]
    problem: str = ""
    missing: int = 0


def target_candidates(table: RawTable, columns: tuple[Column, ...]) -> tuple[Candidate, ...]:
    """Every column as a target: two classes, some to be put against the rest, or none."""
    return tuple(_candidate(table, column) for column in columns)


def _candidate(table: RawTable, column: Column) -> Candidate:
    if column.distinct < 2:
        return Candidate(column.name, (), "constant")
    if column.distinct > MAX_CLASSES and _classes_seen(table, column) > MAX_CLASSES:
        return Candidate(column.name, (), "quantity" if column.numeric else "many_classes")
    counts = pc.value_counts(table.texts(column.name).drop_null()).to_pylist()
    classes = [(item["values"], item["counts"]) for item in counts]
    ordered = tuple(sorted(classes, key=lambda each: (-each[1], each[0])))
    return Candidate(column.name, ordered, missing=column.missing)


def _classes_seen(table: RawTable, column: Column) -> int:
    """How many classes a target has, however each is spelled."""
    if not table.is_text(column.name) or column.distinct > MAX_SPELLED_CLASSES:
        return column.distinct
    spellings = pc.unique(table.columns[column.name].drop_null())
    return int(pc.count_distinct(plain_form(spellings)).as_py())


def canonical_frame(
    table: RawTable,
    columns: tuple[Column, ...],
    *,
    target: str,
    positive_class: str | None = None,
    rest: str = "",
) -> pd.DataFrame:
    """The table as runs see it: float64, or object with strings; NaN where missing.

    Infinite numbers, and those too large for float32, count as missing. Dates are
    ISO 8601. The target stays text.

    Args:
        rest: when given, the name of the class that every target value but
            `positive_class` becomes.
    """
    typed: dict[str, pd.Series] = {}
    for column in columns:
        if column.name == target:
            values = to_objects(table.texts(column.name))
            if rest:
                values = values.where(values.isna() | (values == positive_class), rest)
            typed[column.name] = values
        elif column.numeric:
            typed[column.name] = _numbers(table, column)
        elif column.date_format:
            typed[column.name] = to_iso(table.columns[column.name], column.date_format)
        else:
            typed[column.name] = to_objects(table.texts(column.name))
    return pd.DataFrame(typed, columns=pd.Index(list(typed), dtype=object))


def build_schema(
    frame: pd.DataFrame, columns: tuple[Column, ...], target: str, positive_class: str
) -> Schema:
    """The schema of a binary-classification dataset.

    Raises:
        DataError: the target is incomplete, is not binary, or has too few rows of a class,
            or no other column can be used.
    """
    if target not in frame:
        raise DataError("no_such_target", name=target)
    if missing := int(frame[target].isna().sum()):
        raise DataError("target_has_missing", name=target, count=missing)
    counts = frame[target].value_counts()
    if len(counts) != 2 or positive_class not in counts.index:
        raise DataError("target_not_binary", name=target, classes=len(counts))
    rarest, rows = counts.index[-1], int(counts.iloc[-1])
    if rows < MIN_ROWS_PER_CLASS:
        raise DataError("class_too_small", name=str(rarest), rows=rows, least=MIN_ROWS_PER_CLASS)
    negative_class = next(str(value) for value in counts.index if value != positive_class)
    schema = Schema(
        columns=columns,
        target=target,
        positive_class=positive_class,
        negative_class=negative_class,
    )
    if not schema.features:
        raise DataError("no_usable_feature")
    return mark_sparse(frame, schema)
