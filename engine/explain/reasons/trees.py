"""SHAP values of single trees, forests and boosters, by shap's `TreeExplainer`.

Interventional values compare a row with background rows, as those of every other model do.
Path-dependent ones take the train rows in each leaf for the background: the cost does not
grow with the background but with every leaf, and shap gives them for the trees' raw output
only: the log-odds of a booster, the probability of a forest.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import shap
from lightgbm import LGBMClassifier
from sklearn.ensemble import (
    ExtraTreesClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.tree import DecisionTreeClassifier
from xgboost import XGBClassifier

from engine.explain.features import FeatureModel

# For all rows of a stage together, as estimated, so that the method does not depend on how
# busy the machine is.
SECONDS = 10.0
# As measured on one core, within a factor of two: a pair of rows in a tree of n leaves takes
# so many seconds times the root of n, a row by paths so many times n.
PAIR_SECONDS, LEAF_SECONDS = 2e-7, 6e-7
# shap's code for interventional values numbers a tree's nodes with 16 bits and crashes on more.
MAX_LEAVES = 2**14

TreeMethod = Literal["interventional", "tree_path_dependent"]
Explained = tuple[float, np.ndarray, np.ndarray]


def is_booster(estimator: Any) -> bool:
    """Whether the trees add up to log-odds."""
    return isinstance(estimator, HistGradientBoostingClassifier | XGBClassifier | LGBMClassifier)


def tree_method(model: FeatureModel, rows: int, background_rows: int) -> TreeMethod | None:
    """How the trees of a model can be explained in time; None where they cannot.

    Nor can they behind a PCA, whose columns belong to no feature, or before a calibration.
    """
    if model.reaching is None or model.calibration.method != "none":
        return None
    leaves = _leaves(model.estimator)
    if leaves is None:
        return None
    pairs = rows * background_rows
    is_small = leaves.max(initial=0) <= MAX_LEAVES
    if is_small and pairs * PAIR_SECONDS * np.sqrt(leaves).sum() <= SECONDS:
        return "interventional"
    if rows * LEAF_SECONDS * leaves.sum() <= SECONDS:
        return "tree_path_dependent"
    return None


def _leaves(estimator: Any) -> np.ndarray | None:
    """Leaves of every tree; None of a model that is not made of trees."""
    match estimator:
        case DecisionTreeClassifier():
            counts = [estimator.tree_.n_leaves]
        case RandomForestClassifier() | ExtraTreesClassifier():
            counts = [tree.tree_.n_leaves for tree in estimator.estimators_]
        case HistGradientBoostingClassifier():
            counts = [tree.get_n_leaf_nodes() for (tree,) in estimator._predictors]
        case XGBClassifier():
            counts = [text.count("leaf=") for text in estimator.get_booster().get_dump()]
        case LGBMClassifier():
            trees = estimator.booster_.dump_model()["tree_info"]
            counts = [tree["num_leaves"] for tree in trees]
        case _:
            return None
    return np.array(counts, dtype="float64")


def interventional(
    estimator: Any, X: np.ndarray, background: np.ndarray, *, of: Literal["probability", "raw"]
) -> Explained:
    """Values by comparison with the background.

    Args:
        X: what reaches the estimator, shape (n_rows, n_reached); `background` likewise.

    Returns:
        The mean output over the background, values of shape (n_rows, n_reached), and the
        output, shape (n_rows,).
    """
    explainer = shap.TreeExplainer(
        estimator, background, feature_perturbation="interventional", model_output=of
    )
    output = _of_positive(explainer.model.predict(X), dimensions=1)
    X, explainer.data = _by_thresholds(explainer.model, X, background)
    # Additivity is tested for every model; shap's own check predicts from the numbers replaced.
    values = explainer.shap_values(X, check_additivity=False)
    base = float(np.ravel(explainer.expected_value)[-1])
    return base, _of_positive(values, dimensions=2), output


def by_paths(estimator: Any, X: np.ndarray) -> Explained:
    """Values by the train rows in each leaf, of the trees' raw output.

    Args:
        X: what reaches the estimator, shape (n_rows, n_reached).

    Returns:
        The mean raw output over train, values of shape (n_rows, n_reached), and the raw
        output, shape (n_rows,).
    """
    explainer = shap.TreeExplainer(estimator, feature_perturbation="tree_path_dependent")
    values = _of_positive(explainer.shap_values(X, check_additivity=False), dimensions=2)
    base = float(np.ravel(explainer.expected_value)[-1])
    return base, values, _of_positive(explainer.model.predict(X), dimensions=1)


def _of_positive(found: Any, dimensions: int) -> np.ndarray:
    """Of the positive class, where shap answers with a further dimension for the classes."""
    values = np.asarray(found, dtype="float64")
    return values[..., -1] if values.ndim > dimensions else values


def _by_thresholds(trees: Any, *tables: np.ndarray) -> list[np.ndarray]:
    """The tables with each value replaced by how many of its column's thresholds lie below.

    shap's code for interventional values rounds thresholds to 32 bits, and a row that lies
    between a threshold and its rounded value falls to the wrong side: on churn the values of
    a forest missed its predictions by 0.02. Counts are whole numbers, which 32 bits hold
    exactly, so the thresholds of `trees` become their ranks.
    """
    # scikit-learn rounds the rows of its trees before it compares them, so they are here.
    found = [table.astype(trees.input_dtype).astype("float64") for table in tables]
    is_split = trees.children_left >= 0
    ranks = trees.thresholds.copy()
    for column in np.unique(trees.features[is_split]):
        here = is_split & (trees.features == column)
        thresholds, ranks[here] = np.unique(trees.thresholds[here], return_inverse=True)
        for table in found:
            values = table[:, column]
            table[:, column] = np.where(
                np.isnan(values), np.nan, np.searchsorted(thresholds, values)
            )
    trees.thresholds = ranks
    return found
