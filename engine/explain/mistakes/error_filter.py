"""Filter a stored table of errors. Imports no scientific library."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any, Literal

from engine.spec.schema import ColumnType

ErrorKind = Literal["all", "false_positive", "false_negative"]
Order = Literal["confidence", "cost", "row"]

SHOWN_VALUES = 20


@dataclass(frozen=True)
class ColumnChoice:
    """Filter choices of one column.

    Attributes:
        by: "value" for categories, "range" for numbers and dates, "text" for texts.
        values: the most frequent, with how many errors have them.
        more: how many other values there are.
        low, high: the smallest and the largest; dates are ISO 8601.
        missing: errors without a value.
    """

    name: str
    type: str
    by: Literal["value", "range", "text"]
    missing: int
    values: tuple[tuple[str, int], ...] = ()
    more: int = 0
    low: float | str | None = None
    high: float | str | None = None

    def to_dict(self) -> dict[str, Any]:
        values = [{"value": value, "count": count} for value, count in self.values]
        return asdict(self) | {"values": values}


def select_errors(
    table: dict[str, Any],
    *,
    kind: ErrorKind = "all",
    column: str | None = None,
    value: str | None = None,
    low: float | str | None = None,
    high: float | str | None = None,
    missing: bool = False,
    contains: str | None = None,
    order: Order = "confidence",
) -> list[dict[str, Any]]:
    """The rows of an `ErrorTable.to_dict()` that fit, in an order.

    Args:
        column: whose values the rest speaks of; without it, that is ignored.
        value: a category, as `column_choices` words it.
        low, high: ends of a range, both included; of a date, ISO 8601, in which a day
            includes its hours.
        missing: only rows without a value.
        contains: what a text has somewhere, in capitals or not.
        order: the surest first, the dearest first (surest among equals), or the file's.

    Raises:
        KeyError: the table has no such column.
    """
    rows = [row for row in table["rows"] if kind in ("all", row["kind"])]
    if column is not None:
        place = _place(table, column)
        rows = [row for row in rows if _fits(row["values"][place], value, low, high, missing)]
        if contains is not None:
            rows = [row for row in rows if _contains(row["values"][place], contains)]
    if order == "row":
        return sorted(rows, key=lambda row: row["row"])
    rows.sort(key=lambda row: -row["confidence"])
    if order == "cost":
        rows.sort(key=lambda row: -(row["cost"] or 0.0))
    return rows


def column_choices(table: dict[str, Any]) -> list[ColumnChoice]:
    """Filter choices for the rows of an `ErrorTable.to_dict()`, column by column."""
    return [
        _choice(column, [row["values"][place] for row in table["rows"]])
        for place, column in enumerate(table["columns"])
    ]


def _place(table: dict[str, Any], name: str) -> int:
    places = {column["name"]: place for place, column in enumerate(table["columns"])}
    return places[name]


def _fits(
    cell: Any,
    value: str | None,
    low: float | str | None,
    high: float | str | None,
    missing: bool,
) -> bool:
    if missing:
        return cell is None
    if value is not None and (cell is None or _label(cell) != value):
        return False
    if low is None and high is None:
        return True
    return cell is not None and _is_between(cell, low, high)


def _contains(cell: Any, part: str) -> bool:
    return isinstance(cell, str) and part.casefold() in cell.casefold()


def _is_between(cell: Any, low: float | str | None, high: float | str | None) -> bool:
    """A bound of another kind than the cell's fits nothing."""
    if any(isinstance(end, str) != isinstance(cell, str) for end in (low, high) if end is not None):
        return False
    # ISO dates order as text; the end "2025-03-01" includes that day's hours.
    until = cell[: len(high)] if isinstance(high, str) else cell
    return (low is None or cell >= low) and (high is None or until <= high)


def _label(cell: Any) -> str:
    """A number used as a category, without its ".0"."""
    return f"{cell:.15g}" if isinstance(cell, float) else str(cell)


def _choice(column: dict[str, Any], cells: list[Any]) -> ColumnChoice:
    present = [cell for cell in cells if cell is not None]
    name, kind, missing = column["name"], column["type"], len(cells) - len(present)
    if kind in (ColumnType.NUMERIC, ColumnType.DATETIME):
        low, high = (min(present), max(present)) if present else (None, None)
        return ColumnChoice(name, kind, "range", missing, low=low, high=high)
    if kind == ColumnType.TEXT:
        return ColumnChoice(name, kind, "text", missing)
    counts = Counter(map(_label, present))
    # Identifiers hardly repeat: a value that stands once is no choice.
    least = 2 if kind == ColumnType.ID else 1
    offered = sorted(
        ((value, count) for value, count in counts.items() if count >= least),
        key=lambda pair: (-pair[1], pair[0]),
    )[:SHOWN_VALUES]
    return ColumnChoice(
        name, kind, "value", missing, tuple(offered), more=len(counts) - len(offered)
    )
