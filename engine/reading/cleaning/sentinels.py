"""Values that may stand for "no value" in one column. They are asked about, never guessed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from engine.reading.cleaning.decisions import Kind, Question

# Numbers that people write where they have none: SPSS, Stata and survey code books do.
REPEATED = tuple(float(digit * length) for digit in ("9", "8") for length in range(2, 8))
SENTINELS = frozenset({*REPEATED, *(-one for one in REPEATED), 9.0, -1.0, -2.0, -8.0, -9.0})
# Fewer rows say nothing about what is usual, and fewer other values are codes.
FEWEST_ROWS, FEWEST_OTHERS = 50, 5
FEWEST_EQUAL = 3
MOST_QUESTIONS = 3
# In any writing, with units, signs and separators: nines, eights, zeros, a 1 or a 2.
LOOKS_LIKE_ONE = r"^\D*(?:(?:9\D*)+|(?:8\D*)+|[12]|(?:0\D*)+)(?:[.,]0+)?\D*$"
# Of the others' range: so far away is outside.
FAR = 0.5
# A spike: so many times as frequent as its neighbour, and so many usual steps away.
SPIKE, STEPS = 3, 4
# Zero is far from the others where even the least of them is so large a part of their median.
SHARE_OF_MEDIAN = 0.1

WORDS = frozenset(
    {
        "unknown", "unk", "not known", "not available", "not applicable", "not provided",
        "not specified", "unspecified", "undefined", "no answer", "no data", "missing",
        "dont know", "don't know", "blank", "(blank)", "empty", "(empty)", "tbd", "n.a.", "n.a",
        "inconnu", "inconnue", "inconnus", "non renseigne", "non renseigné", "non renseignée",
        "non precise", "non précisé", "non communique", "non communiqué", "non connu",
        "non disponible", "non applicable", "sans reponse", "sans réponse", "ne sait pas", "nsp",
        "manquant", "manquante", "vide", "(vide)", "a renseigner", "à renseigner", "indefini",
        "indéfini", "indéterminé", "n.c.", "n.c", "nc", "n/c", "n.r.", "nr", "n/r", "n.d.", "n/d",
        "nd", "-", "--", "---", ".", "..", "_", "/", "*", "xx", "xxx",
    }
)  # fmt: skip


def word_question(column: str, counted: pa.StructArray) -> Iterator[Question]:
    """Ask about words for "no value" among the categories of a column.

    Args:
        counted: its `values` with their `counts`, none missing.
    """
    texts = counted.field("values")
    plain = pc.utf8_lower(pc.utf8_trim_whitespace(texts))
    is_word = pc.is_in(plain, value_set=pa.array(sorted(WORDS)))
    counts = {item["values"]: item["counts"] for item in counted.filter(is_word).to_pylist()}
    rows = pc.sum(counted.field("counts")).as_py()
    # Where all say so there is no column to save.
    if counts and sum(counts.values()) < rows:
        yield missing_question(Kind.WORD, column, counts, {"rows": rows})


def missing_question(
    kind: Kind, column: str, counts: dict[str, int], evidence: dict[str, object]
) -> Question:
    ordered = tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
    return Question(kind=kind, column=column, groups=(("", ordered),), evidence=evidence)


@dataclass(frozen=True)
class Numbers:
    """The different numbers of a column, in order, and how often each stands."""

    values: np.ndarray
    counts: np.ndarray

    def without(self, place: int) -> Numbers:
        keep = np.arange(len(self.values)) != place
        return Numbers(self.values[keep], self.counts[keep])


def may_have_sentinel(texts: pa.ChunkedArray) -> bool:
    """Whether a number that may be asked about is among these, however it is written."""
    return bool(pc.any(pc.match_substring_regex(texts, LOOKS_LIKE_ONE), min_count=0).as_py())


def number_questions(
    column: str, texts: Sequence[str], numbers: np.ndarray, counts: np.ndarray
) -> Iterator[Question]:
    """Ask about numbers that stand apart as one that means "no value" does.

    Three rules, each with its evidence. "far": a usual sentinel at an end, further from the next
    value than half the range of the others. "spike": a usual sentinel at an end, at least three
    times as frequent as the next value and at least four usual steps away; or the only negative
    number, more frequent than the next ("negative"). "zero": the others are all positive, and the
    least of them is far from zero: in steps, and as a part of their median (a glucose of 0, a
    blood pressure of 0).

    Args:
        texts: the different ones of the column.
        numbers: what each says, shape (n_texts,); NaN where it is infinite.
        counts: how many rows have it, shape (n_texts,).
    """
    finite = ~np.isnan(numbers)
    rows = int(counts[finite].sum())
    if rows < FEWEST_ROWS:
        return
    values, place_of = np.unique(numbers[finite], return_inverse=True)
    left = Numbers(values, np.bincount(place_of, weights=counts[finite]))
    asked = 0
    # One that is taken away may uncover another: 99 beside 999.
    while asked < MOST_QUESTIONS and (found := _sentinel(left)):
        place, rule = found
        value, others = left.values[place], left.without(place)
        places = np.flatnonzero(numbers == value).tolist()
        written = {texts[n]: int(counts[n]) for n in places}
        ends = {"least": float(others.values[0]), "most": float(others.values[-1])}
        yield missing_question(Kind.NUMBER, column, written, {"rule": rule, "rows": rows} | ends)
        asked, left = asked + 1, others


def _sentinel(numbers: Numbers) -> tuple[int, str] | None:
    """The place of a number that stands apart, and the rule that says so."""
    if len(numbers.values) <= FEWEST_OTHERS:
        return None
    for place in (len(numbers.values) - 1, 0):
        if numbers.values[place] in SENTINELS and (rule := _stands_apart(numbers, place)):
            return place, rule
    return (0, "zero") if numbers.values[0] == 0 and _zero_is_far(numbers) else None


def _stands_apart(numbers: Numbers, place: int) -> str:
    others = numbers.without(place)
    value, count = numbers.values[place], numbers.counts[place]
    nearest = others.values[0] if place == 0 else others.values[-1]
    gap, extent = abs(value - nearest), others.values[-1] - others.values[0]
    if value < 0 and others.values[0] >= 0:
        alone = count >= FEWEST_EQUAL and count > others.counts[0]
        return "negative" if alone or gap > FAR * extent else ""
    if gap > FAR * extent:
        return "far"
    neighbour = others.counts[0] if place == 0 else others.counts[-1]
    often = count >= max(FEWEST_EQUAL, SPIKE * neighbour)
    return "spike" if often and gap >= STEPS * _step(others) else ""


def _zero_is_far(numbers: Numbers) -> bool:
    others = numbers.without(0)
    least, count = float(others.values[0]), int(numbers.counts[0])
    if count < 2 or len(others.values) < 2 * FEWEST_OTHERS:
        return False
    median = _weighted_median(others)
    return least >= max(STEPS * _step(others), SHARE_OF_MEDIAN * median)


def _step(numbers: Numbers) -> float:
    """The usual distance between two neighbouring values."""
    return float(np.median(np.diff(numbers.values)))


def _weighted_median(numbers: Numbers) -> float:
    below = np.cumsum(numbers.counts)
    return float(numbers.values[int(np.searchsorted(below, math.ceil(below[-1] / 2)))])
