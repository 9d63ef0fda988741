"""What intervals and comparisons read of a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np


@dataclass(frozen=True, eq=False)
class Predictions:
    """A run's predictions for some rows.

    Attributes:
        probability: of the positive class, shape (n_rows,).
        threshold: from which on a row was predicted positive.
    """

    probability: np.ndarray = field(repr=False)
    threshold: float

    @cached_property
    def said(self) -> np.ndarray:
        """Which rows were predicted positive."""
        found: np.ndarray = self.probability >= self.threshold
        return found

    def losses(self, y: np.ndarray) -> dict[str, np.ndarray]:
        """Each row's part of log loss and Brier score, clipped as scikit-learn clips."""
        probability = self.probability.astype("float64")
        tiny = np.finfo("float64").eps
        clipped = np.clip(probability, tiny, 1 - tiny)
        return {
            "log_loss": -np.log(np.where(y == 1, clipped, 1 - clipped)),
            "brier": (probability - y) ** 2,
        }
