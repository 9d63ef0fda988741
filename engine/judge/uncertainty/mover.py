"""Intervals of sums and differences out of the parts' own intervals.

MOVER, the method of variance estimates recovery (Zou and Donner 2008; for proportions
Newcombe 1998): each part's distance to the end that matters stands for its error there, so
bounds and skew of the parts carry over.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Part = tuple[np.ndarray, np.ndarray, np.ndarray]
Ends = tuple[np.ndarray, np.ndarray]


def mover_sum(parts: Sequence[Part]) -> Ends:
    """The interval of a sum of independent estimates.

    Args:
        parts: of each the estimate, low and high.
    """
    total = sum(estimate for estimate, _low, _high in parts)
    below = sum((estimate - low) ** 2 for estimate, low, _high in parts)
    above = sum((high - estimate) ** 2 for estimate, _low, high in parts)
    return total - np.sqrt(below), total + np.sqrt(above)


def recovered_difference(first: Part, second: Part, correlation: np.ndarray) -> Ends:
    """The interval of the second estimate minus the first, each going along with the other.

    The half-widths stand for the errors: with a strong correlation the two are near the same
    end of their intervals, so that the distances to opposite ends would not go together.

    Args:
        correlation: of the two, −1 to 1.
    """
    before, before_low, before_high = first
    after, after_low, after_high = second
    one, other = (before_high - before_low) / 2, (after_high - after_low) / 2
    square = (one - other) ** 2 + 2 * (1 - correlation) * one * other
    reach = np.sqrt(np.maximum(square, 0))
    return after - before - reach, after - before + reach
