"""SHAP values of any model, by shap's `PermutationExplainer` over the original columns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import shap

from engine.explain.features import CHUNK, FeatureModel

# Orders in which columns are revealed, each with its reverse, and rows to compare with. How
# many of them within these bounds depends on the model's cost alone, so that a row explained
# alone, later, gets the same values.
MIN_ORDERS, MAX_ORDERS = 2, 10
MIN_BACKGROUND, MAX_BACKGROUND = 5, 100
MICROSECONDS_PER_ROW = 80_000


@dataclass(frozen=True)
class Effort:
    """What is spent on a row."""

    orders: int
    background_rows: int


def effort_for(model: FeatureModel) -> Effort:
    """The most that fits the time, as estimated; background rows before orders."""
    predictions = 2 * max(1, len(model.names)) * model.microseconds_per_row()
    affordable = MICROSECONDS_PER_ROW / predictions
    rows = int(np.clip(affordable / MIN_ORDERS, MIN_BACKGROUND, MAX_BACKGROUND))
    return Effort(int(np.clip(affordable / rows, MIN_ORDERS, MAX_ORDERS)), rows)


def sampled(
    model: FeatureModel, prepared: np.ndarray, background: np.ndarray, orders: int, seed: int
) -> tuple[float, np.ndarray, np.ndarray]:
    """Values of the features, in probability.

    Args:
        prepared: columns as `model.encode` gives them, shape (n_rows, n_prepared);
            `background` likewise.

    Returns:
        The mean probability of the background, values of shape (n_rows, n_features), and
        their standard errors, of the same shape.
    """
    known = np.concatenate([background, prepared])
    codes = _codes(known, model.owners, len(model.names))
    columns = np.arange(known.shape[1])
    size = max(1, CHUNK // max(1, known.shape[1]))

    def probability(asked: np.ndarray) -> np.ndarray:
        places = asked.astype(int)[:, model.owners]
        parts = [
            model.positive(known[places[first : first + size], columns])
            for first in range(0, len(places), size)
        ]
        return np.concatenate(parts)

    compared, explained = codes[: len(background)], codes[len(background) :]
    of_order = np.empty((orders, *explained.shape))
    with _generator_kept():
        masker = shap.maskers.Independent(compared, max_samples=len(compared))
        explainer = shap.PermutationExplainer(probability, masker)
        for place, row in enumerate(explained):
            np.random.seed(seed)
            for order in range(orders):
                of_order[order, place] = _one_order(explainer, row)
    errors = of_order.std(axis=0, ddof=1) / np.sqrt(orders)
    return float(probability(compared).mean()), of_order.mean(axis=0), errors


def _one_order(explainer: Any, row: np.ndarray) -> np.ndarray:
    """Values of a row from one order of its features and the reverse, shape (n_features,)."""
    varying = int((row != explainer.masker.data).any(axis=0).sum())
    found: np.ndarray = explainer(row[None], max_evals=2 * varying + 1, silent=True).values[0]
    return found


def _codes(known: np.ndarray, owners: np.ndarray, features: int) -> np.ndarray:
    """For every row and feature the first row that has the same value.

    A feature is one number to shap in this way, whatever its kind and however many prepared
    columns it has, and shap sees which values are equal and need no prediction.

    Returns:
        Shape (n_rows, n_features).
    """
    codes = np.empty((len(known), features))
    for feature in range(features):
        first: dict[bytes, int] = {}
        owned = np.ascontiguousarray(known[:, owners == feature])
        codes[:, feature] = [
            first.setdefault(row.tobytes(), place) for place, row in enumerate(owned)
        ]
    return codes


@contextmanager
def _generator_kept() -> Iterator[None]:
    """shap draws from numpy's global generator and seeds it; afterwards it goes on as before."""
    state = np.random.get_state()
    try:
        yield
    finally:
        np.random.set_state(state)


def warm_up() -> None:
    """Have numba compile what shap runs, which takes seconds in every new process."""
    with _generator_kept():
        background = np.zeros((1, 2))
        explainer = shap.PermutationExplainer(
            lambda rows: rows.sum(axis=1), shap.maskers.Independent(background)
        )
        explainer(np.ones((1, 2)), max_evals=5, silent=True)
