"""Who is ahead of whom beyond chance: everyone's scores under the same resampled rows."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from experiments.engine.bootstrap import Predictions, draw_counts, scores_under
from experiments.engine.schema import Costs

Key = TypeVar("Key", bound=Hashable)

RESAMPLES = 2_000
FEWEST_RESAMPLES = 200
# Rows drawn in all, over everybody: beyond it fewer resamples, whose percentiles move little.
MAX_DRAWN = 400_000_000
LEVEL = 0.95


@dataclass(frozen=True)
class Place:
    """Where somebody stands.

    Attributes:
        rank: 1 and the number of those who are better beyond chance.
        tied: how many others cannot be told from them.
    """

    rank: int
    tied: int


def resampled_scores(
    y: np.ndarray,
    sides: Sequence[Predictions],
    *,
    metric: str,
    costs: Costs | None = None,
    seed: int = 0,
) -> np.ndarray:
    """A metric of every side under the same draws, shape (n_sides, n_resamples).

    Args:
        y: true classes, shape (n_rows,), 1 for the positive class.
    """
    count = MAX_DRAWN // max(len(y) * len(sides), 1)
    resamples = max(FEWEST_RESAMPLES, min(RESAMPLES, count))
    parts: list[list[np.ndarray]] = [[] for _side in sides]
    scorers = [scores_under(y, side, costs) for side in sides]
    for counts in draw_counts(len(y), resamples, seed):
        for part, scorer in zip(parts, scorers, strict=True):
            part.append(scorer(counts)[metric])
    return np.array([np.concatenate(part) for part in parts])


def is_ahead(scores: np.ndarray, *, higher_is_better: bool) -> np.ndarray:
    """Whether each side is better than each other one, shape (n_sides, n_sides).

    It is where the 95 % interval of the paired difference lies above zero (percentile
    bootstrap, Efron and Tibshirani 1993).

    Args:
        scores: of `resampled_scores`.
    """
    tail = 100 * (1 - LEVEL) / 2
    signed = scores if higher_is_better else -scores
    ahead = np.zeros((len(scores), len(scores)), dtype=bool)
    for place, own in enumerate(signed):
        low = np.nanpercentile(own - signed, tail, axis=1)
        ahead[place] = low > 0
    return ahead


def places(
    y: np.ndarray,
    sides: Mapping[Key, Predictions],
    *,
    metric: str,
    higher_is_better: bool,
    costs: Costs | None = None,
) -> dict[Key, Place]:
    """The rank of each side, and with how many it is tied."""
    if not sides:
        return {}
    scores = resampled_scores(y, list(sides.values()), metric=metric, costs=costs)
    ahead = is_ahead(scores, higher_is_better=higher_is_better)
    return {
        key: Place(
            rank=1 + int(ahead[:, place].sum()),
            tied=int((~ahead[:, place] & ~ahead[place]).sum()) - 1,
        )
        for place, key in enumerate(sides)
    }


def climbs(
    y: np.ndarray,
    shown: Predictions,
    later: Sequence[Predictions],
    *,
    metric: str,
    higher_is_better: bool,
    costs: Costs | None = None,
) -> list[int]:
    """Which of some later runs the Ladder lets through (Blum and Hardt 2015): each is
    better, beyond chance, than the one shown before it."""
    if not later:
        return []
    scores = resampled_scores(y, [shown, *later], metric=metric, costs=costs)
    ahead = is_ahead(scores, higher_is_better=higher_is_better)
    at, found = 0, []
    for place in range(1, len(later) + 1):
        if ahead[place, at]:
            at = place
            found.append(place - 1)
    return found
