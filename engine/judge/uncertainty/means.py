"""Intervals of means over the rows: losses, and what two runs' losses differ by."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import ndtri, stdtrit

FEWEST_CARRYING = 3.0
# The expansion behind the shift is no good where it moves an end far.
MOST_SHIFT = 0.4

Ends = tuple[np.ndarray, np.ndarray]


def student_factor(freedom: Any) -> Any:
    """By how much Student's t reaches further than the normal, squared.

    Args:
        freedom: degrees of freedom, one number or an array.
    """
    return (stdtrit(freedom, 0.975) / ndtri(0.975)) ** 2


def hall_shift(square: Any, cube: Any, rows: Any, level: float) -> Any:
    """By how much both ends of a mean's interval move towards the long tail of its values.

    The first term of the Edgeworth expansion of the studentised mean (Hall 1992): where few
    rows carry most of a loss, the sample shows too few of them more often than too many.

    Args:
        square, cube: second and third central moments of the values.
    """
    z = ndtri(1 - (1 - level) / 2)
    return np.divide(cube, square, out=np.zeros_like(cube + 0.0), where=square > 0) * (
        (2 * z**2 + 1) / (6 * rows)
    )


def mean_interval(values: np.ndarray, variance: np.ndarray, level: float) -> Ends:
    """The interval of the mean of these values, reaching further on their long tail's side.

    Args:
        values: one for each row, shape (..., n_rows).
        variance: of the mean, with what the rows' dependence adds.
    """
    middle = values.mean(axis=-1)
    centred = values - middle[..., np.newaxis]
    squares = centred**2
    square, cube = np.mean(squares, axis=-1), np.mean(squares * centred, axis=-1)
    has_width = (variance > 0) & (square > 0)
    rows = np.divide(square, variance, out=np.ones_like(middle), where=has_width)
    # As many rows of equal weight would be as uneven as these: few, where few carry the loss.
    above, below = np.sum(squares, axis=-1) ** 2, np.sum(squares**2, axis=-1)
    carrying = np.divide(above, below, out=np.ones_like(middle), where=has_width)
    freedom = np.maximum(carrying - 1, FEWEST_CARRYING)
    reach = ndtri(1 - (1 - level) / 2) * np.sqrt(variance * student_factor(freedom))
    reach = np.where(has_width, reach, 0.0)
    moved = np.clip(hall_shift(square, cube, rows, level), -reach, reach)
    return middle - reach + np.minimum(moved, 0.0), middle + reach + np.maximum(moved, 0.0)
