"""Intervals that were tried and are not the engine's, for `coverage.py` to compare widths with."""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logit, ndtri

from engine.judge.uncertainty import cells as counting
from engine.judge.uncertainty.ranks import auc_interval, hanley_variance

Ends = tuple[np.ndarray, np.ndarray]
Z = float(ndtri(0.975))


def single(metric: str, formula: counting.Formula, cells: np.ndarray) -> dict[str, Ends]:
    """Of a metric of the confusion matrix: the delta method, plain and on smoothed cells."""
    error = counting.standard_error(formula, cells)
    middle, smooth = formula(cells), formula(cells + counting.PRIOR)
    found = {
        "delta": (middle - Z * error, middle + Z * error),
        "smoothed delta": (smooth - Z * error, smooth + Z * error),
    }
    tp, fp, fn, tn = (cells[..., place] for place in range(4))
    parts = {
        "accuracy": (tp + tn, fp + fn),
        "precision": (tp, fp),
        "recall": (tp, fn),
    }
    if metric in parts:
        found["Wilson"] = wilson(*parts[metric])
    return found


def wilson(yes: np.ndarray, no: np.ndarray) -> Ends:
    """Wilson's interval of a proportion (1927)."""
    total = np.maximum(yes + no, 1e-9)
    middle = (yes + Z**2 / 2) / (total + Z**2)
    reach = Z / (total + Z**2) * np.sqrt(yes * no / total + Z**2 / 4)
    return middle - reach, middle + reach


def paired(formula: counting.Formula, pairs: np.ndarray) -> dict[str, Ends]:
    """Of a paired difference: the delta method on the paired cells, plain and smoothed."""
    found = {}
    for name, added in (("half a row", 0.5), ("a quarter", 0.25)):
        smooth = pairs + added
        share = smooth / smooth.sum(axis=-1, keepdims=True)
        one, other = (counting.gradient(formula, side) for side in counting.sides(smooth))
        slope = other[..., [0, 2, 0, 2, 1, 3, 1, 3]] - one[..., [0, 0, 2, 2, 1, 1, 3, 3]]
        slope = slope - (share * slope).sum(axis=-1, keepdims=True)
        error = np.sqrt((share * slope**2).sum(axis=-1) / pairs.sum(axis=-1))
        before, after = counting.sides(smooth)
        middle = formula(after) - formula(before)
        found[name] = (middle - Z * error, middle + Z * error)
    return found


def area(
    auc: np.ndarray, positives: np.ndarray, negatives: np.ndarray, variance: np.ndarray
) -> dict[str, Ends]:
    """Of ROC AUC: DeLong's on the logit scale, and Hanley and McNeil's variance."""
    inner = np.clip(auc, 1e-9, 1 - 1e-9)
    error = np.sqrt(variance)
    logits = error / (inner * (1 - inner))
    formula = hanley_variance(auc, positives, negatives)
    return {
        "logit DeLong": (expit(logit(inner) - Z * logits), expit(logit(inner) + Z * logits)),
        "DeLong": (auc - Z * error, auc + Z * error),
        "Hanley and McNeil": (auc - Z * np.sqrt(formula), auc + Z * np.sqrt(formula)),
        "Newcombe": auc_interval(auc, positives, negatives, formula, 0.95),
    }
