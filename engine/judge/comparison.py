"""Compare a run with its reference."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.stats import binomtest, chi2

from engine.judge.numbers import Difference
from engine.judge.uncertainty.dependence import INDEPENDENT, Rows
from engine.judge.uncertainty.differences import paired_differences
from engine.judge.uncertainty.predictions import Predictions
from engine.spec.schema import Costs

# Below so many rows that changed sides, the chi-square approximation is poor.
FEW_CHANGES = 25


@dataclass(frozen=True)
class McNemar:
    """Rows that changed from right to wrong and back, and how likely chance explains it."""

    right_to_wrong: int
    wrong_to_right: int
    p_value: float


@dataclass(frozen=True)
class Comparison:
    """Every metric of the later run minus the earlier's on the same test rows."""

    differences: dict[str, Difference]
    mcnemar: McNemar

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def compare(
    y: np.ndarray,
    earlier: Predictions,
    later: Predictions,
    *,
    costs: Costs | None = None,
    rows: Rows = INDEPENDENT,
) -> Comparison:
    """Compare two runs on the same test rows.

    Args:
        y: true classes, shape (n_rows,), 1 for the positive class.
        rows: how the test rows depend on each other.
    """
    differences = paired_differences(y, earlier, later, costs=costs, rows=rows)
    return Comparison(differences, mcnemar(y, earlier, later))


def mcnemar(y: np.ndarray, earlier: Predictions, later: Predictions) -> McNemar:
    """McNemar's test that both are right equally often (McNemar 1947).

    Exact below 25 changed rows, else chi-square with Edwards's correction (1948).
    """
    before = (earlier.probability >= earlier.threshold) == (y == 1)
    after = (later.probability >= later.threshold) == (y == 1)
    lost, won = int(np.sum(before & ~after)), int(np.sum(~before & after))
    changed = lost + won
    if changed == 0:
        p_value = 1.0
    elif changed < FEW_CHANGES:
        p_value = float(binomtest(won, changed).pvalue)
    else:
        statistic = max(abs(lost - won) - 1, 0) ** 2 / changed
        p_value = float(chi2.sf(statistic, df=1))
    return McNemar(lost, won, p_value)
