"""Compare a model's error rates across groups of people.

Rates cannot all be equal: where base rates differ, a model that is not perfect must
differ in precision or in its error rates (Chouldechova, Big Data 2017). Which of them
ought to be equal is no question of statistics.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import comb, sqrt
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from engine.explain.mistakes.slice_conditions import quartile_codes

LEVEL = 0.95
MIN_ROWS = 30
MAX_GROUPS = 12
RATES = ("base_rate", "selection", "true_positive", "false_positive", "precision", "error")


@dataclass(frozen=True)
class Share:
    """So many of so many rows, with its Wilson 95 % interval (Wilson 1927).

    Attributes:
        rate: count / of; None, as the interval, of no row.
        is_small: of too few rows to say anything.
    """

    count: int
    of: int
    rate: float | None
    low: float | None
    high: float | None
    is_small: bool


@dataclass(frozen=True)
class Group:
    """Rows with one value of a sensitive column, or with values in one range.

    Attributes:
        kind: "value", "range" (both ends included), "missing", or "others" for the rarest
            values together.
        mean_probability: of the positive class, to be held against the base rate.
        rates: by name, of `RATES`: positives of all rows; predicted positive of all rows;
            of the positives; of the negatives; positives of those predicted positive;
            wrong predictions of all rows.
    """

    kind: Literal["value", "range", "missing", "others"]
    value: str | None
    low: float | None
    high: float | None
    size: int
    is_small: bool
    mean_probability: float
    rates: dict[str, Share]


@dataclass(frozen=True)
class Gap:
    """The largest difference of one rate between two groups.

    Attributes:
        highest, lowest: places of the two in `GroupRates.groups`.
        low, high: interval of the difference (Newcombe's hybrid score, method 10,
            Statistics in Medicine 1998). It holds for all pairs of groups at once
            (Bonferroni), since the largest of many differences is large by chance too.
        is_clear: the interval excludes 0.
    """

    highest: int
    lowest: int
    difference: float
    low: float
    high: float
    is_clear: bool


@dataclass(frozen=True)
class GroupRates:
    """Every rate of every group, largest group first or by range.

    Attributes:
        gaps: by rate, of groups that are not too small; none where fewer than two are left.
        smallest: fewest rows to say anything of.
    """

    groups: tuple[Group, ...]
    gaps: dict[str, Gap]
    smallest: int

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def rates_by_group(
    groups: pd.Series,
    y: np.ndarray,
    prediction: np.ndarray,
    probability: np.ndarray,
    *,
    smallest: int = MIN_ROWS,
) -> GroupRates:
    """The model's rates for each group of a sensitive column.

    Args:
        groups: the column's values, shape (n_rows,); numbers are cut into quartiles, and
            of more than twelve categories the rarest are taken together.
        y: true classes, shape (n_rows,), 0 or 1; `prediction` is what the model said, and
            `probability` its probability of the positive class.
        smallest: fewest rows of a group, and of a rate's denominator, to say anything of.
    """
    found = []
    for kind, value, low, high, rows in _parts(groups):
        size = int(rows.sum())
        rates = _rates(np.asarray(y)[rows] == 1, np.asarray(prediction)[rows] == 1, smallest)
        mean = float(np.mean(probability[rows]))
        found.append(Group(kind, value, low, high, size, size < smallest, mean, rates))
    gaps = {name: gap for name in RATES if (gap := _largest_gap(found, name)) is not None}
    return GroupRates(tuple(found), gaps, smallest)


_Part = tuple[
    Literal["value", "range", "missing", "others"], str | None, float | None, float | None, Any
]


def _parts(groups: pd.Series) -> list[_Part]:
    """The rows of each group; no group is empty."""
    missing = groups.isna().to_numpy()
    parts: list[_Part] = []
    if pd.api.types.is_numeric_dtype(groups):
        numbers = groups.to_numpy(dtype="float64")
        codes, quarters = quartile_codes(numbers)
        for code in range(quarters):
            inside = numbers[codes == code]
            low, high = float(inside.min()), float(inside.max())
            parts.append(("range", None, low, high, codes == code))
    else:
        values = groups.to_numpy(dtype=object)
        frequent = groups.value_counts().index
        # The last place is for all the rarer ones.
        own = frequent if len(frequent) <= MAX_GROUPS else frequent[: MAX_GROUPS - 1]
        parts += [("value", str(value), None, None, values == value) for value in own]
        others = ~missing & ~groups.isin(own).to_numpy()
        if others.any():
            parts.append(("others", None, None, None, others))
    if missing.any():
        parts.append(("missing", None, None, None, missing))
    return parts


def _rates(positive: np.ndarray, said: np.ndarray, smallest: int) -> dict[str, Share]:
    counts = {
        "base_rate": (positive, np.ones_like(positive)),
        "selection": (said, np.ones_like(positive)),
        "true_positive": (said, positive),
        "false_positive": (said, ~positive),
        "precision": (positive, said),
        "error": (said != positive, np.ones_like(positive)),
    }
    return {
        name: _share(int((part & whole).sum()), int(whole.sum()), smallest)
        for name, (part, whole) in counts.items()
    }


def _share(count: int, of: int, smallest: int) -> Share:
    if not of:
        return Share(0, 0, None, None, None, is_small=True)
    low, high = _wilson(count, of, LEVEL)
    return Share(count, of, count / of, low, high, is_small=of < smallest)


def _wilson(count: int, of: int, level: float) -> tuple[float, float]:
    interval = binomtest(count, of).proportion_ci(confidence_level=level, method="wilson")
    return float(interval.low), float(interval.high)


def _largest_gap(groups: list[Group], name: str) -> Gap | None:
    """Difference between the groups with the highest and the lowest known rate."""
    told = [
        (group.rates[name].count / group.rates[name].of, place)
        for place, group in enumerate(groups)
        if not group.rates[name].is_small
    ]
    if len(told) < 2:
        return None
    top, highest = max(told, key=lambda pair: pair[0])
    bottom, lowest = min(told, key=lambda pair: pair[0])
    if highest == lowest:
        lowest = next(place for _rate, place in told if place != highest)
    level = 1 - (1 - LEVEL) / comb(len(told), 2)
    (top_low, top_high), (bottom_low, bottom_high) = (
        _wilson(groups[place].rates[name].count, groups[place].rates[name].of, level)
        for place in (highest, lowest)
    )
    difference = top - bottom
    low = difference - sqrt((top - top_low) ** 2 + (bottom_high - bottom) ** 2)
    high = difference + sqrt((top_high - top) ** 2 + (bottom - bottom_low) ** 2)
    return Gap(highest, lowest, difference, low, high, is_clear=low > 0)
