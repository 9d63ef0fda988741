"""CSV for people's spreadsheets: in their language, and no cell is mistaken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from django.utils.formats import get_format

Cell = str | int | float | None
# With one of these a spreadsheet begins a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv_table(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Rows as CSV as a spreadsheet of the active language opens them: where its decimal sign is
    a comma, values are separated by semicolons. With the mark by which it knows UTF-8.

    What programs read does not go this way: the data that notebooks load, and the records of
    an archive, are the same in every language.
    """
    decimal: str = get_format("DECIMAL_SEPARATOR")
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";" if decimal == "," else ",", lineterminator="\r\n")
    writer.writerows([_written(cell, decimal) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _written(cell: Cell, decimal: str) -> Cell:
    return repr(cell).replace(".", decimal) if isinstance(cell, float) else neutral(cell)


def neutral(cell: Cell) -> Cell:
    """A text that no spreadsheet takes for a formula."""
    if isinstance(cell, str) and cell.lstrip(" ").startswith(FORMULA):
        return f"'{cell}"
    return cell
