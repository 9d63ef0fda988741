"""Rank participants, with statistical ties: everyone is compared on the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.judge.uncertainty.differences import differences
from engine.judge.uncertainty.intervals import Judged

AHEAD, TIED, BEHIND, UNKNOWN = 1, 0, -1, 2


@dataclass(frozen=True)
class Place:
    """A participant's rank and how many others are statistically tied.

    Attributes:
        rank: 1 and the number of those who are better beyond chance.
        tied: how many others cannot be told from them.
    """

    rank: int
    tied: int


def nothing_known(sides: int) -> np.ndarray:
    """The pairs of so many sides before any are compared, shape (n_sides, n_sides)."""
    found = np.full((sides, sides), UNKNOWN, dtype=np.int8)
    np.fill_diagonal(found, TIED)
    return found


def compare_pairs(
    sides: Sequence[Judged],
    *,
    metric: str,
    higher_is_better: bool,
    known: np.ndarray | None = None,
) -> np.ndarray:
    """Of each pair whether the row is ahead of the column, behind it or tied with it.

    A side is ahead where the 95 % interval of the paired difference, which a comparison of the
    two shows, does not hold zero.

    Args:
        known: what an earlier call found, UNKNOWN where a pair has not been compared; only
            these pairs are.
    """
    found = nothing_known(len(sides)) if known is None else known.copy()
    # Whom the most pairs wait for comes first: all of a new side's, in one go.
    waiting = (found == UNKNOWN).sum(axis=1)
    for one in np.argsort(-waiting, kind="stable").tolist():
        others = np.flatnonzero(found[one] == UNKNOWN)
        if not len(others):
            continue
        moved = differences(metric, sides[one], [sides[other] for other in others.tolist()])
        theirs = (moved.low > 0).astype(np.int8) - (moved.high < 0)
        theirs = theirs if higher_is_better else -theirs
        found[others, one], found[one, others] = theirs, -theirs
    return found


def places(pairs: np.ndarray) -> list[Place]:
    """The rank of each side, and with how many it is tied.

    Args:
        pairs: all of them compared, shape (n_sides, n_sides).
    """
    behind, tied = (pairs == BEHIND).sum(axis=1), (pairs == TIED).sum(axis=1)
    return [
        Place(rank=1 + int(ahead), tied=int(alike) - 1)
        for ahead, alike in zip(behind, tied, strict=True)
    ]
