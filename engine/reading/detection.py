"""Detect a file's format from its first bytes: a guess, which is shown and can be corrected."""

from __future__ import annotations

import csv
import re
from collections import Counter
from itertools import islice

from engine.reading.source import Source
from engine.reading.table_format import (
    MAX_FIELD_CHARACTERS,
    MAX_HEADER_LINE,
    Decimal,
    Delimiter,
    TableFormat,
    Thousands,
)
from engine.reading.values import NumberStyle

DELIMITERS: tuple[Delimiter, ...] = (",", ";", "\t", "|")
SAMPLE_LINES = 2_000
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
AMBIGUOUS_GROUP = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")


def detect_format(source: Source) -> TableFormat:
    """Detect the format of a file from its bytes and its first lines.

    Raises:
        DataError: the bytes are no text.
    """
    if source.is_parquet:
        return TableFormat(container="parquet", compressed=source.compressed)
    encoding = source.encoding()
    lines = list(islice(source.text(encoding), SAMPLE_LINES))
    delimiter = _delimiter(lines)
    rows = _rows(lines, delimiter)
    header = header_of(rows)
    decimal, thousands = number_separators([fields for _, fields in rows[header + 1 :]])
    return TableFormat(
        compressed=source.compressed,
        encoding=encoding,
        delimiter=delimiter,
        header_line=rows[header][0] if rows else 1,
        decimal=decimal,
        thousands=thousands,
    )


def _rows(lines: list[str], delimiter: str) -> list[tuple[int, list[str]]]:
    """First line and fields of the rows that are not blank; what is broken ends the sample."""
    csv.field_size_limit(MAX_FIELD_CHARACTERS)
    reader = csv.reader(lines, delimiter=delimiter)
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

    return max(DELIMITERS, key=plausibility)


def _usual_width(rows: list[list[str]]) -> tuple[int, int]:
    """The most common number of fields, and how many rows have it."""
    widths = Counter(len(fields) for fields in rows)
    return max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))


def header_of(rows: list[tuple[int, list[str]]]) -> int:
    """Index of the header: the first row that is about as full as the others.

    What stands above (a title, a date of export) fills a field or two of many.
    """
    width, _ = _usual_width([fields for _, fields in rows])
    for index, (line, fields) in enumerate(rows):
        if line > MAX_HEADER_LINE:
            break
        filled = sum(bool(field.strip()) for field in fields)
        if filled > width / 2 or (len(fields) == width and filled >= width / 2):
            return index
    return 0


def number_separators(rows: list[list[str]]) -> tuple[Decimal, Thousands]:
    """The separators under which the most columns are numbers, throughout or nearly."""
    width, _ = _usual_width(rows)
    columns = list(zip(*(fields for fields in rows if len(fields) == width), strict=True))
    texts = [[text.strip() for text in column if text.strip()] for column in columns]
    # 1,234 alone may be either; everywhere three digits behind the comma are groups.
    commas = [text for column in texts for text in column if "," in text]
    groups = bool(commas) and all(AMBIGUOUS_GROUP.fullmatch(text) for text in commas)

    def plausibility(style: tuple[Decimal, Thousands]) -> tuple[float, bool]:
        pattern = re.compile(NumberStyle(*style).pattern)
        shares = [
            sum(map(bool, map(pattern.fullmatch, column))) / len(column)
            for column in texts
            if column
        ]
        numeric = sum(share for share in shares if share >= NEARLY_ALL)
        return numeric, style == (".", ",") and groups

    return max(NUMBER_STYLES, key=plausibility)
