"""A run against the one that its hypothesis names."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.stats import binomtest, chi2

from experiments.engine.bootstrap import Difference, Predictions, paired_differences
from experiments.engine.judgement import Judgement, judge
from experiments.engine.schema import Costs

# Below so many rows that changed sides, the chi-square approximation is poor.
FEW_CHANGES = 25


@dataclass(frozen=True)
class McNemar:
    """Which rows changed from right to wrong and back, and how likely that is by chance."""

    right_to_wrong: int
    wrong_to_right: int
    p_value: float


@dataclass(frozen=True)
class Comparison:
    """Every metric of the later run minus the earlier's on the same test rows."""

    metric: str
    differences: dict[str, Difference]
    mcnemar: McNemar
    judgement: Judgement

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def compare(
    y: np.ndarray,
    earlier: Predictions,
    later: Predictions,
    *,
    metric: str,
    higher_is_better: bool,
    expected_effect: float | None,
    costs: Costs | None = None,
    seed: int = 0,
) -> Comparison:
    """Compare two runs on the same test rows (paired bootstrap).

    Args:
        y: true classes, shape (n_rows,), 1 for the positive class.
        metric: the primary one, of which the hypothesis speaks.
        expected_effect: predicted difference of that metric, in its own unit.
    """
    differences = paired_differences(y, earlier, later, costs=costs, seed=seed)
    judgement = judge(differences[metric], expected_effect, higher_is_better=higher_is_better)
    return Comparison(metric, differences, mcnemar(y, earlier, later), judgement)


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
