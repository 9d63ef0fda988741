"""How the test rows depend on each other, and what that costs.

The influence values of an estimate say how it answers to each row (Hampel 1974); its
variance is that of their mean. Rows that go together bring less news than as many others:
the factor is the design effect (Kish 1965), by which counts of rows are divided before an
interval for independent rows is taken (Rao and Scott 1992).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from engine.judge.uncertainty.means import student_factor
from engine.spec.schema import SplitPolicy

MOST_MEMORY = 0.97
FEWEST_WINDOWS = 4.0


@dataclass(frozen=True, eq=False)
class Rows:
    """What is known of the test rows' order and kinship.

    Attributes:
        kind: "series" where they are sorted by time.
        group: number of each row's group, shape (n_rows,); empty unless "groups".
    """

    kind: Literal["independent", "series", "groups"] = "independent"
    group: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=int), repr=False)

    def variance(self, influence: np.ndarray) -> np.ndarray:
        """Variance of the mean of these influence values, each row's once.

        Args:
            influence: shape (..., n_rows).
        """
        alone = _of_independent(influence)
        if self.kind == "series":
            return np.maximum(np.apply_along_axis(_of_series, -1, influence), alone)
        if self.kind == "groups":
            found = np.apply_along_axis(_of_groups, -1, influence, self.group)
            return np.maximum(found, alone)
        return alone

    def design_effect(self, influence: np.ndarray) -> np.ndarray:
        """Rows of this sort that bring as much news as one independent row; 1 or more."""
        return self.effect_of(self.variance(influence), influence)

    def effect_of(self, variance: np.ndarray, influence: np.ndarray) -> np.ndarray:
        """The design effect, where `variance` is known already."""
        alone = _of_independent(influence)
        if self.kind == "independent":
            return np.ones_like(alone)
        found: np.ndarray = np.divide(variance, alone, out=np.ones_like(alone), where=alone > 0)
        return found


INDEPENDENT = Rows()


def rows_of(test: pd.DataFrame, policy: SplitPolicy) -> Rows:
    """How the test rows depend on each other, as their split tells.

    Args:
        test: in the order of the split: by time where it is by time.
    """
    if policy.kind == "time":
        return Rows("series")
    if policy.kind == "group":
        group, _names = pd.factorize(test[policy.column])
        return Rows("groups", group)
    return INDEPENDENT


def _of_independent(influence: np.ndarray) -> np.ndarray:
    centred = influence - influence.mean(axis=-1, keepdims=True)
    return np.asarray(np.mean(centred**2, axis=-1) / influence.shape[-1])


def _of_groups(influence: np.ndarray, group: np.ndarray) -> float:
    """Of whole groups that are drawn (Field and Welsh 2007), with Student's t for few."""
    sums = np.bincount(group, weights=influence - influence.mean())
    sums = sums[np.bincount(group) > 0]
    count = len(sums)
    if count < 2:
        return float(np.sum(sums**2) / len(influence) ** 2)
    plain = count / (count - 1) * np.sum(sums**2) / len(influence) ** 2
    return float(plain * student_factor(count - 1.0))


def _of_series(influence: np.ndarray) -> float:
    """The larger of two estimates, since each alone is too small for some memories.

    Moving blocks (Künsch 1989), after a first-order autoregression is taken out, whose share
    is put back (Andrews and Monahan 1992); and the flat-top window, as wide as the
    autocorrelations ask for (Politis and White 2004). With Student's t for few windows.
    """
    centred = influence - influence.mean()
    if not centred.any():
        return 0.0
    flat, width = _flat_top(centred)
    long_run = max(_prewhitened_blocks(centred), flat)
    freedom = max(len(centred) / (4 * width), FEWEST_WINDOWS)
    return float(long_run / len(centred) * student_factor(freedom))


def _prewhitened_blocks(centred: np.ndarray) -> float:
    square = float(np.sum(centred[:-1] ** 2))
    memory = float(np.sum(centred[1:] * centred[:-1]) / square) if square else 0.0
    memory = float(np.clip(memory, 0, MOST_MEMORY))
    rest = centred[1:] - memory * centred[:-1]
    block = min(max(1, round(3 * len(centred) ** (1 / 3))), len(rest))
    sums = np.convolve(rest, np.ones(block), mode="valid")
    return float(np.mean(sums**2) / block) / (1 - memory) ** 2


def _flat_top(centred: np.ndarray) -> tuple[float, int]:
    """The long-run variance, and the width of the window."""
    length = len(centred)
    most = max(1, int(min(length // 3, 10 * np.sqrt(length))))
    transformed = np.fft.rfft(centred, 2 * length)
    lagged = np.fft.irfft(transformed * np.conj(transformed))[: most + 1] / length
    alike = lagged[1:] / lagged[0]
    in_a_row = max(5, int(np.sqrt(np.log10(length))))
    is_small = np.abs(alike) < 2 * np.sqrt(np.log10(length) / length)
    runs = np.convolve(is_small, np.ones(in_a_row), mode="valid") == in_a_row
    memory = int(np.argmax(runs)) if runs.any() else most
    width = min(max(1, 2 * memory), most)
    weight = np.clip(2 * (1 - np.arange(1, width + 1) / width), 0, 1)
    return float(lagged[0] + 2 * np.sum(weight * lagged[1 : width + 1])), width
