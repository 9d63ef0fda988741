"""Intervals of the metrics that read a confusion matrix, and of their paired differences.

Every function takes arrays whose last axis holds the counts, so that a simulation can ask
about thousands of tables at once. Counts may be fractions: where rows depend on each other
they are divided by the design effect first (Rao and Scott 1992).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import betaincinv, ndtri

from engine.judge.uncertainty.means import MOST_SHIFT, hall_shift, student_factor
from engine.judge.uncertainty.mover import mover_sum
from engine.spec.schema import Costs

# Order of the last axis: true positives, false positives, false negatives, true negatives.
TP, FP, FN, TN = range(4)
PRIOR = 0.5
# On each paired cell; `benchmarks/judgement/coverage.py` tells it from a quarter, with which some
# intervals hold too seldom, and from a half, with which many are too wide.
PAIRED_PRIOR = 3 / 8
STEP = 1e-6

Ends = tuple[np.ndarray, np.ndarray]
Formula = Callable[[np.ndarray], np.ndarray]


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Zero where there is nothing to divide by, as scikit-learn has it."""
    found: np.ndarray = np.divide(above, below, out=np.zeros_like(above + 0.0), where=below > 0)
    return found


def accuracy(cells: np.ndarray) -> np.ndarray:
    return _ratio(cells[..., TP] + cells[..., TN], cells.sum(axis=-1))


def recall(cells: np.ndarray) -> np.ndarray:
    return _ratio(cells[..., TP], cells[..., TP] + cells[..., FN])


def specificity(cells: np.ndarray) -> np.ndarray:
    return _ratio(cells[..., TN], cells[..., TN] + cells[..., FP])


def precision(cells: np.ndarray) -> np.ndarray:
    return _ratio(cells[..., TP], cells[..., TP] + cells[..., FP])


def balanced_accuracy(cells: np.ndarray) -> np.ndarray:
    return (recall(cells) + specificity(cells)) / 2


def f1(cells: np.ndarray) -> np.ndarray:
    return _ratio(2 * cells[..., TP], 2 * cells[..., TP] + cells[..., FP] + cells[..., FN])


def mcc(cells: np.ndarray) -> np.ndarray:
    tp, fp, fn, tn = (cells[..., place] for place in range(4))
    base = np.sqrt(np.maximum((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn), 0))
    return _ratio(tp * tn - fp * fn, base)


def expected_cost(costs: Costs) -> Formula:
    """The mean cost per row under these costs, as a function of the cells."""
    each = np.array(
        [costs.true_positive, costs.false_positive, costs.false_negative, costs.true_negative]
    )

    def formula(cells: np.ndarray) -> np.ndarray:
        return _ratio((cells * each).sum(axis=-1), cells.sum(axis=-1))

    return formula


FORMULAS: dict[str, Formula] = {
    "accuracy": accuracy,
    "balanced_accuracy": balanced_accuracy,
    "f1": f1,
    "precision": precision,
    "recall": recall,
    "mcc": mcc,
}


def formulas(costs: Costs | None) -> dict[str, Formula]:
    """Every metric that is a function of the cells."""
    if costs is None:
        return FORMULAS
    return FORMULAS | {"expected_cost": expected_cost(costs)}


def kinds_of(y: np.ndarray, said: np.ndarray) -> np.ndarray:
    """The cell of each row, shape (n_rows,)."""
    found: np.ndarray = np.where(y == 1, np.where(said, TP, FN), np.where(said, FP, TN))
    return found


def paired_kinds_of(y: np.ndarray, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """The paired cell of each row, shape (n_rows,).

    In each class, the positive first: said by both, by the first only, by the second only,
    by neither.
    """
    found: np.ndarray = 4 * (1 - y.astype(int)) + 2 * (1 - before.astype(int)) + 1 - after
    return found


def sides(pairs: np.ndarray) -> Ends:
    """The confusion cells of both runs out of paired cells, shape (..., 4) each."""
    p = [pairs[..., place] for place in range(8)]
    before = np.stack([p[0] + p[1], p[4] + p[5], p[2] + p[3], p[6] + p[7]], axis=-1)
    after = np.stack([p[0] + p[2], p[4] + p[6], p[1] + p[3], p[5] + p[7]], axis=-1)
    return before, after


# --- Gradients ------------------------------------------------------------------------------
def gradient(formula: Formula, cells: np.ndarray) -> np.ndarray:
    """How the metric answers to a little more of each cell's share, shape (..., 4)."""
    share = cells / cells.sum(axis=-1, keepdims=True)
    found = np.empty_like(share)
    for place in range(4):
        step = np.zeros(4)
        step[place] = STEP
        found[..., place] = (formula(share + step) - formula(share - step)) / (2 * STEP)
    return found


# --- Intervals ------------------------------------------------------------------------------
def share_interval(yes: np.ndarray, no: np.ndarray, level: float) -> Ends:
    """Of a proportion: Jeffreys's, with both ends where they belong when all or none are
    (Brown, Cai and DasGupta 2001)."""
    tail = (1 - level) / 2
    low = betaincinv(yes + PRIOR, no + PRIOR, tail)
    high = betaincinv(yes + PRIOR, no + PRIOR, 1 - tail)
    return np.where(yes <= 0, 0.0, low), np.where(no <= 0, 1.0, high)


def interval(name: str, formula: Formula, cells: np.ndarray, level: float) -> Ends:
    """The interval of one metric.

    Args:
        cells: shape (..., 4).
    """
    tp, fp, fn, tn = (cells[..., place] for place in range(4))
    match name:
        case "accuracy":
            return share_interval(tp + tn, fp + fn, level)
        case "precision":
            return share_interval(tp, fp, level)
        case "recall":
            return share_interval(tp, fn, level)
        case "f1":
            # F1 is 2J / (1 + J) of J, the share of hits among rows that are positive or were
            # said to be: a Dirichlet posterior with a prior of ½ on the cells (Goutte and
            # Gaussier 2005) makes J a beta.
            low, high = share_interval(tp, fp + fn, level)
            return 2 * low / (1 + low), 2 * high / (1 + high)
        case "balanced_accuracy":
            low, high = mover_sum(
                [
                    (recall(cells), *share_interval(tp, fn, level)),
                    (specificity(cells), *share_interval(tn, fp, level)),
                ]
            )
            return low / 2, high / 2
        case "expected_cost":
            return _of_mean(formula, cells, level)
        case "mcc":
            low, high = _around_smoothed(formula, cells, level)
            middle, reach = (low + high) / 2, (high - low) / 2
            freedom = np.maximum(4 * np.minimum(tp + fn, fp + tn), 10)
            reach = reach * np.sqrt(student_factor(freedom))
            return middle - reach, middle + reach
    return _around_smoothed(formula, cells, level)


def influence(formula: Formula, cells: np.ndarray) -> Ends:
    """How the metric answers to one row of each cell, and the cells' shares, shape (..., 4).

    On cells with half a row more in each.
    """
    smooth = cells + PRIOR
    share = smooth / smooth.sum(axis=-1, keepdims=True)
    return _centred(gradient(formula, smooth), share), share


def paired_influence(formula: Formula, pairs: np.ndarray) -> Ends:
    """The same of a difference, by paired cells, shape (..., 8)."""
    smooth = pairs + PAIRED_PRIOR
    share = smooth / smooth.sum(axis=-1, keepdims=True)
    before, after = sides(smooth)
    slope = gradient(formula, after)[..., [TP, FN, TP, FN, FP, TN, FP, TN]]
    slope = slope - gradient(formula, before)[..., [TP, TP, FN, FN, FP, FP, TN, TN]]
    return _centred(slope, share), share


def _centred(slope: np.ndarray, share: np.ndarray) -> np.ndarray:
    found: np.ndarray = slope - (share * slope).sum(axis=-1, keepdims=True)
    return found


def standard_error(formula: Formula, cells: np.ndarray) -> np.ndarray:
    """By the delta method on cells with half a row more in each."""
    slope, share = influence(formula, cells)
    found: np.ndarray = np.sqrt((share * slope**2).sum(axis=-1) / cells.sum(axis=-1))
    return found


def _around_smoothed(formula: Formula, cells: np.ndarray, level: float) -> Ends:
    reach = ndtri(1 - (1 - level) / 2) * standard_error(formula, cells)
    middle = formula(cells + PRIOR)
    return middle - reach, middle + reach


def _of_mean(formula: Formula, cells: np.ndarray, level: float) -> Ends:
    """Of a mean over the rows, reaching further on the side of its long tail (Hall 1992)."""
    slope, share = influence(formula, cells)
    square = (share * slope**2).sum(axis=-1)
    moved = hall_shift(square, (share * slope**3).sum(axis=-1), cells.sum(axis=-1), level)
    low, high = _around_smoothed(formula, cells, level)
    most = MOST_SHIFT * (high - low) / 2
    return low - np.clip(-moved, 0, most), high + np.clip(moved, 0, most)


def paired_interval(formula: Formula, pairs: np.ndarray, level: float) -> Ends:
    """The interval of a metric of the second run minus that of the first.

    By the delta method on paired cells with a little more in each, as Agresti and
    Min (2005) smooth matched proportions: predictions that agree on these rows need not agree
    on others.

    Args:
        pairs: shape (..., 8).
    """
    slope, share = paired_influence(formula, pairs)
    error = np.sqrt((share * slope**2).sum(axis=-1) / pairs.sum(axis=-1))
    before, after = sides(pairs + PAIRED_PRIOR)
    middle = formula(after) - formula(before)
    reach = ndtri(1 - (1 - level) / 2) * error
    return middle - reach, middle + reach
