"""What a fitted model uses."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.inspection import permutation_importance

from experiments.engine.evaluate import scorer
from experiments.engine.metrics import METRICS
from experiments.engine.schema import Costs

MAX_ROWS = 2_000


@dataclass(frozen=True)
class ColumnImportance:
    """How much the score falls when one original column is shuffled."""

    name: str
    mean: float
    std: float


@dataclass(frozen=True)
class Importance:
    """Columns from most to least important."""

    metric: str
    repeats: int
    rows: int
    columns: tuple[ColumnImportance, ...]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"columns": [asdict(column) for column in self.columns]}


def permutation_importance_view(
    pipeline: Any,
    X: pd.DataFrame,
    y: np.ndarray,
    *,
    metric: str,
    threshold: float,
    costs: Costs | None = None,
    repeats: int = 5,
    seed: int = 0,
) -> Importance:
    """Permutation importance of the original columns (Breiman 2001; scikit-learn's).

    Args:
        X: rows that the pipeline was not fitted on, shape (n_rows, n_features).
        y: their classes, shape (n_rows,), 1 for the positive class.
        metric: a name of `metrics.METRICS`; a fall of the score is positive,
            also where lower is better.
        threshold: of the run, for the metrics that need one.
    """
    score, sign = scorer(costs), 1 if METRICS[metric].higher_is_better else -1

    def scoring(model: Any, rows: pd.DataFrame, classes: np.ndarray) -> float:
        probability = model.predict_proba(rows)[:, 1]
        return sign * score(classes, probability, threshold)[metric]

    if len(X) > MAX_ROWS:
        rows = np.sort(np.random.default_rng(seed).choice(len(X), MAX_ROWS, replace=False))
        X, y = X.iloc[rows], y[rows]
    result = permutation_importance(
        pipeline,
        X,
        y,
        scoring=scoring,
        n_repeats=repeats,
        random_state=seed,
        n_jobs=1,
    )
    columns = [
        ColumnImportance(str(name), float(mean), float(std))
        for name, mean, std in zip(
            X.columns, result.importances_mean, result.importances_std, strict=True
        )
    ]
    columns.sort(key=lambda column: column.mean, reverse=True)
    return Importance(metric, repeats, len(X), tuple(columns))
