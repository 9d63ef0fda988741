"""The names of columns: whether a file has them, and what columns without one are called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc

from engine.reading import table_format as bounds
from engine.reading.columns.numbers import PARTS
from engine.reading.table_format import DataError, HeaderKind

# Line breaks among them: a form gives them back otherwise than it got them.
SPACES_OF_A_NAME = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
# What pandas calls columns that have no name.
NAMELESS = re.compile(r"Unnamed: \d+|__index_level_\d+__")

ROW_NAME = "row_name"
DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ].*)?")
NEARLY_ALL = 0.95
# A header of numbers is one of years, or of places.
WHOLE = re.compile(r"\d{1,4}")


@dataclass(frozen=True)
class Note:
    """What was done about the names of columns: said to the facilitator.

    Attributes:
        code: "no_header", "row_numbers" (left out), "row_names", "empty_columns" (left out),
            "unnamed_columns" or "repeated_names".
        names: of the columns that it is about, as they are called now.
    """

    code: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Names:
    """A name for every column, and the places, from 0, of those that have none in the file."""

    names: tuple[str, ...]
    unnamed: frozenset[int] = frozenset()
    repeated: tuple[str, ...] = ()


def column_names(header: Sequence[str], kind: HeaderKind = "names") -> Names:
    """Names from a header, each on one line and each once.

    Args:
        header: the fields of the header; of the first row where there is none.

    Raises:
        DataError: fewer than two columns or too many, or a name that is too long.
    """
    fields = {"first_unnamed": ["", *header], "last_unnamed": [*header, ""]}.get(kind, header)
    if kind == "none":
        fields = [f"column_{place}" for place, _field in enumerate(fields, start=1)]
    if len(fields) < 2:
        raise DataError("one_column")
    if len(fields) > bounds.MAX_COLUMNS:
        raise DataError("too_many_columns", columns=len(fields), limit=bounds.MAX_COLUMNS)
    found = [SPACES_OF_A_NAME.sub(" ", field).strip() for field in fields]
    found = ["" if NAMELESS.fullmatch(name) else name for name in found]
    for place, name in enumerate(found, start=1):
        if len(name) > bounds.MAX_NAME_CHARACTERS:
            raise DataError("long_column_name", place=place, limit=bounds.MAX_NAME_CHARACTERS)
    names: list[str] = []
    repeated: list[str] = []
    known = set(found)
    for place, name in enumerate(found, start=1):
        wanted = name or f"column_{place}"
        if name in names or (not name and wanted in known):
            wanted = _free(wanted, known)
            if name:
                repeated.append(wanted)
        names.append(wanted)
        known.add(wanted)
    unnamed = frozenset(place for place, name in enumerate(found) if not name)
    return Names(tuple(names), unnamed, tuple(repeated))


def _free(name: str, known: set[str]) -> str:
    number = 2
    while f"{name}_{number}" in known:
        number += 1
    return f"{name}_{number}"


def without_nameless(
    columns: dict[str, pa.ChunkedArray], header: Names, *, keep_row_numbers: bool
) -> tuple[dict[str, pa.ChunkedArray], tuple[Note, ...]]:
    """The columns without those that have neither name nor value, and without row numbers; with
    what was done.

    Raises:
        DataError: one column is left.
    """
    notes = [Note("repeated_names", header.repeated)] if header.repeated else []
    kept: dict[str, pa.ChunkedArray] = {}
    empty: list[str] = []
    named: list[str] = []
    for place, (name, values) in enumerate(columns.items()):
        if place not in header.unnamed:
            kept[name] = values
        elif values.null_count == len(values):
            empty.append(name)
        elif place == 0 and not keep_row_numbers and _are_row_numbers(values):
            notes.append(Note("row_numbers"))
        elif place == 0 and ROW_NAME not in columns and _all_differ(values):
            kept[ROW_NAME] = values
            notes.append(Note("row_names", (ROW_NAME,)))
        else:
            kept[name] = values
            named.append(name)
    if empty:
        notes.append(Note("empty_columns", tuple(empty)))
    if named:
        notes.append(Note("unnamed_columns", tuple(named)))
    if len(kept) < 2:
        raise DataError("one_column")
    return kept, tuple(notes)


def left_out_names(notes: tuple[Note, ...]) -> tuple[str, ...]:
    """The columns without name and value."""
    return next((note.names for note in notes if note.code == "empty_columns"), ())


def _all_differ(values: pa.ChunkedArray) -> bool:
    return not values.null_count and pc.count_distinct(values).as_py() == len(values)


def _are_row_numbers(values: pa.ChunkedArray) -> bool:
    """Whole numbers without a gap in value, each larger than the one before."""
    if values.null_count or len(values) < 2:
        return False
    try:
        numbers = pc.cast(values.combine_chunks(), pa.int64())
    except pa.ArrowInvalid:
        return False
    return bool(pc.all(pc.greater(numbers[1:], numbers[:-1])).as_py())


# --- Recognised ---------------------------------------------------------------------------
def names_more(second: list[str], first: list[str], body: list[list[str]]) -> bool:
    """Whether the second row is the header, and the first one a title over some of its columns.

    It fills what the first one leaves empty, and is as little a row as that one is.
    """
    if not len(first) == len(second) == sum(bool(cell.strip()) for cell in second):
        return False
    columns = zip(*(row for row in body if len(row) == len(second)), strict=True)
    typed = [
        cell
        for cell, values in zip(second, columns, strict=False)
        if sum(_is_typed(text.strip()) for text in values) >= NEARLY_ALL * len(values)
    ]
    return bool(typed) and not any(map(_is_typed, typed))


def header_kind(rows: list[list[str]], missing: frozenset[str]) -> HeaderKind:
    """Whether the first row names the columns, and which of them, by how it differs from the rest.

    Args:
        rows: the header, or what stands in its place, and the rows below it.
        missing: texts in lower case that mean "no value".
    """
    first, body = rows[0], rows[1:]
    width = len(first)
    longer = [row for row in body if len(row) == width + 1]
    if body and len(longer) >= NEARLY_ALL * len(body):
        if not any(row[-1].strip() for row in longer):
            return "last_unnamed"
        names = [row[0].strip() for row in longer]
        return "first_unnamed" if len(set(names)) == len(names) > 1 else "names"
    body = [row for row in body if len(row) == width]
    if len(body) < 2:
        return "names"
    columns = [
        [text for text in map(str.strip, column) if text.lower() not in missing]
        for column in zip(*body, strict=True)
    ]
    return (
        "none"
        if _is_like_the_others([each.strip() for each in first], columns, missing)
        else ("names")
    )


def _is_like_the_others(
    first: list[str], columns: list[list[str]], missing: frozenset[str]
) -> bool:
    """Whether the first row is a row: numbers stand above numbers, categories above their like."""
    numbers: list[tuple[str, list[str]]] = []
    recurring = strangers = 0
    for cell, values in zip(first, columns, strict=True):
        if not values:
            continue
        if sum(map(_is_typed, values)) >= NEARLY_ALL * len(values):
            if cell.lower() in missing:
                continue
            if not _is_typed(cell):
                return False
            numbers.append((cell, values))
        elif 2 * len(set(values)) <= len(values):
            recurring += cell in values
            strangers += cell not in values and cell.lower() not in missing
    if len(set(first)) == len(first) and _repeats(first, columns):
        return False
    if numbers and not _are_headings(numbers):
        return recurring > 0 or not strangers
    return recurring > strangers


def _is_typed(text: str) -> bool:
    """A number, with a unit or not, or a date."""
    return bool(PARTS.fullmatch(text) or DATE.fullmatch(text))


def _repeats(first: list[str], columns: list[list[str]]) -> bool:
    """Whether the whole row stands below again, as headers do in files that were joined."""
    return all(cell in values for cell, values in zip(first, columns, strict=True)) and any(
        row == tuple(first) for row in zip(*columns, strict=False)
    )


def _are_headings(numbers: list[tuple[str, list[str]]]) -> bool:
    """Whether the numbers above columns are years or places: 2019, 2020 or 0, 1, 2."""
    cells = [cell for cell, _values in numbers]
    if not all(map(WHOLE.fullmatch, cells)):
        return False
    whole = list(map(int, cells))
    steps = {after - before for before, after in pairwise(whole)}
    if len(whole) > 1:
        return steps == {1}
    return 1900 <= whole[0] <= 2100 and cells[0] not in numbers[0][1]
