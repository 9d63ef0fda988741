"""The first lines of a file as they are split, for who has to see why it cannot be read."""

from __future__ import annotations

import csv
from itertools import islice
from pathlib import Path
from typing import Any

from engine.reading.files.delimited import csv_reader
from engine.reading.files.detection import detect_format
from engine.reading.files.encodings import shown_words
from engine.reading.files.source import Source
from engine.reading.table_format import TableFormat

LINES, FIELDS, CHARACTERS = 12, 12, 60


def first_lines(path: Path, table_format: TableFormat | None) -> dict[str, Any]:
    """The first lines of delimited text, split but not judged.

    Args:
        table_format: how it was read; detected when None.

    Returns:
        JSON-able: the format, the rows ("line", "fields", how many there are in all), and words
        beyond ASCII as every encoding of one byte gives them.

    Raises:
        DataError: the file is no text.
    """
    source = Source(path)
    found = table_format or detect_format(source)
    told: dict[str, Any] = {"format": found.model_dump(mode="json"), "rows": [], "words": {}}
    if source.is_parquet:
        return told
    told["words"] = words_of(source)
    reader = csv_reader(
        source.text(found.encoding), found.delimiter, quotes=found.quotes, strict=False
    )
    line = 1
    try:
        for fields in islice(reader, LINES):
            shown = [" ".join(field[: 2 * CHARACTERS].split())[:CHARACTERS] for field in fields]
            told["rows"].append({"line": line, "fields": shown[:FIELDS], "count": len(fields)})
            line = reader.line_num + 1
    except csv.Error:
        pass  # what was split until then is shown
    return told


def words_of(source: Source) -> dict[str, list[str]]:
    """Words that look otherwise in another encoding; none where the text is Unicode."""
    if source.is_parquet or source.encoding().startswith("utf"):
        return {}
    return shown_words(source.words_beyond_ascii())
