"""Rank entries by BM25 over their phrasings.

Okapi BM25 (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009), over passages:
an entry is worth as much as its best phrasing. The score is told as a share of what the question
itself would score as a phrasing, so that one threshold holds for short and long questions.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.retrieval.tokens import MINE, is_mark

# Standard values; passages are short, so their length says a little.
SATURATION, LENGTH = 1.2, 0.4
# What a word is worth that was read as another, one letter away.
MISSPELT = 0.8
SHORTEST_MISSPELT = 5
# A word of an entry's text, next to one of its phrasings.
TEXT = 0.6
# What all other phrasings of an entry add, for it speaks of the matter in many words.
REST = 0.15
# A word that no entry knows tells as much as the rarest that one does.


@dataclass(frozen=True)
class Hit:
    """An entry that shares words with a question.

    Attributes:
        relevance: its BM25, 1 where the question is one of its phrasings.
        coverage: the share of what the question says that the entry speaks of at all; marks,
            which any question may carry, left out.
    """

    key: str
    relevance: float
    coverage: float


class Index:
    """Passages by the key of their entry.

    Args:
        passages: how each entry is asked for, as lists of stems; of equals the first wins.
        texts: what each entry says, which names much that it is not about.
        joined: words that are also written as one, with the stems of their parts.
    """

    def __init__(
        self,
        passages: Mapping[str, Iterable[Sequence[str]]],
        texts: Mapping[str, Sequence[str]] | None = None,
        joined: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self._passages = [
            (key, Counter(stems), 1.0)
            for key, lists in passages.items()
            for stems in lists
            if stems
        ]
        self._passages += [(key, Counter(stems), TEXT) for key, stems in (texts or {}).items()]
        self._place = {key: place for place, key in enumerate(passages)}
        self._joined = dict(joined or {})
        lengths = [counts.total() for _key, counts, _worth in self._passages]
        self._mean_length = sum(lengths) / max(1, len(lengths))
        self._found: defaultdict[str, list[int]] = defaultdict(list)
        self._owners: defaultdict[str, set[str]] = defaultdict(set)
        for place, (key, counts, _worth) in enumerate(self._passages):
            for one in counts:
                self._found[one].append(place)
                self._owners[one].add(key)
        count = len(passages)
        self._weight = {one: _weight(count, len(keys)) for one, keys in self._owners.items()}
        self._unknown = _weight(count, 1)
        self._by_length: defaultdict[int, list[str]] = defaultdict(list)
        for one in self._weight:
            self._by_length[len(one)].append(one)

    def rank(self, stems: Sequence[str]) -> list[Hit]:
        """Every entry that shares a word with the question, best first."""
        asked = self._read(stems)
        most = sum(weight * self._weight.get(one, self._unknown) for one, weight in asked.items())
        most *= self._gain(1, len(asked))
        said = {one: self._weight.get(one, self._unknown) for one in asked if not is_mark(one)}
        whole = sum(said.values())
        scores: defaultdict[str, list[float]] = defaultdict(list)
        for place in {place for one in asked for place in self._found.get(one, ())}:
            key, counts, worth = self._passages[place]
            scores[key].append(
                worth
                * sum(
                    weight * self._weight[one] * self._gain(counts[one], counts.total())
                    for one, weight in asked.items()
                    if one in counts
                )
            )
        hits = []
        for key, found in scores.items():
            best, *others = sorted(found, reverse=True)
            extra = REST * max(others, default=0.0)
            shared = sum(weight for one, weight in said.items() if key in self._owners.get(one, ()))
            covered = shared / whole if whole else float(MINE in asked)
            hits.append(Hit(key, (best + extra) / most, covered))
        return sorted(hits, key=lambda hit: (-round(hit.relevance, 2), self._place[hit.key]))

    def _gain(self, times: int, length: int) -> float:
        norm = 1 - LENGTH + LENGTH * length / self._mean_length
        return times * (SATURATION + 1) / (times + SATURATION * norm)

    # --- Reading ------------------------------------------------------------------
    def _read(self, stems: Sequence[str]) -> dict[str, float]:
        """The question's stems with their weights, misspelt ones as what they stand for."""
        asked: dict[str, float] = {}
        for one in stems:
            for known, weight in self._known(one):
                asked[known] = max(weight, asked.get(known, 0.0))
        return asked

    def _known(self, one: str) -> list[tuple[str, float]]:
        if one in self._weight:
            return [(one, 1.0)]
        if one in self._joined:
            return [(part, 1.0) for part in self._joined[one]]
        for elided in (1, 2):
            # “lauc” for “l'auc”; “quun” for “qu'un”.
            if one[:elided] in _ELISIONS and one[elided:] in self._weight:
                return [(one[elided:], 1.0)]
        if len(one) < SHORTEST_MISSPELT:
            return [(one, 1.0)]
        near = [
            other
            for length in (len(one) - 1, len(one), len(one) + 1)
            for other in self._by_length.get(length, ())
            # Few miss the first letter of a word.
            if other[0] == one[0] and is_one_edit_apart(one, other)
        ]
        # Of several, the one with the same beginning, and then the rarest, was meant.
        near.sort(key=lambda other: (other[:2] != one[:2], -self._weight[other]))
        return [(near[0], MISSPELT)] if near else [(one, 1.0)]


_ELISIONS = frozenset({"l", "d", "j", "c", "s", "m", "n", "t", "qu"})


def _weight(count: int, containing: int) -> float:
    """The inverse document frequency of BM25, never below 0."""
    return math.log(1 + (count - containing + 0.5) / (containing + 0.5))


def is_one_edit_apart(one: str, other: str) -> bool:
    """Whether one letter too many, too few, wrong, or two swapped make the difference."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    left, right = one[start:], other[start:]
    if len(left) == len(right):
        swapped = len(left) > 1 and left[:2] == right[1::-1] and left[2:] == right[2:]
        return left[1:] == right[1:] or swapped
    return left[1:] == right or left == right[1:]
