"""What each feature adds to one prediction: SHAP values (Lundberg and Lee, NeurIPS 2017).

Exact where a closed form or the booster itself gives them, else sampled. In each case
the base and the contributions of a row add up to the model's output for it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC
from xgboost import DMatrix, XGBClassifier

from experiments.engine.interpretation.features import CHUNK, FeatureModel

# Rows of the background from which it is summed up or chosen.
MAX_BACKGROUND = 1_000
# Background rows that a sampled explanation compares each row with. How many within these
# bounds depends on the model's cost alone, so that a row explained alone, later, is
# explained by the same ones.
MIN_COMPARED, MAX_COMPARED = 4, 50
MICROSECONDS_PER_ROW = 20_000


@dataclass(frozen=True, eq=False)
class Contributions:
    """SHAP values of some rows, per feature.

    Attributes:
        unit: of base, values and output. "log_odds" of the positive class, or its probability.
        method: "linear" is exact for features taken as independent; "trees" is the booster's
            own TreeSHAP, which conditions on the paths in the trees; "sampled" estimates the
            same as "linear" does, for any model.
        base: the output without knowing the row: for linear and sampled ones the mean over
            the background.
        values: shape (n_rows, n_features); base + values.sum(axis=1) is the output.
        output: shape (n_rows,).
        background_rows: rows that stand for "without knowing"; 0 where the trees know.
        permutations: orders in which features were revealed, for each row; 0 if exact.
    """

    features: tuple[str, ...]
    unit: Literal["log_odds", "probability"]
    method: Literal["linear", "trees", "sampled"]
    base: float
    values: np.ndarray = field(repr=False)
    output: np.ndarray = field(repr=False)
    background_rows: int = 0
    permutations: int = 0

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {
            "features": list(self.features),
            "values": self.values.tolist(),
            "output": self.output.tolist(),
        }


def explain_rows(
    model: FeatureModel, rows: pd.DataFrame, background: pd.DataFrame, *, seed: int
) -> Contributions:
    """Contributions of every feature to the predictions of these rows.

    A row's explanation depends on the model, the background and the seed, not on the
    rows that it is explained with.

    Args:
        rows: tables of features, as `model.table` gives them, shape (n_rows, n_features);
            a hundred rows of twenty features take a few seconds at most.
        background: train rows in the same form.
        seed: of the sampling.
    """
    rng = np.random.default_rng(seed)
    if len(background) > MAX_BACKGROUND:
        chosen = np.sort(rng.choice(len(background), MAX_BACKGROUND, replace=False))
        background = background.iloc[chosen]
    prepared = model.encode(rows)
    if isinstance(model.estimator, DummyClassifier):
        return _of_no_feature(model, prepared, model.encode(background))
    if is_linear(model):
        return _linear(model, prepared, model.encode(background))
    is_booster = isinstance(model.estimator, XGBClassifier | LGBMClassifier)
    if is_booster and model.calibration.method == "none" and model.reaching is not None:
        return _trees(model, prepared, model.reaching)
    return _sampled(model, prepared, model.encode(background), rng)


def summary(contributions: Contributions) -> list[tuple[str, float]]:
    """Mean |value| of every feature over the rows, in their unit, the largest first."""
    means = np.abs(contributions.values).mean(axis=0)
    pairs = [(n, float(m)) for n, m in zip(contributions.features, means, strict=True)]
    return sorted(pairs, key=lambda pair: -pair[1])


# --- Closed forms ------------------------------------------------------------------------
def is_linear(model: FeatureModel) -> bool:
    """Whether the log-odds are a weighted sum of the prepared columns."""
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


def _linear(model: FeatureModel, prepared: np.ndarray, background: np.ndarray) -> Contributions:
    """weight · (value − mean), as in section 4.1 of Lundberg and Lee (2017)."""
    weights, constant = log_odds_weights(model)
    mean = background.mean(axis=0)
    return Contributions(
        features=tuple(model.names),
        unit="log_odds",
        method="linear",
        base=float(mean @ weights + constant),
        values=_per_feature((prepared - mean) * weights, model.owners, len(model.names)),
        output=prepared @ weights + constant,
        background_rows=len(background),
    )


def _trees(model: FeatureModel, prepared: np.ndarray, reaching: np.ndarray) -> Contributions:
    """TreeSHAP (Lundberg et al., Nature Machine Intelligence 2020), by the library itself."""
    X, estimator = prepared[:, reaching], model.estimator
    if isinstance(estimator, XGBClassifier):
        stopped = getattr(estimator, "early_stopping_rounds", None)
        trees = (0, estimator.best_iteration + 1) if stopped else (0, 0)
        booster, data = estimator.get_booster(), DMatrix(X)
        found = booster.predict(data, pred_contribs=True, iteration_range=trees)
        output = booster.predict(data, output_margin=True, iteration_range=trees)
    else:
        found = estimator.booster_.predict(X, pred_contrib=True)
        output = estimator.booster_.predict(X, raw_score=True)
    found = found.astype("float64")
    return Contributions(
        features=tuple(model.names),
        unit="log_odds",
        method="trees",
        base=float(found[0, -1]),
        values=_per_feature(found[:, :-1], model.owners[reaching], len(model.names)),
        output=output.astype("float64"),
    )


def _per_feature(values: np.ndarray, owners: np.ndarray, features: int) -> np.ndarray:
    """Columns added up to their features, shape (n_rows, n_features)."""
    belongs = owners[:, None] == np.arange(features)
    summed: np.ndarray = values @ belongs.astype("float64")
    return summed


def _of_no_feature(
    model: FeatureModel, prepared: np.ndarray, background: np.ndarray
) -> Contributions:
    """A dummy's mean answer: what it draws at random, no feature explains."""
    base = float(model.positive(background).mean())
    return Contributions(
        features=tuple(model.names),
        unit="probability",
        method="sampled",
        base=base,
        values=np.zeros((len(prepared), len(model.names))),
        output=np.full(len(prepared), base),
        background_rows=len(background),
    )


# --- Sampling ----------------------------------------------------------------------------
def _sampled(
    model: FeatureModel,
    prepared: np.ndarray,
    background: np.ndarray,
    rng: np.random.Generator,
) -> Contributions:
    """Permutation sampling (Štrumbelj and Kononenko, 2014).

    Each background row becomes the explained row, feature by feature, in a random order
    and in its reverse (antithetic, as in Mitchell et al., JMLR 2022). What the
    probability changes at a step is that feature's; the steps of an order add up to the
    difference of the two rows' probabilities, so all add up exactly.
    """
    count = len(model.names)
    compared = _evenly_by_answer(model, background, _rows_to_compare(model))
    position = rng.permuted(np.tile(np.arange(count), (len(compared), 1)), axis=1)
    position = np.concatenate([position, count - 1 - position])
    start = np.tile(np.arange(len(compared)), 2)
    # revealed[order, step, column]: whether the explained row's value stands there.
    steps = np.arange(1, count)
    revealed = (position[:, None, :] < steps[None, :, None])[:, :, model.owners]
    first, last = model.positive(compared), model.positive(prepared)
    values = np.empty((len(prepared), count))
    size = max(1, CHUNK // max(1, revealed.size))
    for begin in range(0, len(prepared), size):
        part = prepared[begin : begin + size]
        mixed = np.where(revealed, part[:, None, None, :], compared[start][None, :, None, :])
        path = np.empty((len(part), len(start), count + 1))
        path[:, :, 0] = first[start]
        path[:, :, -1] = last[begin : begin + size, None]
        if count > 1:
            between = model.positive(mixed.reshape(-1, mixed.shape[-1]))
            path[:, :, 1:-1] = between.reshape(mixed.shape[:3])
        change = np.diff(path, axis=2)
        own = np.take_along_axis(change, np.broadcast_to(position, change.shape), axis=2)
        values[begin : begin + size] = own.mean(axis=1)
    return Contributions(
        features=tuple(model.names),
        unit="probability",
        method="sampled",
        base=float(first.mean()),
        values=values,
        output=last,
        background_rows=len(compared),
        permutations=len(start),
    )


def _rows_to_compare(model: FeatureModel) -> int:
    predictions = 2 * max(1, len(model.names) - 1)
    affordable = MICROSECONDS_PER_ROW / (predictions * model.microseconds_per_row())
    return int(np.clip(affordable, MIN_COMPARED, MAX_COMPARED))


def _evenly_by_answer(model: FeatureModel, background: np.ndarray, count: int) -> np.ndarray:
    """Rows spread evenly over the model's answers, so that few have about the mean of all."""
    order = np.argsort(model.positive(background), kind="stable")
    places = (np.arange(min(count, len(order))) + 0.5) * len(order) / min(count, len(order))
    return background[order[places.astype(int)]]
