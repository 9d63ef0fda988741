"""What was cleaned in a table, as data. Imports no scientific library: pages word it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Cleaned(StrEnum):
    """What a step of the recipe did."""

    LINES = "lines"  # of the file that are no rows
    WORDS = "words"  # in every column, read as missing
    MERGED = "merged"  # spellings of a value
    MISSING = "missing"  # values of one column, read as missing
    INFINITE = "infinite"  # numbers, read as missing
    COLUMNS = "columns"  # left out
    NO_TARGET = "no_target"  # rows left out: the target is missing
    DUPLICATES = "duplicates"  # rows left out: they repeat another one
    CONFLICTS = "conflicts"  # rows left out: an equal one has the other class
    REST = "rest"  # classes that became one


@dataclass(frozen=True)
class Step:
    """One line of a recipe. JSON-able with `dataclasses.asdict`.

    Attributes:
        columns: that it is about.
        count: rows or cells that it changed.
        values: texts of the file with how often each stood.
        becomes: what they are now; "" where they are missing.
    """

    code: Cleaned
    columns: tuple[str, ...] = ()
    count: int = 0
    values: tuple[tuple[str, int], ...] = ()
    becomes: str = ""
