"""Conditions on the rows of a table, from which subgroups are made."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from engine.explain.cells import plain
from engine.explain.reasons.words import words_of
from engine.spec.schema import Column, ColumnType

# Two conditions among so many are 125,000 candidates.
MAX_CONDITIONS = 500
# Of a text: so many words, of which none stands in nearly every text.
MAX_WORDS, COMMON_WORD = 100, 0.5
QUARTILES = (0.25, 0.5, 0.75)


@dataclass(frozen=True)
class Condition:
    """A condition on one of a row's original values.

    Attributes:
        value: of "is", as it stands in the table; of "contains", the word, in lower case.
        low, high: of "between", both included, None where open; a date's are ISO 8601.
    """

    column: str
    kind: Literal["is", "between", "missing", "contains"]
    value: str | float | None = None
    low: float | str | None = None
    high: float | str | None = None


@dataclass(frozen=True, eq=False)
class Conditions:
    """Single conditions, with which rows fulfil each: shape (n_conditions, n_rows)."""

    conditions: list[Condition]
    rows: np.ndarray
    left_out: int = 0


def is_ordered(column: Column) -> bool:
    is_number = column.numeric and column.type == ColumnType.NUMERIC
    return is_number or column.type == ColumnType.DATETIME


def numbers_of(column: Column, values: pd.Series) -> np.ndarray:
    """Numbers, or moments as seconds, NaN where missing, shape (n_rows,)."""
    if column.numeric:
        return values.to_numpy(dtype="float64")
    moments = pd.to_datetime(values.astype(object), format="ISO8601", errors="coerce", utc=True)
    seconds: np.ndarray = moments.to_numpy("datetime64[s]").astype("float64")
    return np.where(moments.notna(), seconds, np.nan)


def quartile_codes(numbers: np.ndarray) -> tuple[np.ndarray, int]:
    """In which quarter of the rows a number lies; fewer where many numbers are equal.

    Returns:
        Codes from 0, -1 where missing, shape (n_rows,); and how many quarters there are.
    """
    present = ~np.isnan(numbers)
    codes = np.full(len(numbers), -1)
    if not present.any():
        return codes, 0
    edges = np.quantile(numbers[present], QUARTILES, method="inverted_cdf")
    cut = np.searchsorted(np.unique(edges), numbers[present], side="left")
    kinds, codes[present] = np.unique(cut, return_inverse=True)
    return codes, len(kinds)


def single_conditions(
    table: pd.DataFrame, columns: list[Column], numbers: dict[str, np.ndarray]
) -> Iterator[tuple[Condition, np.ndarray]]:
    for column in columns:
        name, values = column.name, table[column.name]
        if name in numbers:
            codes, quarters = quartile_codes(numbers[name])
            for first, last in itertools.combinations_with_replacement(range(quarters), 2):
                if last <= first + 1 and last - first + 1 < quarters:
                    rows = (codes >= first) & (codes <= last)
                    yield between(name, values, numbers[name], rows), rows
        elif column.type == ColumnType.TEXT:
            yield from _word_conditions(name, values)
        else:
            codes, categories = pd.factorize(values)
            for code, category in enumerate(categories):
                yield Condition(name, "is", plain(category)), codes == code
        yield Condition(name, "missing"), values.isna().to_numpy()


def _word_conditions(name: str, texts: pd.Series) -> Iterator[tuple[Condition, np.ndarray]]:
    """The most frequent words that not nearly every text has."""
    stands = [set(words_of(text)) for text in texts]
    counts = Counter(word for words in stands for word in words)
    usual = COMMON_WORD * len(texts)
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    frequent = [word for word, count in ranked if count <= usual]
    for word in frequent[:MAX_WORDS]:
        rows = np.fromiter((word in words for words in stands), dtype=bool, count=len(stands))
        yield Condition(name, "contains", word), rows


def between(name: str, values: pd.Series, numbers: np.ndarray, rows: np.ndarray) -> Condition:
    """A range whose bounds are values of the table; the outermost ranges are open."""
    places = np.flatnonzero(rows)
    first, last = places[np.argmin(numbers[places])], places[np.argmax(numbers[places])]
    low = None if numbers[first] == np.nanmin(numbers) else plain(values.iloc[first])
    high = None if numbers[last] == np.nanmax(numbers) else plain(values.iloc[last])
    return Condition(name, "between", low=low, high=high)


def distinct_conditions(
    candidates: Iterable[tuple[Condition, np.ndarray]], smallest: int, rows: int
) -> Conditions:
    """Large enough, with a rest large enough, and each set of rows once."""
    found: dict[bytes, tuple[Condition, np.ndarray]] = {}
    for condition, mask in candidates:
        if smallest <= np.count_nonzero(mask) <= rows - smallest:
            found.setdefault(np.packbits(mask).tobytes(), (condition, mask))
    masks = np.array([mask for _condition, mask in found.values()], dtype=bool)
    return Conditions([one for one, _mask in found.values()], masks.reshape(len(found), rows))


def most_promising(every: Conditions, wrong: np.ndarray) -> Conditions:
    if len(every.conditions) <= MAX_CONDITIONS:
        return every
    surprise = surprise_of(every.rows.sum(axis=1), every.rows[:, wrong].sum(axis=1), wrong)
    best = np.sort(np.argsort(-surprise, kind="stable")[:MAX_CONDITIONS])
    left_out = len(every.conditions) - MAX_CONDITIONS
    return Conditions([every.conditions[n] for n in best], every.rows[best], left_out)


def surprise_of(size: np.ndarray, errors: np.ndarray, wrong: np.ndarray) -> np.ndarray:
    """A quick approximation: standard deviations above the mean of the distribution."""
    rows, rate = len(wrong), wrong.mean()
    spread = np.sqrt(size * rate * (1 - rate) * (rows - size) / max(rows - 1, 1))
    found: np.ndarray = (errors - size * rate) / np.maximum(spread, 1e-12)
    return found
