"""What one column alone knows of the target: cross-validated ROC AUC."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.preprocessing import TargetEncoder
from sklearn.tree import DecisionTreeClassifier

FOLDS = 3


def _folds() -> StratifiedKFold:
    return StratifiedKFold(FOLDS, shuffle=True, random_state=0)


def alone_by_number(numbers: pd.Series, target: np.ndarray) -> float | None:
    """ROC AUC of a number's order or, if that is better, of a small tree, cross-validated.

    Args:
        numbers: float64, shape (n_rows,).
        target: 0 or 1, shape (n_rows,).

    Returns:
        0.5 to 1; None where it cannot be said.
    """
    if numbers.nunique() < 2 or np.bincount(target, minlength=2).min() < FOLDS:
        return None
    # scikit-learn's trees compute in float32 and learn from missing values as they are.
    tree = DecisionTreeClassifier(max_depth=3, min_samples_leaf=max(5, len(target) // 100))
    scores = cross_val_predict(
        tree, numbers.to_numpy().reshape(-1, 1), target, cv=_folds(), method="predict_proba"
    )
    # The order itself needs no learning; a tree finds what is high in the middle.
    order = float(roc_auc_score(target, numbers.fillna(numbers.median())))
    return max(order, 1 - order, float(roc_auc_score(target, scores[:, 1])))


def alone_by_category(values: pd.Series, target: np.ndarray) -> float | None:
    """ROC AUC of a category's share of positives, cross-fitted; None where it cannot be said."""
    if values.nunique(dropna=False) < 2 or np.bincount(target, minlength=2).min() < FOLDS:
        return None
    encoder = TargetEncoder(target_type="binary", cv=_folds())
    known = values.astype(object).where(values.notna(), "").astype(str).to_numpy(dtype=object)
    return float(roc_auc_score(target, encoder.fit_transform(known.reshape(-1, 1), target)[:, 0]))
