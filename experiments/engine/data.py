"""Reading tables strictly, and the canonical form in which runs see them.

pandas reads some broken files without complaint and wrongly (a trailing comma
shifts every column, an unbalanced quote swallows rows), so the structure is read by
the standard library's `csv` in strict mode, everything as text, and only then typed.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments.engine.schema import Column, ColumnType, Schema
from experiments.engine.split import Split

MAX_BYTES = 50 * 1024 * 1024
MAX_ROWS = 200_000
MAX_COLUMNS = 500
MIN_ROWS_PER_CLASS = 25
MAX_FIELD_CHARACTERS = 100_000

DELIMITERS = ",;\t|"
MISSING = frozenset({"", "na", "n/a", "nan", "null", "?"})
BINARY_SIGNATURES = {
    # Four bytes, because a header may well begin with a column called PK.
    b"PK\x03\x04": "zip",
    b"\x89PNG": "png",
    b"\x1f\x8b": "gzip",
    b"%PDF": "pdf",
}

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?inf(inity)?", re.IGNORECASE)
# What looks like a number and is a name: 007, or more digits than a float holds.
CODE_LIKE = re.compile(r"[+-]?(0\d+|\d{16,})")
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?")
BOOLEAN_PAIRS = (
    {"yes", "no"},
    {"true", "false"},
    {"y", "n"},
    {"t", "f"},
    {"oui", "non"},
    {"vrai", "faux"},
)
# Trees and boosters compute in float32: what does not fit there is infinite to them.
LARGEST_NUMBER = float(np.finfo(np.float32).max)
ROWS_FOR_AN_ID = 50
WORDS_OF_A_TEXT = 5
EXAMPLES = 4


class DataError(Exception):
    """The data cannot be used as it is.

    Args:
        code: names the reason; rendered later as a translated sentence.
        context: JSON-able values that the sentence quotes.
    """

    def __init__(self, code: str, **context: Any) -> None:
        super().__init__(f"{code} {context}")
        self.code = code
        self.context = context


@dataclass(frozen=True)
class RawTable:
    """A table as text; a missing value is one that pandas calls missing."""

    frame: pd.DataFrame


# --- Reading --------------------------------------------------------------------
def read_table(path: Path) -> RawTable:
    """Read a delimited text file strictly.

    Raises:
        DataError: not a text table, too large, ragged rows (with their lines),
            unbalanced quotes, empty, or column names that are missing or repeated.
    """
    if path.stat().st_size > MAX_BYTES:
        raise DataError("too_many_bytes", limit=MAX_BYTES)
    text = _decode(path.read_bytes())
    if not text.strip():
        raise DataError("empty_file")
    delimiter = _delimiter(text)
    rows = _rows(text, delimiter)
    header = next(rows)[1]
    _check_header(header)
    records = _checked_records(rows, len(header))
    if not records:
        raise DataError("header_only")
    frame = pd.DataFrame(records, columns=pd.Index(header, dtype=object), dtype=object)
    return RawTable(frame.map(_or_missing))


def _decode(content: bytes) -> str:
    for signature, kind in BINARY_SIGNATURES.items():
        if content.startswith(signature):
            raise DataError("binary_file", kind=kind)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        if b"\x00" in content:
            raise DataError("binary_file", kind="binary")
        encodings = ["utf-8-sig", "cp1252", "latin-1"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            raise DataError("binary_file", kind="binary")
        # Written twice by some tools; left in, it would be part of a column's name.
        return text.lstrip("\ufeff")
    raise DataError("unknown_encoding")


def _delimiter(text: str) -> str:
    """The candidate that divides the header into the most fields."""
    # Cut, since csv refuses a field longer than its limit; `_rows` tells of that with a line.
    header = text.lstrip("\r\n").splitlines()[0][:MAX_FIELD_CHARACTERS]
    counts = {
        delimiter: len(next(csv.reader([header], delimiter=delimiter))) for delimiter in DELIMITERS
    }
    return max(counts, key=lambda delimiter: counts[delimiter])


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Line number and fields of every row that is not blank."""
    csv.field_size_limit(MAX_FIELD_CHARACTERS)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for fields in reader:
            if fields:
                yield line, fields
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataError("broken_quotes", line=line) from error


def _check_header(header: list[str]) -> None:
    if len(header) < 2:
        raise DataError("one_column")
    if len(header) > MAX_COLUMNS:
        raise DataError("too_many_columns", columns=len(header), limit=MAX_COLUMNS)
    seen: set[str] = set()
    for place, name in enumerate(header, start=1):
        if not name.strip():
            raise DataError("unnamed_column", place=place)
        if name in seen:
            raise DataError("repeated_column", name=name)
        seen.add(name)


def _checked_records(rows: Iterator[tuple[int, list[str]]], width: int) -> list[list[str]]:
    """All rows, or an error that names the lines whose number of fields differs."""
    records: list[list[str]] = []
    ragged: list[int] = []
    found = 0
    for line, fields in rows:
        if len(fields) != width:
            ragged.append(line)
            found = found or len(fields)
        else:
            records.append(fields)
        if len(records) > MAX_ROWS:
            raise DataError("too_many_rows", limit=MAX_ROWS)
    if ragged:
        lines = ", ".join(str(line) for line in ragged[:5]) + (", …" if len(ragged) > 5 else "")
        raise DataError("ragged_rows", count=len(ragged), lines=lines, expected=width, found=found)
    return records


def _or_missing(value: str) -> str | None:
    return None if value.strip().lower() in MISSING else value


# --- Understanding --------------------------------------------------------------
def infer_columns(table: RawTable) -> tuple[Column, ...]:
    """What each column is, guessed from all of its values."""
    return tuple(_infer(str(name), table.frame[name]) for name in table.frame.columns)


def _infer(name: str, values: pd.Series) -> Column:
    present = values.dropna()
    distinct = present.unique()
    stripped = [value.strip() for value in distinct]
    numeric = all(NUMBER.fullmatch(v) and not CODE_LIKE.fullmatch(v) for v in stripped)
    stored = _numbers(values) if numeric else values
    return Column(
        name=name,
        type=_guess_type(stripped, rows=len(present), numeric=numeric),
        numeric=numeric,
        missing=int(stored.isna().sum()),
        infinite=int(stored.isna().sum() - values.isna().sum()),
        distinct=len(distinct),
        examples=tuple(value[:40] for value in distinct[:EXAMPLES]),
    )


def _guess_type(distinct: list[str], *, rows: int, numeric: bool) -> ColumnType:
    all_differ = rows >= ROWS_FOR_AN_ID and len(distinct) == rows
    if numeric:
        whole = all(value.lstrip("+-").isdigit() for value in distinct)
        return ColumnType.ID if all_differ and whole else ColumnType.NUMERIC
    if {value.lower() for value in distinct} in BOOLEAN_PAIRS:
        return ColumnType.BOOLEAN
    if all(ISO_DATE.fullmatch(value) for value in distinct):
        return ColumnType.DATETIME
    words = sum(len(value.split()) for value in distinct) / len(distinct)
    if words >= WORDS_OF_A_TEXT and len(distinct) > rows / 2:
        return ColumnType.TEXT
    return ColumnType.ID if all_differ else ColumnType.CATEGORICAL


def _numbers(values: pd.Series) -> pd.Series:
    """The texts as float64; NaN where missing, infinite, or too large for float32."""
    # Python's float() rounds correctly, so a CSV round trip gives the same bits.
    numbers = values.astype("float64")
    return numbers.where(numbers.abs() <= LARGEST_NUMBER)


def possible_targets(table: RawTable) -> list[tuple[str, list[tuple[str, int]]]]:
    """Columns that have exactly two values, with how often each value stands."""
    found = []
    for name in table.frame.columns:
        counts = table.frame[name].value_counts()
        if len(counts) == 2 and not table.frame[name].isna().any():
            values = sorted((str(value), int(count)) for value, count in counts.items())
            found.append((str(name), values))
    return found


def canonical_frame(table: RawTable, columns: tuple[Column, ...], *, target: str) -> pd.DataFrame:
    """The table as runs see it: float64, or object with strings; NaN where missing.

    Infinite numbers, and those too large for float32, count as missing. The target
    stays text.
    """
    typed = {}
    for column in columns:
        values = table.frame[column.name]
        if column.numeric and column.name != target:
            typed[column.name] = _numbers(values)
        else:
            typed[column.name] = values.where(values.notna(), np.nan).astype(object)
    return pd.DataFrame(typed, columns=pd.Index([c.name for c in columns], dtype=object))


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
    return schema


# --- Storing ----------------------------------------------------------------------
def write_dataset(frame: pd.DataFrame, path: Path) -> None:
    """Store a canonical frame as Parquet; text stays text."""
    frame.to_parquet(path, index=False)


def read_dataset(path: Path) -> pd.DataFrame:
    """A canonical frame, exactly as it was written."""
    frame = pd.read_parquet(path)
    for name in frame.columns:
        if frame[name].dtype != np.float64:
            values = frame[name].astype(object)
            frame[name] = values.where(values.notna(), np.nan).astype(object)
    return frame


def content_hash(frame: pd.DataFrame) -> str:
    """SHA-256 of names and values, whatever wrote the file that holds them."""
    digest = hashlib.sha256()
    for name in frame.columns:
        # A list's repr separates its values: without that, 1.0 and 21.0 would hash as
        # 1.02 and 1.0 do.
        digest.update(repr((str(name), frame[name].tolist())).encode())
    return digest.hexdigest()


def split_column_name(schema: Schema) -> str:
    """A name for the column that tells train from test, unlike every other."""
    name = "_split"
    while name in schema.by_name:
        name += "_"
    return name


def csv_bytes(frame: pd.DataFrame, split: Split, *, split_column: str) -> bytes:
    """What participants take home: train and test rows, in the file's order.

    The holdout's rows are left out whole, labels and all.
    """
    part = pd.Series(index=frame.index, dtype=object)
    part.iloc[split.train] = "train"
    part.iloc[split.test] = "test"
    shared = frame.assign(**{split_column: part}).dropna(subset=[split_column])
    # RFC 4180's line end; only with it does Python quote a lone carriage return in a value,
    # which readers would take for the end of a row.
    return shared.to_csv(index=False, lineterminator="\r\n").encode()
