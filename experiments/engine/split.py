"""Train, test and hidden holdout: a pure function of the target and a policy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict
from sklearn.model_selection import train_test_split


class SplitPolicy(BaseModel):
    """How rows are divided: shares of all rows; train is the rest."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["stratified"] = "stratified"
    seed: int = 20
    test: float = 0.2
    holdout: float = 0.2


@dataclass(frozen=True)
class Split:
    """Row positions of each part, sorted, shape (n_rows_of_part,)."""

    train: np.ndarray
    test: np.ndarray
    holdout: np.ndarray


def split_rows(target: np.ndarray, policy: SplitPolicy) -> Split:
    """Divide the rows so that every part has the same share of each class.

    Args:
        target: class of every row, shape (n_rows,).
    """
    rows = np.arange(len(target))
    known, holdout = train_test_split(
        rows, test_size=policy.holdout, stratify=target, random_state=policy.seed
    )
    train, test = train_test_split(
        known,
        test_size=policy.test / (1 - policy.holdout),
        stratify=target[known],
        random_state=policy.seed,
    )
    return Split(np.sort(train), np.sort(test), np.sort(holdout))
