"""Contributions of features to one prediction: SHAP values (Lundberg and Lee, NeurIPS 2017).

The `shap` library computes them; here is chosen which of its explainers suits a model, and
encoded columns are added up to the features that they come from. The base and a row's values
add up to the model's output for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
import shap
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from engine.explain.features import FeatureModel
from engine.explain.reasons.sampling import MAX_BACKGROUND, effort_for, sampled
from engine.explain.reasons.trees import (
    TreeMethod,
    by_paths,
    interventional,
    is_booster,
    tree_method,
)

# Test rows that a stage explains; the choice of the method rests on it also where one row is
# explained alone, so that it gets the same values.
EXPLAINED_ROWS = 100
# Half a 95 % interval, in standard errors.
STANDARD_ERRORS = 1.96

Unit = Literal["probability", "log_odds"]
Method = Literal["trees", "rescaled_trees", "tree_paths", "linear", "sampled", "constant"]


@dataclass(frozen=True, eq=False)
class Contributions:
    """SHAP values of some rows, per feature.

    Attributes:
        unit: of base, values and output: the probability of the positive class, or its
            log-odds.
        method: "trees", "linear" and "constant" are exact against the background.
            "rescaled_trees" are exact in log-odds; shap converts them to probability in
            proportion, for each pair of a row and a background row. "tree_paths" take the train
            rows in each leaf for the background. "sampled" are estimates, of any model.
        base: the mean output over the background; of "tree_paths" over train.
        values: shape (n_rows, n_features); base + values.sum(axis=1) is the output.
        output: shape (n_rows,).
        background_rows: train rows that were compared with; 0 for "tree_paths".
        orders: of the features that were tried for each row, each with its reverse; 0 if exact.
        errors: standard errors of the values, where they are sampled.
    """

    features: tuple[str, ...]
    unit: Unit
    method: Method
    base: float
    values: np.ndarray = field(repr=False)
    output: np.ndarray = field(repr=False)
    background_rows: int = 0
    orders: int = 0
    errors: np.ndarray | None = field(default=None, repr=False)

    @property
    def margin(self) -> float | None:
        """Half a 95 % interval of a value of the least certain feature; None where exact."""
        if self.errors is None:
            return None
        return STANDARD_ERRORS * float(np.sqrt((self.errors**2).mean(axis=0)).max())


def explain_rows(
    model: FeatureModel,
    rows: pd.DataFrame,
    background: pd.DataFrame,
    *,
    seed: int,
    unit: Unit = "probability",
) -> Contributions:
    """Contributions of every feature to the predictions of these rows.

    A row's explanation depends on the model, the background and the seed, not on the
    rows that it is explained with.

    Args:
        rows: tables of features, as `model.table` gives them, shape (n_rows, n_features);
            a hundred rows take ten seconds at most.
        background: train rows in the same form.
        seed: of what is drawn: background rows, and orders of the features.
        unit: one of `units_of(model)`; the usual one stands in for any other.
    """
    units = units_of(model)
    unit = unit if unit in units else units[0]
    of_trees = _tree_method(model)
    if isinstance(model.estimator, DummyClassifier):
        return _of_no_feature(model, rows, background)
    if unit == "log_odds" and is_linear(model):
        return _linear(model, rows, _drawn(background, MAX_BACKGROUND, seed))
    if of_trees == "interventional":
        return _trees(model, rows, _drawn(background, MAX_BACKGROUND, seed), unit)
    if of_trees == "tree_path_dependent":
        return _tree_paths(model, rows, unit)
    return _sampled(model, rows, background, seed)


def units_of(model: FeatureModel) -> tuple[Unit, ...]:
    """The units that the model's predictions can be explained in, the usual one first.

    Log-odds where the model adds them up itself; only these where no more than path-dependent
    values of a booster fit the time.
    """
    if is_linear(model):
        return "probability", "log_odds"
    of_trees = _tree_method(model)
    if of_trees is None or not is_booster(model.estimator):
        return ("probability",)
    return ("log_odds",) if of_trees == "tree_path_dependent" else ("probability", "log_odds")


def _tree_method(model: FeatureModel) -> TreeMethod | None:
    """The same for one row as for all of a stage, so that its values are the same."""
    return tree_method(model, EXPLAINED_ROWS, MAX_BACKGROUND)


def summary(contributions: Contributions) -> list[tuple[str, float]]:
    """Mean |value| of every feature over the rows, in their unit, the largest first."""
    means = np.abs(contributions.values).mean(axis=0)
    pairs = [(n, float(m)) for n, m in zip(contributions.features, means, strict=True)]
    return sorted(pairs, key=lambda pair: -pair[1])


def _drawn(background: pd.DataFrame, count: int, seed: int) -> pd.DataFrame:
    """So many rows; of two draws with the same seed the smaller is part of the larger."""
    order = np.random.default_rng(seed).permutation(len(background))
    return background.iloc[np.sort(order[:count])]


def _per_feature(model: FeatureModel, values: np.ndarray, owners: np.ndarray) -> np.ndarray:
    """Columns added up to their features, shape (n_rows, n_features)."""
    belongs = owners[:, None] == np.arange(len(model.names))
    summed: np.ndarray = values @ belongs.astype("float64")
    return summed


# --- Linear models -----------------------------------------------------------------------
def is_linear(model: FeatureModel) -> bool:
    """Return whether the log-odds are a weighted sum of the encoded features."""
    if not isinstance(model.estimator, LogisticRegression | LinearSVC):
        return False
    return model.calibration.method != "isotonic"


def log_odds_weights(model: FeatureModel) -> tuple[np.ndarray, float]:
    """Weights of the prepared columns and the constant, in log-odds.

    Of the decision function where an isotonic calibration follows, which bends the
    log-odds. Selection, PCA and the inside of the sigmoid are linear.

    Returns:
        Weights, shape (n_prepared,), and the constant.
    """
    matrix, offset = model.linear_map()
    coefficients, link = model.estimator.coef_[0], model.calibration
    weights: np.ndarray = -link.a * (matrix @ coefficients)
    constant = float(offset @ coefficients + model.estimator.intercept_[0])
    return weights, -link.a * constant - link.b


def _linear(model: FeatureModel, rows: pd.DataFrame, background: pd.DataFrame) -> Contributions:
    """weight · (value − mean), as in section 4.1 of Lundberg and Lee (2017)."""
    weights, constant = log_odds_weights(model)
    masker = shap.maskers.Independent(model.encode(background), max_samples=len(background))
    explainer = shap.LinearExplainer((weights, constant), masker)
    prepared = model.encode(rows)
    return Contributions(
        features=tuple(model.names),
        unit="log_odds",
        method="linear",
        base=float(explainer.expected_value),
        values=_per_feature(model, explainer.shap_values(prepared), model.owners),
        output=prepared @ weights + constant,
        background_rows=len(background),
    )


# --- Trees -------------------------------------------------------------------------------
def _trees(
    model: FeatureModel, rows: pd.DataFrame, background: pd.DataFrame, unit: Unit
) -> Contributions:
    is_rescaled = unit == "probability" and is_booster(model.estimator)
    base, values, output = interventional(
        model.estimator,
        model.encode(rows)[:, model.reaching],
        model.encode(background)[:, model.reaching],
        of="raw" if unit == "log_odds" else "probability",
    )
    return Contributions(
        features=tuple(model.names),
        unit=unit,
        method="rescaled_trees" if is_rescaled else "trees",
        base=base,
        values=_per_feature(model, values, model.owners[model.reaching]),
        output=output,
        background_rows=len(background),
    )


def _tree_paths(model: FeatureModel, rows: pd.DataFrame, unit: Unit) -> Contributions:
    base, values, output = by_paths(model.estimator, model.encode(rows)[:, model.reaching])
    return Contributions(
        features=tuple(model.names),
        unit=unit,
        method="tree_paths",
        base=base,
        values=_per_feature(model, values, model.owners[model.reaching]),
        output=output,
    )


# --- All others --------------------------------------------------------------------------
def _sampled(
    model: FeatureModel, rows: pd.DataFrame, background: pd.DataFrame, seed: int
) -> Contributions:
    effort = effort_for(model)
    compared = _drawn(background, effort.background_rows, seed)
    prepared = model.encode(rows)
    base, values, errors = sampled(model, prepared, model.encode(compared), effort.orders, seed)
    return Contributions(
        features=tuple(model.names),
        unit="probability",
        method="sampled",
        base=base,
        values=values,
        output=model.positive(prepared),
        background_rows=len(compared),
        orders=effort.orders,
        errors=errors,
    )


def _of_no_feature(
    model: FeatureModel, rows: pd.DataFrame, background: pd.DataFrame
) -> Contributions:
    """A dummy's mean answer: what it draws at random, no feature explains."""
    base = float(model.positive(model.encode(background)).mean())
    return Contributions(
        features=tuple(model.names),
        unit="probability",
        method="constant",
        base=base,
        values=np.zeros((len(rows), len(model.names))),
        output=np.full(len(rows), base),
        background_rows=len(background),
    )
