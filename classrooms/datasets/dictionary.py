"""A data dictionary as people paste it: what each column is called, and what it means."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

# Tried in this order; the one that leaves a column's name in front is the right one.
SEPARATORS = ("\t", ";", " : ", ":", "=", " – ", " — ", " - ", ",")
LABEL_WORDS = frozenset({"label", "libellé", "libelle", "display name", "nom affiché", "titre"})
MEANING_WORDS = frozenset(
    {"meaning", "description", "definition", "définition", "signification", "sens", "explanation"}
)
NAME_WORDS = frozenset(
    {"name", "column", "variable", "field", "feature", "nom", "colonne", "champ", "attribute"}
)
BULLET = re.compile(r"^\s*[-*•]\s+")
RULE = re.compile(r"[\s|:+=-]+")
SHOWN_CHARACTERS = 80
MOST_PARTS_OF_A_NAME = 4


@dataclass
class Dictionary:
    """What was understood of a pasted text.

    Attributes:
        labels: by column, its name for people; columns without one are left out.
        meanings: by column, what it means.
        unknown: beginnings of the lines that begin with no column's name.
    """

    labels: dict[str, str] = field(default_factory=dict)
    meanings: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)

    @property
    def found(self) -> int:
        """How many columns something is said of."""
        return len(self.labels.keys() | self.meanings.keys())


def read_dictionary(text: str, names: Iterable[str]) -> Dictionary:
    """Read lines of "name: meaning" or "name; label; meaning", or a table with or without a header.

    A name is found by its letters where its case and outer spaces differ.
    """
    known = {_key(name): name for name in names}
    found = Dictionary()
    places: tuple[int | None, int | None] | None = None
    for line in filter(str.strip, text.splitlines()):
        if RULE.fullmatch(line):
            continue
        cells = _cells(line, known)
        if cells is None:
            header = _header(line)
            if header is None:
                found.unknown.append(line.strip()[:SHOWN_CHARACTERS])
            else:
                places = header
            continue
        label, meaning = _label_and_meaning(cells, places)
        name = known[_key(cells[0])]
        if label:
            found.labels[name] = label
        if meaning:
            found.meanings[name] = meaning
    return found


def _key(text: str) -> str:
    return text.strip().strip("`\"'*").strip().casefold()


def _split(line: str, separator: str) -> list[str]:
    parts = line.split(separator)
    return [part.strip().strip('"').strip() for part in parts]


def _table_cells(line: str) -> list[str] | None:
    """The cells of a line of a Markdown table."""
    if "|" not in line:
        return None
    return _split(line.strip().removeprefix("|").removesuffix("|"), "|")


def _cells(line: str, known: dict[str, str]) -> list[str] | None:
    """Name, and what is said of it; None where no column's name is in front."""
    if (cells := _table_cells(line)) and _key(cells[0]) in known:
        return cells
    plain = BULLET.sub("", line)
    for separator in SEPARATORS:
        parts = plain.split(separator)
        # A name may have the separator in it.
        for place in range(1, min(len(parts), MOST_PARTS_OF_A_NAME) + 1):
            front, rest = separator.join(parts[:place]), separator.join(parts[place:])
            if _key(front) in known and rest.strip():
                # Sentences have commas and colons: only cells of a table are parted further.
                return [front, *(_split(rest, separator) if separator in "\t;" else [rest.strip()])]
    return None


def _header(line: str) -> tuple[int | None, int | None] | None:
    """Places of label and meaning, where the line is a table's header."""
    rows = [_split(line, separator) for separator in ("\t", ";", ",")]
    for cells in filter(None, (_table_cells(line), *rows)):
        words = [_key(cell) for cell in cells]
        if len(words) > 1 and words[0] in NAME_WORDS:
            return _place(words, LABEL_WORDS), _place(words, MEANING_WORDS)
    return None


def _place(words: list[str], wanted: frozenset[str]) -> int | None:
    return next((place for place, word in enumerate(words) if word in wanted), None)


def _label_and_meaning(
    cells: list[str], places: tuple[int | None, int | None] | None
) -> tuple[str, str]:
    if places and any(places):
        label, meaning = (cells[place] if place and place < len(cells) else "" for place in places)
        return label, meaning
    rest = cells[1:]
    return ("", rest[0]) if len(rest) == 1 else (rest[0], "; ".join(filter(None, rest[1:])))
