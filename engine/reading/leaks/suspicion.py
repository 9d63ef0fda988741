"""What the leak desk says: a suspicion with its evidence, and what would mend it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from scipy.stats import binom

from engine.reading.leaks.repairs import OF_A_COLUMN, Repair

# Chance would give what is accused less often than so, for each column that is looked at.
P_VALUE = 1e-3
# Honest categories shift the odds by up to about e³: what needs more is no property of a
# category, but the outcome.
HONEST_LOG_ODDS = 3.0
SHOWN_CHARACTERS = 40


@dataclass(frozen=True)
class Count:
    """One line of evidence: some rows, and how many of them are of the positive class."""

    label: str
    rows: int
    positive: int


@dataclass(frozen=True)
class Suspicion:
    """Something that is probably a leak.

    Attributes:
        code: names the kind; rendered later as translated sentences.
        columns: which are accused; empty where it is the rows.
        values: JSON-able numbers that the sentence quotes; shares from 0 to 1.
        repairs: what would mend it, the best first.
        counts: a small table that shows it.
    """

    code: str
    columns: tuple[str, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)
    repairs: tuple[Repair, ...] = OF_A_COLUMN
    counts: tuple[Count, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"key": key_of(self.code, self.columns)}


def key_of(code: str, columns: Sequence[str]) -> str:
    """What a finding is called on a page: columns may hold any character."""
    return hashlib.sha256(repr((code, tuple(columns))).encode()).hexdigest()[:12]


def is_pure(rows: int, positive: int, share: float, looked_at: int) -> bool:
    """Whether so many rows of one class are more than an honest category would gather.

    Args:
        positive: of these rows; up to a hundredth of the other class may be slips.
        share: of the positive class in the table.
        looked_at: how many such groups of rows were looked at.
    """
    exceptions = min(positive, rows - positive)
    if exceptions > rows // 100:
        return False
    towards = HONEST_LOG_ODDS if positive * 2 > rows else -HONEST_LOG_ODDS
    honest = float(expit(logit(share) + towards))
    other = 1 - honest if positive * 2 > rows else honest
    return bool(binom.cdf(exceptions, rows, other) < P_VALUE / max(looked_at, 1))


def counts_by(values: pd.Series, target: np.ndarray) -> dict[Any, tuple[int, int]]:
    """Rows and positives of each value, the most frequent first; missing ones are left out."""
    grouped = pd.Series(target, index=values.index).groupby(values, sort=False).agg(["size", "sum"])
    ordered = grouped.sort_values("size", ascending=False, kind="stable")
    return {value: (int(row["size"]), int(row["sum"])) for value, row in ordered.iterrows()}


def short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)[:SHOWN_CHARACTERS]
