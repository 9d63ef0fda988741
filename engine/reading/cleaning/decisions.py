"""What a person decides about the values of a column. Imports no scientific library: pages
store and undo decisions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict


class Kind(StrEnum):
    """What is asked of a column's values."""

    # One value, but for spaces, capitals and how Unicode writes a letter; or for accents, too.
    SPELLINGS = "spellings"
    ACCENTS = "accents"
    # Yes and no in several words.
    SYNONYMS = "synonyms"
    # A number, or a word, that may stand for "no value".
    NUMBER = "number"
    WORD = "word"


# In this order decisions are applied: a later one sees what an earlier one made.
ORDER = tuple(Kind)
MERGES = frozenset({Kind.SPELLINGS, Kind.ACCENTS, Kind.SYNONYMS})


class Decision(BaseModel):
    """Values of a column that are read as another one, or as missing.

    Attributes:
        becomes: by the text in the file, what it is read as; None for missing. A word for "no
            value" is that word in any case, with any spaces around it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    kind: Kind
    column: str
    becomes: dict[str, str | None]


class Question(BaseModel):
    """What is asked about some values of a column, with the evidence.

    Attributes:
        groups: of a merge, each value that is kept with its spellings, most frequent first; of
            values that may mean "missing", one group that keeps "".
        evidence: JSON-able values that the sentence quotes: of a number its `rule`, and the
            `least` and `most` of the others; of all, `rows` that have a value.
    """

    model_config = ConfigDict(frozen=True)

    kind: Kind
    column: str
    groups: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
    evidence: dict[str, Any] = {}

    @property
    def key(self) -> str:
        """What a page calls it: columns and values may hold any character."""
        about = [self.kind.value, self.column]
        if self.kind not in MERGES:
            texts = [text for _kept, spellings in self.groups for text, _count in spellings]
            about += sorted({text.strip().lower() for text in texts})
        return hashlib.sha256(repr(about).encode()).hexdigest()[:12]

    @property
    def decision(self) -> Decision:
        """What one click decides."""
        merges = self.kind in MERGES
        becomes = {
            text: kept if merges else None
            for kept, spellings in self.groups
            for text, _count in spellings
            if not merges or text != kept
        }
        return Decision(key=self.key, kind=self.kind, column=self.column, becomes=becomes)


def in_order(decisions: Iterable[Decision]) -> list[Decision]:
    """Decisions as they are applied, whenever each was made."""
    return sorted(decisions, key=lambda one: (ORDER.index(one.kind), one.column, one.key))
