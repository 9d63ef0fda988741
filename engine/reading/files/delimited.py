"""Delimited text, read strictly and a piece at a time.

pandas reads some broken files without complaint and wrongly (a trailing comma shifts
every column, an unbalanced quote swallows rows), so the structure is read by the
standard library's `csv` in strict mode, everything as text.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import pyarrow as pa

from engine.reading.files.header import Names, Note, column_names, left_out_names, without_nameless
from engine.reading.files.source import Progress, Source
from engine.reading.files.unquoted import Body, read_unquoted
from engine.reading.table import (
    LeftOut,
    MissingWords,
    RawTable,
    Reason,
    check_row_count,
)
from engine.reading.table_format import MAX_FIELD_CHARACTERS, DataError, TableFormat

ROWS_PER_PIECE = 20_000
SHOWN_LINES = 20
SHOWN_CHARACTERS = 120
# A quoted value of more lines is a quotation mark that nobody closed.
MAX_LINES_OF_A_ROW = 200
MAX_RAGGED_SHARE = 0.05
# Excel reads it and keeps silent of it.
SEPARATOR_LINE = re.compile(r"sep=(.)", re.IGNORECASE)
MAX_FOOTER_LINES = 10
TOTAL = re.compile(
    r"(grand )?totals?|(grand )?total général|totaux|sum|somme|subtotal|sous-total", re.IGNORECASE
)

# An open quotation mark has swallowed rows when so many of its lines look like one.
SWALLOWED_ROWS = 2
NUMBER = re.compile(r"[+-]?[\d.,' ]+(?:[eE][+-]?\d+)?")


class Row(NamedTuple):
    """A row as it is in the file.

    Attributes:
        line: its first line, from 1.
        rest: its other lines as they are, where a value has line breaks.
    """

    line: int
    fields: list[str]
    rest: list[str]


def read_delimited(source: Source, table_format: TableFormat, progress: Progress) -> RawTable:
    """Read delimited text; rows that don't fit the header are left out and reported.

    Raises:
        DataError: no header, no row, more than one row in twenty that does not fit,
            a quotation mark that is closed far below or never, a value too long, too many
            rows or columns.
    """
    return table_of(
        _rows(source, table_format, progress),
        table_format,
        lambda names: read_unquoted(source, table_format, names, progress),
    )


def table_of(
    rows: Iterator[Row],
    table_format: TableFormat,
    at_once: Callable[[tuple[str, ...]], Body | None] = lambda names: None,
) -> RawTable:
    """The table that rows make, from the header on.

    Args:
        at_once: all rows below the header, where they can be read more quickly; else None.

    Raises:
        DataError: as `read_delimited`, but for quotation marks and long values.
    """
    preamble: list[LeftOut] = []
    header: Row | None = None
    for row in rows:
        if row.line >= table_format.header_line:
            header = row
            break
        says = SEPARATOR_LINE.fullmatch(table_format.delimiter.join(row.fields))
        preamble.append(_left_out(row, "separator" if says else "preamble"))
    if header is None:
        raise DataError("no_header", line=table_format.header_line)
    names = column_names(header.fields, table_format.header)
    reader = _Reader(names, table_format)
    body = at_once(names.names)
    if body and not _is_total(body.last):
        reader.take(body)
        return reader.table(preamble, header)
    if table_format.header == "none":
        reader.add(header)
    for row in rows:
        reader.add(row)
    return reader.table(preamble, header)


def _is_total(fields: list[str]) -> bool:
    """Whether a last row is none: the word, and nearly nothing else."""
    filled = [field.strip() for field in fields if field.strip()]
    is_total = bool(filled) and bool(TOTAL.fullmatch(filled[0].rstrip(" :")))
    return is_total and 2 * len(filled) <= len(fields)


def csv_reader(lines: Iterable[str], delimiter: str, *, quotes: bool, strict: bool) -> Any:
    """The standard library's reader; a delimiter of one space stands for any number of them."""
    csv.field_size_limit(MAX_FIELD_CHARACTERS)
    return csv.reader(
        (line.rstrip(" \r\n") + "\n" for line in lines) if delimiter == " " else lines,
        delimiter=delimiter,
        skipinitialspace=delimiter == " ",
        quoting=csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE,
        strict=strict,
    )


def _rows(source: Source, table_format: TableFormat, progress: Progress) -> Iterator[Row]:
    """Every row that is not an empty line."""
    read: list[str] = []
    lines = _remembered(source.text(table_format.encoding, progress), read)
    reader = csv_reader(lines, table_format.delimiter, quotes=table_format.quotes, strict=True)
    line = 1
    try:
        for fields in reader:
            if len(read) > MAX_LINES_OF_A_ROW:
                raise DataError("broken_quotes", line=line)
            if fields:
                yield Row(line, fields, read[1:])
            line = reader.line_num + 1
            read.clear()
    except csv.Error as error:
        # Over several lines, a value is endless because a quotation mark is.
        if len(read) == 1 and "field limit" in str(error):
            raise DataError("long_value", line=line, limit=MAX_FIELD_CHARACTERS) from error
        raise DataError("broken_quotes", line=line) from error


def _remembered(lines: Iterable[str], read: list[str]) -> Iterator[str]:
    """The lines, each put into `read` when it is asked for."""
    for line in lines:
        read.append(line)
        yield line


def _looks_like_a_row(line: str, row: Row, width: int, delimiter: str) -> bool:
    """Return whether a line inside a quoted value could be a row by itself.

    Sentences have delimiters too, but spaces behind them, and words for numbers.
    """
    found = [field.strip('"') for field in line.rstrip("\r\n").split(delimiter)]
    return (
        len(found) == width
        and not any(field.startswith(" ") for field in found[1:])
        and all(
            not field or NUMBER.fullmatch(field)
            for field, other in zip(found, row.fields, strict=False)
            if NUMBER.fullmatch(other)
        )
    )


def _left_out(row: Row, reason: Reason) -> LeftOut:
    text = " ".join(" | ".join(row.fields).split())
    return LeftOut(row.line, reason, len(row.fields), text[:SHOWN_CHARACTERS])


class _Reader:
    """Collects rows into columns, and the lines that are no rows."""

    def __init__(self, header: Names, table_format: TableFormat) -> None:
        self._header = header
        self._width = len(header.names)
        self._format = table_format
        self._missing = MissingWords(table_format)
        self._piece: list[list[str]] = []
        self._pieces: list[list[pa.Array]] = []
        self._columns: list[pa.ChunkedArray] = []
        self._rows = 0
        self._last = Row(0, [], [])
        self._left_out: list[LeftOut] = []
        self._counts: Counter[str] = Counter()
        # Lines that do not fit, as long as no row follows: the end of the file, perhaps.
        self._tail: list[LeftOut] = []

    def add(self, row: Row) -> None:
        """Take a row, or leave it out where it is none.

        Raises:
            DataError: it has swallowed other rows, or is one too many.
        """
        if row.rest:
            self._refuse_swallowed_rows(row)
        if not any(map(str.strip, row.fields)):
            self._leave_out(_left_out(row, "blank"))
        elif len(row.fields) != self._width:
            self._tail.append(_left_out(row, "ragged"))
            if len(self._tail) > MAX_FOOTER_LINES:
                self._flush_tail()
        else:
            self._flush_tail()
            self._last = row
            self._rows += 1
            check_row_count(self._rows)
            self._piece.append(row.fields)
            if len(self._piece) == ROWS_PER_PIECE:
                self._pack()

    def take(self, body: Body) -> None:
        """Take all rows at once, as they were split.

        Raises:
            DataError: too many.
        """
        self._rows = len(body.columns[0])
        check_row_count(self._rows)
        self._missing = body.missing
        self._columns = body.columns

    def table(self, preamble: list[LeftOut], header: Row) -> RawTable:
        """Everything that was added.

        Raises:
            DataError: no row, or too many that do not fit.
        """
        self._recognise_footer()
        self._refuse_too_many_ragged(header)
        self._pack()
        if not self._rows:
            raise DataError("header_only")
        taken = self._columns or [
            pa.chunked_array([piece[place] for piece in self._pieces], pa.string())
            for place in range(self._width)
        ]
        columns = dict(zip(self._header.names, taken, strict=True))
        columns, notes = without_nameless(
            columns, self._header, keep_row_numbers=self._format.keep_row_numbers
        )
        if self._format.header == "none":
            notes = (Note("no_header"), *notes)
        counts = Counter(item.reason for item in preamble) + self._counts
        left_out = [*preamble[:SHOWN_LINES], *self._left_out]
        return RawTable(
            columns,
            self._format,
            tuple(sorted(left_out, key=lambda item: item.line)),
            dict(counts),
            self._missing.counts(without=left_out_names(notes)),
            notes,
        )

    def _pack(self) -> None:
        if self._piece:
            columns = zip(*self._piece, strict=True)
            self._pieces.append(
                [
                    self._missing.remove(pa.array(column, pa.string()), name)
                    for name, column in zip(self._header.names, columns, strict=True)
                ]
            )
            self._piece = []

    def _refuse_swallowed_rows(self, row: Row) -> None:
        """A quotation mark that closes forty rows below hides them in one value."""
        width, delimiter = self._width, self._format.delimiter
        rows = sum(_looks_like_a_row(line, row, width, delimiter) for line in row.rest)
        # Between tabs, values have quotation marks rather than lines.
        if rows >= (1 if delimiter == "\t" else SWALLOWED_ROWS):
            raise DataError("broken_quotes", line=row.line)

    def _leave_out(self, item: LeftOut) -> None:
        self._counts[item.reason] += 1
        if self._counts[item.reason] <= SHOWN_LINES:
            self._left_out.append(item)

    def _flush_tail(self) -> None:
        for item in self._tail:
            self._leave_out(item)
        self._tail = []

    def _recognise_footer(self) -> None:
        """Short lines at the end are notes, and a nearly empty last row is a total."""
        width = self._width
        for item in self._tail:
            short = item.fields <= max(1, width // 2)
            self._leave_out(LeftOut(item.line, "footer", item.fields, item.text) if short else item)
        if _is_total(self._last.fields):
            self._leave_out(_left_out(self._last, "footer"))
            self._rows -= 1
            self._drop_last_row()

    def _drop_last_row(self) -> None:
        if self._piece:
            self._piece.pop()
        else:
            self._pieces[-1] = [column.slice(0, len(column) - 1) for column in self._pieces[-1]]

    def _refuse_too_many_ragged(self, header: Row) -> None:
        count = self._counts["ragged"]
        if count <= MAX_RAGGED_SHARE * (self._rows + count):
            return
        ragged = [item for item in self._left_out if item.reason == "ragged"]
        widths = {item.fields for item in ragged}
        if not self._rows and len(widths) == 1:
            # The rows agree with each other: it is the header that is another line, or too short.
            raise DataError(
                "header_does_not_fit",
                line=header.line,
                expected=len(header.fields),
                found=ragged[0].fields,
            )
        lines = ", ".join(str(item.line) for item in ragged[:5])
        raise DataError(
            "ragged_rows",
            count=count,
            lines=lines + (", …" if count > 5 else ""),
            expected=self._width,
            found=ragged[0].fields,
        )
