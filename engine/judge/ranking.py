"""Rank participants, with statistical ties: everyone is compared on the same rows."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

import numpy as np

from engine.judge.uncertainty.dependence import INDEPENDENT, Rows
from engine.judge.uncertainty.intervals import Judged, difference
from engine.judge.uncertainty.predictions import Predictions
from engine.spec.schema import Costs

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Place:
    """A participant's rank and how many others are statistically tied.

    Attributes:
        rank: 1 and the number of those who are better beyond chance.
        tied: how many others cannot be told from them.
    """

    rank: int
    tied: int


def is_ahead(sides: Sequence[Judged], *, metric: str, higher_is_better: bool) -> np.ndarray:
    """Whether each side is better than each other side, shape (n_sides, n_sides).

    It is where the 95 % interval of the paired difference, which a comparison of the two
    shows, does not hold zero.
    """
    ahead = np.zeros((len(sides), len(sides)), dtype=bool)
    for one, other in combinations(range(len(sides)), 2):
        found = difference(metric, sides[one], sides[other])
        is_higher, is_lower = found.low > 0, found.high < 0
        ahead[other, one] = is_higher if higher_is_better else is_lower
        ahead[one, other] = is_lower if higher_is_better else is_higher
    return ahead


def places(
    y: np.ndarray,
    sides: Mapping[Key, Predictions],
    *,
    metric: str,
    higher_is_better: bool,
    costs: Costs | None = None,
    rows: Rows = INDEPENDENT,
) -> dict[Key, Place]:
    """The rank of each side, and with how many it is tied.

    Args:
        y: true classes, shape (n_rows,), 1 for the positive class.
        rows: how they depend on each other.
    """
    judged = [Judged(y, side, costs=costs, rows=rows) for side in sides.values()]
    ahead = is_ahead(judged, metric=metric, higher_is_better=higher_is_better)
    return {
        key: Place(
            rank=1 + int(ahead[:, place].sum()),
            tied=int((~ahead[:, place] & ~ahead[place]).sum()) - 1,
        )
        for place, key in enumerate(sides)
    }
