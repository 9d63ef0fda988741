"""The fast way to read delimited text: for files in which there is nothing to be strict about.

Without a quotation mark, a row is a line, and a line is its fields: pyarrow splits them as the
standard library does. Whatever else is found, `read_unquoted` gives up and the strict reader
decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from engine.reading.files.source import Progress, Source
from engine.reading.table import MissingWords
from engine.reading.table_format import MAX_FIELD_CHARACTERS, TableFormat

BLOCK = 2**24
LONE_RETURN = re.compile(rb"\r(?!\n)")


@dataclass(frozen=True)
class Body:
    """Everything below the header.

    Attributes:
        columns: texts, missing ones null.
        last: the fields of the last row.
    """

    columns: list[pa.ChunkedArray]
    missing: MissingWords
    last: list[str]


def read_unquoted(
    source: Source, table_format: TableFormat, names: tuple[str, ...], progress: Progress
) -> Body | None:
    """The rows below the header as columns, or None where that needs the strict reader.

    Args:
        names: of the columns; every row has a field for each.
    """
    if table_format.encoding != "utf-8" or table_format.delimiter == " ":
        return None
    with source.open(progress) as file:
        content = file.read()
    if b"\0" in content or LONE_RETURN.search(content):
        return None
    if table_format.quotes and b'"' in content:
        return None
    table = _split(content, table_format, len(names))
    if table is None or not table.num_rows or _has_blank_rows(table):
        return None
    longest = max(pc.max(pc.binary_length(column)).as_py() for column in table.columns)
    if longest > MAX_FIELD_CHARACTERS:
        return None
    missing = MissingWords(table_format)
    last = [column[-1].as_py() for column in table.columns]
    columns = [
        pa.chunked_array([missing.remove(piece, name) for piece in column.chunks], pa.string())
        for name, column in zip(names, table.columns, strict=True)
    ]
    return Body(columns, missing, last)


def _split(content: bytes, table_format: TableFormat, width: int) -> pa.Table | None:
    names = [str(place) for place in range(width)]
    above = table_format.header_line - (table_format.header == "none")
    try:
        return csv.read_csv(
            pa.BufferReader(content),
            csv.ReadOptions(
                use_threads=False, block_size=BLOCK, column_names=names, skip_rows=above
            ),
            csv.ParseOptions(
                delimiter=table_format.delimiter, quote_char=False, ignore_empty_lines=True
            ),
            csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None


def _has_blank_rows(table: pa.Table) -> bool:
    """Whether some row has nothing but spaces."""
    blank = None
    for column in table.columns:
        empty = pc.equal(pc.binary_length(pc.utf8_trim_whitespace(column)), 0)
        blank = empty if blank is None else pc.and_(blank, empty)
        if not pc.any(blank, min_count=0).as_py():
            return False
    return True
