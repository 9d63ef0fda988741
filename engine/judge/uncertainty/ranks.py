"""ROC AUC and average precision: influence of each row, and intervals."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.special import expit, logit, ndtri

from engine.judge.uncertainty.means import MOST_SHIFT, hall_shift, student_factor
from engine.judge.uncertainty.mover import Part, recovered_difference

Ends = tuple[np.ndarray, np.ndarray]
HALVINGS = 50
# How many rows of the smaller class the formula's variance counts as, beside the measured one.
PRIOR_ROWS = 20.0
# Rows of the smaller class for a degree of freedom; `benchmarks/judgement/coverage.py` asks for
# more than one where there are four of them.
ROWS_PER_FREEDOM = 1.5


@dataclass(frozen=True, eq=False)
class Ranking:
    """How a run orders the rows.

    Attributes:
        auc, average_precision: as scikit-learn computes them.
        auc_influence, ap_influence: of each row, with mean 0, shape (n_rows,).
    """

    auc: float
    average_precision: float
    auc_influence: np.ndarray = field(repr=False)
    ap_influence: np.ndarray = field(repr=False)


def ranking(y: np.ndarray, probability: np.ndarray) -> Ranking:
    """The order of these rows by probability.

    The influence on ROC AUC are DeLong's placements (DeLong, DeLong and Clarke-Pearson
    1988); on average precision, the derivative of the sum over the positive rows of the
    precision at each.

    Args:
        y: true classes, shape (n_rows,), 1 for the positive class; both occur.
    """
    positive = y == 1
    rows, hits = len(y), int(positive.sum())
    order = np.argsort(-probability, kind="stable")
    ranked, held = probability[order], positive[order].astype(float)
    # Rows of equal probability share a rank: `last` is the place of the last of them.
    edges = np.flatnonzero(np.r_[np.diff(ranked) != 0, True])
    sizes = np.diff(np.r_[-1, edges])
    last = np.repeat(edges, sizes)
    first = np.repeat(edges - sizes + 1, sizes)
    own = np.r_[0.0, np.cumsum(held)]
    other = np.r_[0.0, np.cumsum(1 - held)]
    # Of the other class: those ranked below a positive row, those above a negative one.
    ties_other = other[last + 1] - other[first]
    ties_own = own[last + 1] - own[first]
    below = other[-1] - other[last + 1] + ties_other / 2
    above = own[first] + ties_own / 2
    place = np.where(held == 1, below / (rows - hits), above / hits)
    auc = float(place[held == 1].mean())
    auc_influence = (place - auc) * np.where(held == 1, rows / hits, rows / (rows - hits))
    precision = own[last + 1] / (last + 1)
    average = float((held * precision).sum() / hits)
    # Every row above a positive one moves the precision there.
    per_rank = held / (last + 1)
    upward = np.cumsum(per_rank[::-1])[::-1][first]
    upward_precision = np.cumsum((per_rank * precision)[::-1])[::-1][first]
    moved = held * upward - upward_precision
    ap_influence = rows / hits * (held * (precision - average) + moved)
    back = np.empty(rows, dtype=int)
    back[order] = np.arange(rows)
    return Ranking(auc, average, auc_influence[back], ap_influence[back])


def hanley_variance(auc: np.ndarray, positives: np.ndarray, negatives: np.ndarray) -> np.ndarray:
    """Variance of ROC AUC by its value alone (Hanley and McNeil 1982), with the mean size of
    the classes in place of each, as Newcombe (2006) has it."""
    size = (positives + negatives) / 2 - 1
    spread = 1 + size * ((1 - auc) / (2 - auc) + auc / (1 + auc))
    found: np.ndarray = auc * (1 - auc) * spread / (positives * negatives)
    return found


def auc_interval(
    auc: np.ndarray,
    positives: np.ndarray,
    negatives: np.ndarray,
    variance: np.ndarray,
    level: float,
) -> Ends:
    """Newcombe's fifth method (2006): the values that the estimate is within z errors of.

    That formula knows the value only. Its variance is scaled to the measured one
    (DeLong's), by as much as there are rows of the smaller class to believe it.

    Args:
        variance: measured, of independent rows.
    """
    z = ndtri(1 - (1 - level) / 2)
    inner = np.clip(auc, 0.5 / (positives * negatives + 1), 1 - 0.5 / (positives * negatives + 1))
    trusted = np.minimum(positives, negatives)
    measured = variance / hanley_variance(inner, positives, negatives)
    scale = (PRIOR_ROWS + trusted * measured) / (PRIOR_ROWS + trusted)

    def is_within(value: np.ndarray) -> np.ndarray:
        found: np.ndarray = (value - auc) ** 2 <= z**2 * scale * hanley_variance(
            value, positives, negatives
        )
        return found

    ends = []
    for outermost in (0.0, 1.0):
        outside, inside = np.full_like(auc, outermost, dtype=float), auc + 0.0
        for _halving in range(HALVINGS):
            middle = (outside + inside) / 2
            within = is_within(middle)
            inside, outside = np.where(within, middle, inside), np.where(within, outside, middle)
        ends.append(inside)
    return ends[0], ends[1]


def average_precision_interval(
    average: np.ndarray, positives: np.ndarray, variance: np.ndarray, level: float
) -> Ends:
    """On the logit scale (Boyd, Eng and Page 2013), with the measured variance."""
    z = ndtri(1 - (1 - level) / 2)
    middle = (positives * average + 0.5) / (positives + 1)
    by_formula = middle * (1 - middle) / positives
    error = np.sqrt(np.maximum(variance, by_formula / 4)) / (middle * (1 - middle))
    return expit(logit(middle) - z * error), expit(logit(middle) + z * error)


@dataclass(frozen=True, eq=False)
class Together:
    """How the areas of two runs vary together; numbers, or arrays of as many pairs.

    Attributes:
        before, after, covariance: of the two areas (DeLong and others 1988).
        skew: third central moment of the rows' influence on the difference, over the second.
        rows: of the test set, as independent ones.
        smaller_class: rows of it.
    """

    before: np.ndarray
    after: np.ndarray
    covariance: np.ndarray
    skew: np.ndarray
    rows: np.ndarray
    smaller_class: np.ndarray

    @property
    def correlation(self) -> np.ndarray:
        """−1 to 1.

        What the runs do not share is known by the rows of the smaller class only, so it
        counts as much more as Student's t reaches further than the normal there.
        """
        alone = np.sqrt(self.before * self.after)
        found = np.divide(self.covariance, alone, out=np.zeros_like(alone), where=alone > 0)
        freedom = np.maximum(self.smaller_class / ROWS_PER_FREEDOM, 1)
        return np.clip(1 - (1 - found) * student_factor(freedom), -1, 1)


def skew_of(moved: np.ndarray) -> np.ndarray:
    """Third moment over the second of the rows' influence on a difference; 0 where both runs
    are perfect, and no row has any.

    Args:
        moved: shape (..., n_rows).
    """
    squares = moved**2
    square, cube = np.sum(squares, axis=-1), np.sum(squares * moved, axis=-1)
    found: np.ndarray = np.divide(cube, square, out=np.zeros_like(square), where=square > 0)
    return found


def paired_interval(first: Part, second: Part, together: Together, level: float) -> Ends:
    """The interval of the second area minus the first, further on the side of its long tail.

    Args:
        first, second: of each the estimate, low and high.
    """
    low, high = recovered_difference(first, second, together.correlation)
    most = MOST_SHIFT * (high - low) / 2
    moved = hall_shift(np.ones_like(together.skew), together.skew, together.rows, level)
    return low - np.clip(-moved, 0, most), high + np.clip(moved, 0, most)
