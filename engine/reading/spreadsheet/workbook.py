"""The table on a worksheet, read as a text file would be; numbers stay numbers."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from engine.reading.columns.values import LARGEST_EXACT_INTEGER
from engine.reading.files.delimited import MAX_FOOTER_LINES, Row, table_of
from engine.reading.files.detection import SAMPLE_LINES, header_of, number_separators
from engine.reading.files.header import column_names, header_kind
from engine.reading.files.source import Progress, Source
from engine.reading.spreadsheet.archive import copy_tables
from engine.reading.spreadsheet.parts import part_of_sheet
from engine.reading.table import RawTable
from engine.reading.table_format import (
    MAX_HEADER_LINE,
    MAX_SHEET_NAME,
    MAX_SHEETS,
    MISSING,
    DataError,
    TableFormat,
)

# As a number's cell is written here; 007 in a text's cell is a name.
NUMBER = r"^-?(0|[1-9]\d{0,15})(\.\d+)?(e[+-]?\d+)?$"

Cells = list[Any]


def read_workbook(source: Source, table_format: TableFormat | None, progress: Progress) -> RawTable:
    """Read one sheet of a workbook.

    A number stays one, whatever its cell looks like on the screen (25 % is 0.25); dates
    become ISO 8601, booleans text, durations seconds, and error values are missing.

    Args:
        table_format: which sheet, and where its header is; detected when None. A header
            line of 0 is detected, too: that of a sheet that nobody has looked at.

    Raises:
        DataError: damaged, locked, too large, no such sheet, or no table on it.
    """
    # By its path the library reads a part at a time, and not the whole into memory.
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as copy:
        facts = copy_tables(source.path, copy)
        copy.flush()
        with _opened(copy.name) as workbook:
            names = _sheet_names(workbook)
            known = table_format or TableFormat(header_line=0)
            known = known.model_copy(update={"container": "workbook", "sheets": names})
            if known.sheet:
                sheet = _sheet(workbook, known.sheet, names)
            else:
                sheet = _first_with_a_table(workbook, names)
                known = known.model_copy(update={"sheet": sheet.name})
            try:
                table = _read(sheet, known, progress, detects=table_format is None)
            except DataError as error:
                # Another sheet, or another row as the header, may be what is needed.
                error.context["read_as"] = known.model_dump(mode="json")
                raise
        faults = facts.faults.get(part_of_sheet(copy, sheet.name), Counter())
    words = Counter(table.missing_words)
    # The library gives an error value as an empty cell.
    words.subtract({"": min(words[""], faults.total())})
    words += faults
    return replace(table, missing_words=dict(words))


@contextmanager
def _opened(copy: str) -> Iterator[CalamineWorkbook]:
    try:
        yield CalamineWorkbook.from_path(copy)
    except CalamineError as error:
        raise DataError("broken_workbook") from error


def _sheet_names(workbook: CalamineWorkbook) -> tuple[str, ...]:
    """Worksheets that are shown; where all are hidden, all of them."""
    tables = [
        sheet
        for sheet in workbook.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet and 0 < len(sheet.name) <= MAX_SHEET_NAME
    ]
    shown = [sheet for sheet in tables if sheet.visible == SheetVisibleEnum.Visible]
    if not tables:
        raise DataError("broken_workbook")
    return tuple(sheet.name for sheet in (shown or tables)[:MAX_SHEETS])


def _sheet(workbook: CalamineWorkbook, name: str, names: tuple[str, ...]) -> CalamineSheet:
    if name not in names:
        raise DataError("no_such_sheet", name=name)
    return workbook.get_sheet_by_name(name)


def _first_with_a_table(workbook: CalamineWorkbook, names: tuple[str, ...]) -> CalamineSheet:
    """The first sheet on which two rows have two values or more; the first if none has."""
    sheets = (workbook.get_sheet_by_name(name) for name in names)
    for sheet in sheets:
        full = (row for row in islice(sheet.iter_rows(), SAMPLE_LINES) if _filled(row) > 1)
        if len(list(islice(full, 2))) > 1:
            return sheet
    return workbook.get_sheet_by_name(names[0])


def _filled(row: Cells) -> int:
    return len(row) - row.count("")


def _read(
    sheet: CalamineSheet, known: TableFormat, progress: Progress, *, detects: bool
) -> RawTable:
    if sheet.start is None:
        raise DataError("empty_sheet", name=sheet.name)
    sample = [
        (line, _trimmed([_text(cell) for cell in row]))
        for line, row in enumerate(islice(sheet.iter_rows(), SAMPLE_LINES), start=1)
        if _filled(row)
    ]
    if not known.header_line and sample[0][0] > MAX_HEADER_LINE:
        raise DataError("deep_table", line=sample[0][0], limit=MAX_HEADER_LINE)
    is_new = not known.header_line
    if is_new:
        known = known.model_copy(update={"header_line": sample[header_of(sample)][0]})
    if detects:
        decimal, thousands = number_separators(_texts_only(sheet, known.header_line))
        known = known.model_copy(update={"decimal": decimal, "thousands": thousands})
    reader = _SheetRows(sheet, known.header_line, progress)
    if is_new:
        kind = header_kind(reader.first_rows(), frozenset(MISSING))
        known = known.model_copy(update={"header": kind})
    reader.header_is_row = known.header == "none"
    table = table_of(reader.rows(), known)
    names = column_names(reader.header, known.header).names
    numbers = {names[place] for place in reader.numbers}
    columns = {
        name: _typed(name, values, is_number=name in numbers)
        for name, values in table.columns.items()
    }
    return replace(table, columns=columns)


def _trimmed(fields: list[str]) -> list[str]:
    filled = (place for place in range(len(fields), 0, -1) if fields[place - 1])
    return fields[: next(filled, 0)]


def _texts_only(sheet: CalamineSheet, header_line: int) -> list[list[str]]:
    """The first rows below the header, without what is a number already."""
    return [
        [cell if isinstance(cell, str) else "" for cell in row]
        for row in islice(sheet.iter_rows(), header_line, header_line + SAMPLE_LINES)
    ]


class _SheetRows:
    """A sheet's rows as texts, within the columns that the table fills.

    Attributes:
        numbers: places of the columns in which a cell holds a number.
        header: the header's texts, once it was read.
        header_is_row: the header line names no columns.
    """

    def __init__(self, sheet: CalamineSheet, header_line: int, progress: Progress) -> None:
        self._sheet = sheet
        self._header_line = header_line
        self._progress = progress
        self._first, self._end = self._extent()
        self.numbers: set[int] = set()
        self.header: list[str] = []
        self.header_is_row = False

    def _extent(self) -> tuple[int, int]:
        """First and last but one of the columns that are filled from the header on."""
        first, end = self._sheet.width, 0
        for row in islice(self._sheet.iter_rows(), self._header_line - 1, None):
            if row[end:].count("") < len(row) - end:
                end = max(place for place, cell in enumerate(row) if cell != "") + 1
            if row[:first].count("") < first:
                first = min(place for place, cell in enumerate(row) if cell != "")
        return (first, end) if first < end else (0, self._sheet.width)

    def first_rows(self) -> list[list[str]]:
        """The header, or what stands in its place, and the first rows below it."""
        above = self._header_line - 1
        rows = islice(self._sheet.iter_rows(), above, above + SAMPLE_LINES)
        cut = (cells[self._first : self._end] for cells in rows)
        return [[_text(cell) for cell in cells] for cells in cut if _filled(cells)]

    def rows(self) -> Iterator[Row]:
        """Rows as in a text file, without empty ones: notes at the end are short lines."""
        held: list[Row] = []
        is_narrow = self._end - self._first < 3
        for row in self._all_rows():
            if row.line > self._header_line and sum(map(bool, row.fields)) < 2 and not is_narrow:
                held.append(row)
                continue
            yield from held
            held.clear()
            yield row
        for row in held:
            short = [field for field in row.fields if field]
            yield row._replace(fields=short) if len(held) <= MAX_FOOTER_LINES else row

    def _all_rows(self) -> Iterator[Row]:
        height = self._sheet.total_height
        for line, cells in enumerate(self._sheet.iter_rows(), start=1):
            if not _filled(cells):
                continue
            if line < self._header_line:
                texts = [_text(cell) for cell in cells if cell != ""]
            else:
                texts = [_text(cell) for cell in cells[self._first : self._end]]
                if line == self._header_line:
                    self.header = texts
                if line > self._header_line or self.header_is_row:
                    self._note_numbers(cells)
            if line % 1_000 == 0:
                self._progress(line / height)
            yield Row(line, texts, [])

    def _note_numbers(self, cells: Cells) -> None:
        for place, cell in enumerate(cells[self._first : self._end]):
            if type(cell) is float or type(cell) is timedelta:
                self.numbers.add(place)


def _text(cell: Any) -> str:
    """A cell in the one way in which a text file would have it; a number to its last digit."""
    match cell:
        case str():
            return cell
        case bool():
            return "true" if cell else "false"
        case float() | int():
            whole = float(cell).is_integer() and abs(cell) <= LARGEST_EXACT_INTEGER
            return str(int(cell)) if whole else repr(cell)
        case datetime() | date() | time():
            return cell.isoformat()
        case timedelta():
            return repr(cell.total_seconds())
        case _:
            return str(cell)


def _typed(name: str, texts: pa.ChunkedArray, *, is_number: bool) -> pa.ChunkedArray:
    """Numbers where every cell is one.

    Raises:
        DataError: a text with a NUL, which PostgreSQL does not store.
    """
    if pc.any(pc.match_substring(texts, "\0")).as_py():
        raise DataError("nul_in_column", name=name)
    present = texts.drop_null()
    if is_number and pc.all(pc.match_substring_regex(present, NUMBER), min_count=0).as_py():
        return pc.cast(texts, pa.float64())
    return texts
