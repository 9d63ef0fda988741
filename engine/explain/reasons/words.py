"""Effects of single words on predictions: remove each word, and predict again.

The same for every model and every unit: words, pairs of words, runs of characters or
components of them. What remains is a text that nobody wrote, as with every column that
is changed alone; and where two words say the same, taking out either changes little.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from engine.explain.features import CHUNK, FeatureModel

WORD = re.compile(r"\w\w+")
# Of one text: no more words than a page can show.
MAX_WORDS_OF_TEXT = 120
# Over many texts: the most frequent words, on so many texts each.
MAX_WORDS, TEXTS_PER_WORD, MIN_TEXTS = 150, 20, 5
SHOWN_WORDS = 16
# A slow model is asked about fewer words.
MICROSECONDS = 500_000


@dataclass(frozen=True)
class WordEffect:
    """A word of some texts.

    Attributes:
        texts: how many have it, of those that were looked at.
        effect: mean of the probability with the word minus that without it, over some of
            them; positive where the word raises it.
    """

    word: str
    texts: int
    effect: float

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def words_of(text: Any) -> list[str]:
    """The distinct words of a text in lower case, in their order; none of a missing one."""
    return list(dict.fromkeys(WORD.findall(text.lower()))) if isinstance(text, str) else []


def without(text: str, word: str) -> str:
    """The text with every occurrence of a word removed."""
    return re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", "", text, flags=re.IGNORECASE)


def effects_in_row(model: FeatureModel, row: pd.DataFrame, feature: str) -> list[WordEffect]:
    """Effect of each word of one row's text, largest first.

    Args:
        row: one row of a table of features.
    """
    text = row[feature].iloc[0]
    words = words_of(text)[:MAX_WORDS_OF_TEXT]
    if not words or not model.reads_columns:
        return []
    probability = _probability(
        model, row, feature, [0] * len(words), [without(text, word) for word in words]
    )
    before = model.positive(model.encode(row))[0]
    found = [
        WordEffect(word, 1, float(before - after))
        for word, after in zip(words, probability, strict=True)
    ]
    return sorted(found, key=lambda one: -abs(one.effect))


def effects_over_rows(
    model: FeatureModel, table: pd.DataFrame, feature: str, *, seed: int
) -> list[WordEffect]:
    """Effect of frequent words on the rows that contain them, largest first.

    Args:
        table: features, shape (n_rows, n_features).
    """
    if not model.reads_columns:
        return []
    texts = table[feature]
    stands = [set(words_of(text)) for text in texts]
    counts = Counter(word for words in stands for word in words)
    affordable = int(MICROSECONDS / (TEXTS_PER_WORD * model.microseconds_per_row()))
    most = max(SHOWN_WORDS, min(MAX_WORDS, affordable))
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    chosen = [word for word, count in ranked[:most] if count >= MIN_TEXTS]
    if not chosen:
        return []
    asked = _texts_with(chosen, stands, np.random.default_rng(seed))
    places = np.concatenate(asked)
    changed = [
        without(texts.iloc[place], word)
        for word, of_word in zip(chosen, asked, strict=True)
        for place in of_word
    ]
    before = model.positive(model.encode(table))[places]
    moved = before - _probability(model, table, feature, places, changed)
    ends = np.cumsum([len(of_word) for of_word in asked])[:-1]
    found = [
        WordEffect(word, counts[word], float(part.mean()))
        for word, part in zip(chosen, np.split(moved, ends), strict=True)
    ]
    return sorted(found, key=lambda one: -abs(one.effect))


def _texts_with(
    chosen: list[str], stands: list[set[str]], rng: np.random.Generator
) -> list[np.ndarray]:
    """For each word the places of some texts that have it."""
    found = []
    for word in chosen:
        places = np.flatnonzero([word in words for words in stands])
        if len(places) > TEXTS_PER_WORD:
            places = np.sort(rng.choice(places, TEXTS_PER_WORD, replace=False))
        found.append(places)
    return found


def _probability(
    model: FeatureModel, table: pd.DataFrame, feature: str, places: Any, texts: list[str]
) -> np.ndarray:
    """Of these rows with these texts, shape (n_texts,)."""
    size = max(1, CHUNK // max(1, len(model.labels)))
    parts = []
    for first in range(0, len(texts), size):
        asked = table.iloc[places[first : first + size]].copy()
        asked[feature] = pd.Series(texts[first : first + size], index=asked.index, dtype=object)
        parts.append(model.positive(model.encode(asked)))
    return np.concatenate(parts)
