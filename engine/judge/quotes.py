"""Which numbers of a result a text quotes, in French or English. Reads no word.

Whoever writes "0,99 contre 0,79" has looked at both scores, whatever else is written: that is
an act, and it can be checked against the record. What they make of it is for a reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# A number of an experiment, “#3”, is none of its result.
_NUMBER = re.compile(
    r"(?<![#\w.,])(?P<sign>[-−–](?=[\d.,]))?"
    r"(?P<whole>\d{1,3}(?:[\u00a0\u202f ]\d{3})+(?!\d)|\d*)(?:[.,](?P<part>\d+))?"
    r"(?P<percent>[\u00a0\u202f ]?%)?"
)
_PAIR = re.compile(
    r"(?<![\d.,#])(\d+)\s*(?:/|[^\W\d_]+(?:\s[^\W\d_]+){0,2})\s*(\d+)(?![\d]|[.,]\d)"
)
# A rounder number agrees with too much: 0.8 is many scores.
FEWEST_DIGITS = 2
SMALLEST_COUNT = 10
_TINY = 1e-9


@dataclass(frozen=True)
class Number:
    """A number as it was typed.

    Attributes:
        digits: after the decimal sign.
        has_sign: it was typed with a minus.
    """

    value: float
    digits: int
    is_percent: bool = False
    has_sign: bool = False

    def is_score(self, value: float) -> bool:
        """Whether it is this score or difference, rounded; a sign may be left out."""
        shown = 100 * value if self.is_percent else value
        if not self.is_percent and self.digits < FEWEST_DIGITS:
            return False
        if not self.has_sign:
            shown = abs(shown)
        return abs(self.value - shown) <= 0.5 * 10**-self.digits + _TINY

    def is_count(self, count: int) -> bool:
        """Whether it is this number of rows; small ones could be anything."""
        return not (self.digits or self.is_percent) and SMALLEST_COUNT <= self.value == count


def numbers_in(text: str) -> list[Number]:
    """The numbers of a text, with a decimal point or comma."""
    found = []
    for match in _NUMBER.finditer(text):
        whole, part = re.sub(r"\D", "", match["whole"]), match["part"] or ""
        if not (whole or part):
            continue
        size = float(f"{whole or 0}.{part or 0}")
        sign = -1 if match["sign"] else 1
        found.append(Number(sign * size, len(part), bool(match["percent"]), sign < 0))
    return found


def quoted_scores(text: str, scores: Mapping[str, float]) -> set[str]:
    """Names of those scores that a text quotes to two digits or more, or in percent."""
    numbers = numbers_in(text)
    return {name for name, value in scores.items() if any(one.is_score(value) for one in numbers)}


def quotes_only(text: str, score: float, others: Iterable[float]) -> bool:
    """Whether a number of a text is this score, and cannot be one of the others."""
    known = list(others)
    return any(
        one.is_score(score) and not any(one.is_score(other) for other in known)
        for one in numbers_in(text)
    )


def quotes_count(text: str, counts: Iterable[int]) -> bool:
    """Whether a text quotes one of these numbers of rows."""
    numbers = numbers_in(text)
    return any(one.is_count(count) for count in counts for one in numbers)


def counts_part_of(text: str, rows: int) -> bool:
    """Whether a text counts rows within others, as in “61 of 133” or “61/133”.

    Args:
        rows: that there are at most.
    """
    pairs = ((int(part), int(whole)) for part, whole in _PAIR.findall(text))
    return any(part <= whole and SMALLEST_COUNT <= whole <= rows for part, whole in pairs)
