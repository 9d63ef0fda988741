"""Detect a file's format from its first bytes: a guess, which is shown and can be corrected."""

from __future__ import annotations

import csv
import re
from collections import Counter
from itertools import islice

from engine.reading.columns.numbers import PARTS, number_pattern
from engine.reading.files.delimited import SEPARATOR_LINE, csv_reader
from engine.reading.files.header import header_kind, names_more
from engine.reading.files.source import Source
from engine.reading.table_format import (
    MAX_HEADER_LINE,
    MISSING,
    Decimal,
    Delimiter,
    TableFormat,
    Thousands,
)

DELIMITERS: tuple[Delimiter, ...] = (",", ";", "\t", "|")
SAMPLE_LINES = 2_000
# So many rows show how numbers are written; each column is looked at as a whole later.
NUMBER_ROWS = 500
# Words have spaces between them, too, but not the same number on every line.
CONSTANT_WIDTH = 0.95
COLUMNS_BETWEEN_SPACES = 3
# In order of preference where they explain as many columns.
NUMBER_STYLES: tuple[tuple[Decimal, Thousands], ...] = (
    (".", ""),
    (",", ""),
    (".", ","),
    (",", "."),
    (".", " "),
    (",", " "),
    (".", "'"),
    (",", "'"),
)
# What is a number but for a few words is a column of numbers.
NEARLY_ALL = 0.8
GROUP_OR_DECIMALS = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
SMALL_WHOLE = re.compile(r"\d{1,3}")


def detect_format(source: Source) -> TableFormat:
    """Detect the format of a file from its bytes and its first lines.

    Raises:
        DataError: the bytes are no text.
    """
    if source.is_parquet:
        return TableFormat(container="parquet", compressed=source.compressed)
    encoding = source.encoding()
    lines = list(islice(source.text(encoding), SAMPLE_LINES))
    said = SEPARATOR_LINE.fullmatch(lines[0].strip('\r\n"')) if lines else None
    delimiter = next((each for each in DELIMITERS if said and said[1] == each), None)
    delimiter = delimiter or _delimiter(lines)
    rows = [(line, fields) for line, fields in _rows(lines, delimiter) if line > 1 or not said]
    header = header_of(rows)
    kind = (
        header_kind([fields for _, fields in rows[header:]], frozenset(MISSING)) if rows else None
    )
    decimal, thousands = number_separators(
        [fields for _, fields in rows[header + 1 :][:NUMBER_ROWS]], delimiter
    )
    return TableFormat(
        compressed=source.compressed,
        encoding=encoding,
        delimiter=delimiter,
        header_line=rows[header][0] if rows else 1,
        header=kind or "names",
        decimal=decimal,
        thousands=thousands,
    )


def _rows(lines: list[str], delimiter: str) -> list[tuple[int, list[str]]]:
    """First line and fields of the rows that are not blank; what is broken ends the sample."""
    reader = csv_reader(lines, delimiter, quotes=True, strict=False)
    rows, line = [], 1
    try:
        for fields in reader:
            if any(field.strip() for field in fields):
                rows.append((line, fields))
            line = reader.line_num + 1
    except csv.Error:
        pass
    # The last row may have been cut by the end of the sample.
    return rows[:-1] if len(lines) == SAMPLE_LINES and len(rows) > 1 else rows


def _delimiter(lines: list[str]) -> Delimiter:
    """The one under which most rows have the same number of fields, more than one."""

    def plausibility(delimiter: str) -> tuple[float, int, int]:
        rows = [fields for _, fields in _rows(lines, delimiter)]
        width, count = _usual_width(rows)
        # A quotation mark that is left inside a field was meant to hold another
        # delimiter together.
        torn = sum(field.count('"') for fields in rows[:100] for field in fields)
        return (count / len(rows) if width > 1 else 0.0), -torn, width

    best = max(DELIMITERS, key=plausibility)
    if plausibility(best)[0] < CONSTANT_WIDTH:
        # R names all columns but that of the row names.
        below = [fields for _, fields in _rows(lines, " ")][1:]
        width, count = _usual_width(below)
        if count >= CONSTANT_WIDTH * len(below) and width >= COLUMNS_BETWEEN_SPACES:
            return " "
    return best


def _usual_width(rows: list[list[str]]) -> tuple[int, int]:
    """The most common number of fields, and how many rows have it."""
    widths = Counter(len(fields) for fields in rows)
    return max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))


def header_of(rows: list[tuple[int, list[str]]]) -> int:
    """Index of the header: the first row that is about as full as the others.

    What stands above (a title, a date of export) fills a field or two of many.
    """
    fields_of = [fields for _, fields in rows]
    width, _ = _usual_width(fields_of)
    full = [fields for fields in fields_of if len(fields) == width]
    # Columns that are mostly empty have no name, either, in many a file.
    filled_in = ([bool(text.strip()) for text in column] for column in zip(*full, strict=True))
    needed = sum(2 * sum(filled) > len(filled) for filled in filled_in)
    for index, (line, fields) in enumerate(rows):
        if line > MAX_HEADER_LINE:
            break
        filled = sum(bool(field.strip()) for field in fields)
        if filled > needed / 2 or (len(fields) == width and filled >= needed / 2):
            below = fields_of[index + 1 :]
            titles = filled < needed and below and names_more(below[0], fields, below[1:])
            return index + 1 if titles else index
    return 0


def number_separators(rows: list[list[str]], delimiter: str = ",") -> tuple[Decimal, Thousands]:
    """The separators under which the most columns are numbers, throughout or nearly."""
    width, _ = _usual_width(rows)
    columns = zip(*(fields for fields in rows if len(fields) == width), strict=True)
    texts = [_digits(column) for column in columns]
    proposed = _groups_or_decimals(texts, delimiter)

    def plausibility(style: tuple[Decimal, Thousands]) -> tuple[float, bool]:
        pattern = re.compile(number_pattern(*style))
        shares = [
            sum(map(bool, map(pattern.match, column))) / len(column) for column in texts if column
        ]
        numeric = sum(share for share in shares if share >= NEARLY_ALL)
        return numeric, style == proposed

    return max(NUMBER_STYLES, key=plausibility)


def _digits(column: tuple[str, ...]) -> list[str]:
    """Digits and separators of a column's values, without signs and units; words as they are."""
    filled = (text.strip().replace("\u00a0", " ").replace("\u202f", " ") for text in column)
    found = [(text, PARTS.match(text.replace("\u2019", "'"))) for text in filled if text]
    return [parts["digits"] if parts else text for text, parts in found]


def _groups_or_decimals(
    columns: list[list[str]], delimiter: str
) -> tuple[Decimal, Thousands] | None:
    """How 1,234 or 1.234 is read where every value leaves it open.

    Beside whole numbers below 1,000 they are thousands. Else, semicolons between values are of
    a country in which the comma is the decimal sign.
    """
    for sign, groups, decimals in ((",", (".", ","), (",", "")), (".", (",", "."), (".", ""))):
        signed = [column for column in columns if any(sign in text for text in column)]
        texts = [text for column in signed for text in column if sign in text]
        if texts and all(map(GROUP_OR_DECIMALS.fullmatch, texts)):
            grouped = (sign == ",") != (delimiter == ";") or any(
                SMALL_WHOLE.fullmatch(text) for column in signed for text in column
            )
            return groups if grouped else decimals  # type: ignore[return-value]
    return None
