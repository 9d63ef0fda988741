"""Count what a workbook's parts would fill in memory, while their bytes go by."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from string import ascii_uppercase
from typing import Any
from xml.parsers import expat

from engine.reading.table_format import MAX_FIELD_CHARACTERS, MAX_UNPACKED_BYTES, DataError

# The reader keeps a place for every cell of the rectangle that the filled ones span.
MAX_CELLS = 10_000_000
MAX_STRINGS = 5_000_000
COLUMN = re.compile(r"[A-Za-z]{1,3}")
DIGITS = "0123456789"
FAULT_CHARACTERS = 16


@dataclass
class WorkbookFacts:
    """What was counted in a workbook.

    Attributes:
        lengths: characters of each text that cells point to, by its number.
        faults: by part (a worksheet), how often each error value (`#DIV/0!`) stands in it.
    """

    lengths: list[int] = field(default_factory=list)
    faults: dict[str, Counter[str]] = field(default_factory=dict)


class PartCheck:
    """Sees to it that a part is well-formed XML that declares nothing of its own.

    Raises:
        DataError: from `feed` and `close`, when it is not well formed or declares entities.
    """

    def __init__(self) -> None:
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._refuse

    def feed(self, chunk: bytes) -> None:
        self._parse(chunk, last=False)

    def close(self) -> None:
        self._parse(b"", last=True)

    def _parse(self, chunk: bytes, *, last: bool) -> None:
        try:
            self._parser.Parse(chunk, last)
        except (expat.ExpatError, ValueError) as error:
            raise DataError("broken_workbook") from error

    def _refuse(self, *declared: Any) -> None:
        raise DataError("broken_workbook")


class StringCounter(PartCheck):
    """Lengths of the texts that cells share."""

    def __init__(self, facts: WorkbookFacts) -> None:
        super().__init__()
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._lengths = facts.lengths

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "si":
            if len(self._lengths) >= MAX_STRINGS:
                raise _too_many_cells()
            self._lengths.append(0)
            self._parser.CharacterDataHandler = self._text

    def _end(self, name: str) -> None:
        if name.rpartition(":")[2] == "si":
            self._parser.CharacterDataHandler = None

    def _text(self, text: str) -> None:
        self._lengths[-1] += len(text)


class TableCounter(PartCheck):
    """Filled cells of a worksheet: the rectangle that they span, and their texts' length.

    It hears of every cell, up to ten million: that is why it is written for speed.
    """

    def __init__(self, facts: WorkbookFacts, part: str) -> None:
        super().__init__()
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._lengths = facts.lengths
        self._faults = facts.faults.setdefault(part, Counter())
        self._row = self._column = 0
        self._kind = ""
        self._text: list[str] | None = None
        self._places: dict[str, int] = {}
        self._top = self._left = 2**31
        self._bottom = self._right = 0
        self._characters = 0

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2] if ":" in name else name
        if name == "c":
            self._kind = attributes.get("t", "")
            if reference := attributes.get("r"):
                letters = reference.rstrip(DIGITS)
                self._column = self._places.get(letters) or self._place(letters)
                self._row = int(reference[len(letters) :])
            else:
                self._column += 1
        elif name in {"v", "is"}:
            row, column = self._row, self._column
            if not (self._top <= row <= self._bottom and self._left <= column <= self._right):
                self._grow()
            if self._kind in {"s", "e"}:
                self._text = []
                self._parser.CharacterDataHandler = self._text.append
        elif name == "row":
            self._row = int(attributes.get("r") or self._row + 1)
            self._column = 0

    def _end(self, name: str) -> None:
        if self._text is None:
            return
        self._parser.CharacterDataHandler = None
        text, self._text = "".join(self._text).strip(), None
        if self._kind == "e":
            self._faults[text[:FAULT_CHARACTERS].lower()] += 1
        elif text.isdecimal() and int(text) < len(self._lengths):
            self._count(self._lengths[int(text)])

    def _count(self, length: int) -> None:
        self._characters += length
        if self._characters > MAX_UNPACKED_BYTES:
            raise DataError("unpacks_without_end", megabytes=MAX_UNPACKED_BYTES // 2**20)
        if length > MAX_FIELD_CHARACTERS:
            raise DataError("long_value", line=self._row, limit=MAX_FIELD_CHARACTERS)

    def _place(self, letters: str) -> int:
        """Number of a column from its letters, from 1."""
        if not COLUMN.fullmatch(letters):
            raise DataError("broken_workbook")
        column = 0
        for letter in letters.upper():
            column = column * len(ascii_uppercase) + ascii_uppercase.index(letter) + 1
        self._places[letters] = column
        return column

    def _grow(self) -> None:
        """A filled cell is outside: the rectangle grows to hold it.

        Raises:
            DataError: too far.
        """
        self._top, self._bottom = min(self._top, self._row), max(self._bottom, self._row)
        self._left, self._right = min(self._left, self._column), max(self._right, self._column)
        if (self._bottom - self._top + 1) * (self._right - self._left + 1) > MAX_CELLS:
            raise _too_many_cells()


def _too_many_cells() -> DataError:
    return DataError("too_many_cells", limit=MAX_CELLS)
