"""Test sets with a known truth: two models' scores of rows, binormal in each class.

Scores of the negative rows are N(0, 1), of the positive ones N(μ, 1), and probabilities are
calibrated; the second model is a little better, and its scores go along with the first's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.signal import lfilter
from scipy.special import expit, logit, ndtr, ndtri

from engine.judge.uncertainty import cells as counting
from engine.spec.schema import Costs

Noise = Callable[[Any], np.ndarray]

COSTS = Costs(false_positive=1, false_negative=8)
ALONG = 0.8
FINER = 1.1
GRID = np.linspace(-10, 20, 120_001)


def normal(x: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    return found


@dataclass(frozen=True)
class Model:
    """A model of the population.

    Attributes:
        distance: between the means of the two classes' scores.
    """

    prevalence: float
    distance: float

    @property
    def auc(self) -> float:
        return float(ndtr(self.distance / np.sqrt(2)))

    def probability(self, score: np.ndarray) -> np.ndarray:
        found: np.ndarray = expit(
            logit(self.prevalence) + self.distance * score - self.distance**2 / 2
        )
        return found

    def cut(self, threshold: float) -> float:
        """The score from which on the probability reaches the threshold."""
        odds = logit(threshold) - logit(self.prevalence) + self.distance**2 / 2
        return float(odds / self.distance)

    def cells(self, threshold: float) -> np.ndarray:
        """Shares of the four confusion cells."""
        cut = self.cut(threshold)
        hit, alarm = ndtr(self.distance - cut), ndtr(-cut)
        p = self.prevalence
        return np.array([p * hit, (1 - p) * alarm, p * (1 - hit), (1 - p) * (1 - alarm)])

    @cached_property
    def tuned(self) -> float:
        """The threshold with the best F1."""
        best = minimize_scalar(
            lambda odds: -counting.f1(self.cells(float(expit(odds)))),
            bounds=(-9, 9),
            method="bounded",
        )
        return float(expit(best.x))

    def truth(self, threshold: float) -> dict[str, float]:
        """Every metric in the population."""
        shares = self.cells(threshold)
        found = {name: float(formula(shares)) for name, formula in counting.formulas(COSTS).items()}
        return found | self._of_order()

    def _of_order(self) -> dict[str, float]:
        p, step = self.prevalence, GRID[1] - GRID[0]
        positive, negative = normal(GRID - self.distance), normal(GRID)
        hit, alarm = ndtr(self.distance - GRID), ndtr(-GRID)
        with np.errstate(invalid="ignore", divide="ignore"):
            precision = np.nan_to_num(p * hit / (p * hit + (1 - p) * alarm), nan=1.0)
        said = self.probability(GRID)
        odds = logit(p) + self.distance * GRID - self.distance**2 / 2
        loss = p * positive * np.logaddexp(0, -odds) + (1 - p) * negative * np.logaddexp(0, odds)
        brier = p * positive * (1 - said) ** 2 + (1 - p) * negative * said**2
        return {
            "roc_auc": self.auc,
            "average_precision": float((precision * positive).sum() * step),
            "log_loss": float(loss.sum() * step),
            "brier": float(brier.sum() * step),
        }


@dataclass(frozen=True)
class Population:
    """A place of the grid: what test sets are drawn from."""

    rows: int
    prevalence: float
    auc: float
    finer: float = FINER

    @property
    def name(self) -> str:
        return f"n={self.rows} positives={self.prevalence:.0%} AUC={self.auc}"

    @cached_property
    def models(self) -> tuple[Model, Model]:
        distance = float(np.sqrt(2) * ndtri(self.auc))
        return Model(self.prevalence, distance), Model(self.prevalence, self.finer * distance)

    def draw(self, draws: int, rng: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Classes and both models' scores, shape (draws, rows) each; both classes occur."""
        y = rng.random((draws, self.rows)) < self.prevalence
        empty = ~y.any(axis=1)
        y[empty, rng.integers(0, self.rows, int(empty.sum()))] = True
        shared = rng.standard_normal((draws, self.rows))
        return y, *self.scores(y, shared, rng.standard_normal((draws, self.rows)))

    def scores(
        self, y: np.ndarray, shared: np.ndarray, own: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Both models' scores: some noise is common to them, some the second's own."""
        first, second = self.models
        other = ALONG * shared + np.sqrt(1 - ALONG**2) * own
        return shared + first.distance * y, other + second.distance * y

    def draw_along(self, noise: Noise, rng: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """One test set whose classes and scores go along with what `noise` goes along with.

        Args:
            noise: a function of a random generator to standard normal values, shape (rows,).
        """
        y = noise(rng) > ndtri(1 - self.prevalence)
        return y, *self.scores(y, noise(rng), noise(rng))


def series(rows: int, memory: float) -> Noise:
    """Noise with a first-order autocorrelation."""

    def noise(rng: Any) -> np.ndarray:
        fresh = rng.standard_normal(rows) * np.sqrt(1 - memory**2)
        fresh[0] = rng.standard_normal()
        found: np.ndarray = lfilter([1.0], [1.0, -memory], fresh)
        return found

    return noise


def grouped(group: np.ndarray, alike: float) -> Noise:
    """Noise of which a share, 0 to 1, is common to the rows of a group."""

    def noise(rng: Any) -> np.ndarray:
        common = rng.standard_normal(group.max() + 1)[group]
        own = rng.standard_normal(len(group))
        found: np.ndarray = np.sqrt(alike) * common + np.sqrt(1 - alike) * own
        return found

    return noise
