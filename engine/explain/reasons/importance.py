"""Feature importance of a fitted model.

Permutation importance says what a score loses; of correlated features each alone may
lose nothing, since the others stand in for it, so their groups are shuffled together
too (scikit-learn, "Permutation importance with multicollinear or correlated features").
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Literal

import numpy as np
import pandas as pd
import sklearn.metrics as skm
from scipy.stats import rankdata
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from engine.explain.features import CHUNK, FeatureModel, PreparedColumn
from engine.explain.reasons.associations import Group, correlated_groups
from engine.explain.reasons.shap_values import log_odds_weights
from engine.run.evaluate import threshold_value
from engine.spec.metrics import METRICS
from engine.spec.schema import Costs

# A slow model is asked about fewer rows: so long for all predictions, as estimated.
MAX_ROWS, MIN_ROWS = 2_000, 200
MICROSECONDS = 1_000_000
MAX_COEFFICIENTS = 30
# Two views disagree on a feature that matters in one of them, and ranks elsewhere in the other.
MATTERS_FROM = 0.05
RANKS_APART = 3

# As in `runtime_helpers.scores`, which computes all of them where here one is wanted.
OF_PROBABILITY: dict[str, Callable[..., float]] = {
    "roc_auc": skm.roc_auc_score,
    "average_precision": skm.average_precision_score,
    "log_loss": partial(skm.log_loss, labels=[0, 1]),
    "brier": skm.brier_score_loss,
}
OF_PREDICTION: dict[str, Callable[..., float]] = {
    "accuracy": skm.accuracy_score,
    "balanced_accuracy": skm.balanced_accuracy_score,
    "f1": partial(skm.f1_score, zero_division=0),
    "precision": partial(skm.precision_score, zero_division=0),
    "recall": partial(skm.recall_score, zero_division=0),
    "mcc": skm.matthews_corrcoef,
}


# --- Permutation importance --------------------------------------------------------------
@dataclass(frozen=True)
class FeatureImportance:
    """The score drop when one feature is shuffled.

    Attributes:
        values: of every repeat; mean and std (ddof 0) are theirs.
    """

    name: str
    mean: float
    std: float
    values: tuple[float, ...]


@dataclass(frozen=True)
class GroupImportance(Group):
    """The score drop when the features of a group are shuffled together."""

    mean: float
    std: float
    values: tuple[float, ...]


@dataclass(frozen=True)
class Importance:
    """Features, and groups of correlated ones, from most to least important.

    Attributes:
        rows: that were shuffled; a sample where there are many or the model is slow.
        score: the metric on those rows, as it is; a fall is counted positive also where
            lower is better.
    """

    metric: str
    repeats: int
    rows: int
    score: float
    columns: tuple[FeatureImportance, ...]
    groups: tuple[GroupImportance, ...]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Importance:
        """The inverse of `to_dict`, also after a round trip through JSON."""
        columns = tuple(
            FeatureImportance(**column | {"values": tuple(column["values"])})
            for column in stored["columns"]
        )
        groups = tuple(
            GroupImportance(
                **group | {"values": tuple(group["values"]), "features": tuple(group["features"])}
            )
            for group in stored["groups"]
        )
        return cls(**stored | {"columns": columns, "groups": groups})


def permutation_importance_view(
    model: FeatureModel,
    table: pd.DataFrame,
    y: np.ndarray,
    *,
    metric: str,
    threshold: float,
    costs: Costs | None = None,
    repeats: int = 5,
    seed: int = 0,
) -> Importance:
    """Permutation importance of the features (Breiman 2001), as scikit-learn computes it.

    A feature is shuffled by shuffling the prepared columns that it owns, so nothing is
    prepared twice, and all repeats are predicted in one go.

    Args:
        table: features of rows that the model was not fitted on, shape (n_rows, n_features).
        y: their classes, shape (n_rows,), 1 for the positive class.
        metric: a name of `metrics.METRICS`.
        threshold: of the run, for the metrics that need one.
    """
    groups = correlated_groups(model, table)
    predictions = (len(table.columns) + len(groups)) * repeats
    affordable = int(MICROSECONDS / (predictions * model.microseconds_per_row()))
    rows = min(len(table), MAX_ROWS, max(MIN_ROWS, affordable))
    if len(table) > rows:
        chosen = np.sort(np.random.default_rng(seed).choice(len(table), rows, replace=False))
        table, y = table.iloc[chosen], y[chosen]
    shuffled = _Shuffled(model, model.encode(table), _shuffles(rows, repeats, seed))
    score = metric_function(metric, threshold, costs)
    before = float(score(y, model.positive(shuffled.prepared)))
    sign = 1 if METRICS[metric].higher_is_better else -1

    def falls(features: tuple[str, ...]) -> tuple[float, float, tuple[float, ...]]:
        if not model.reads_columns:
            return 0.0, 0.0, (0.0,) * repeats
        each = [sign * (before - score(y, found)) for found in shuffled.probabilities(features)]
        return float(np.mean(each)), float(np.std(each)), tuple(float(fall) for fall in each)

    columns = [FeatureImportance(name, *falls((name,))) for name in model.names]
    together = [
        GroupImportance(group.features, group.association, *falls(group.features))
        for group in groups
    ]
    return Importance(
        metric=metric,
        repeats=repeats,
        rows=rows,
        score=before,
        columns=tuple(sorted(columns, key=lambda column: -column.mean)),
        groups=tuple(sorted(together, key=lambda group: -group.mean)),
    )


def _shuffles(rows: int, repeats: int, seed: int) -> np.ndarray:
    """Orders of the rows, shape (repeats, n_rows): for each feature the same, and
    those that `sklearn.inspection.permutation_importance` draws from this seed."""
    drawn = np.random.RandomState(seed).randint(np.iinfo(np.int32).max + 1)
    random, shuffle, current = np.random.RandomState(drawn), np.arange(rows), np.arange(rows)
    orders = np.empty((repeats, rows), dtype=int)
    for repeat in range(repeats):
        # Both the shuffle and what it is applied to go on from the repeat before.
        random.shuffle(shuffle)
        current = current[shuffle]
        orders[repeat] = current
    return orders


@dataclass(frozen=True, eq=False)
class _Shuffled:
    """Predictions of rows among which some features were shuffled."""

    model: FeatureModel
    prepared: np.ndarray
    orders: np.ndarray

    def probabilities(self, features: tuple[str, ...]) -> Iterator[np.ndarray]:
        """Of every repeat, shape (n_rows,)."""
        owned = [self.model.names.index(name) for name in features]
        columns = np.flatnonzero(np.isin(self.model.owners, owned))
        at_once = max(1, CHUNK // max(1, self.prepared.size))
        for first in range(0, len(self.orders), at_once):
            orders = self.orders[first : first + at_once]
            mixed = np.tile(self.prepared, (len(orders), 1))
            mixed[:, columns] = self.prepared[np.ix_(orders.ravel(), columns)]
            yield from self.model.positive(mixed).reshape(orders.shape)


def metric_function(
    metric: str, threshold: float, costs: Costs | None
) -> Callable[[np.ndarray, np.ndarray], float]:
    """The function (y, probability) → one metric, as a run scores it."""
    if metric in OF_PROBABILITY:
        return OF_PROBABILITY[metric]
    if metric in OF_PREDICTION:
        of_prediction = OF_PREDICTION[metric]
        return lambda y, probability: of_prediction(y, (probability >= threshold).astype(int))
    value = threshold_value(metric, costs)

    def cost(y: np.ndarray, probability: np.ndarray) -> float:
        said = (probability >= threshold).astype(int)
        tn, fp, fn, tp = skm.confusion_matrix(y, said, labels=[0, 1]).ravel()
        return float(-value(tp, fp, fn, tn) / len(y))

    return cost


# --- Coefficients ------------------------------------------------------------------------
@dataclass(frozen=True)
class Coefficient:
    """A linear model's coefficient of one encoded feature.

    Attributes:
        per_unit: of the prepared column, which may be scaled already.
        per_deviation: per standard deviation of that column in train, so that columns
            compare whatever their scale.
    """

    column: PreparedColumn
    per_unit: float
    per_deviation: float


@dataclass(frozen=True)
class Coefficients:
    """The strongest coefficients by |per_deviation|.

    Attributes:
        unit: "log_odds", or "margin" where an isotonic calibration follows.
        intercept: the output where every prepared column is 0.
        not_shown: further columns, those without any weight not counted; `without_weight`
            counts these.
    """

    unit: Literal["log_odds", "margin"]
    intercept: float
    shown: tuple[Coefficient, ...]
    not_shown: int
    without_weight: int

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def coefficients(model: FeatureModel, train_table: pd.DataFrame) -> Coefficients | None:
    """The weights of a linear model, through selection and PCA; None for any other.

    Args:
        train_table: features of the train rows, shape (n_rows, n_features).
    """
    if not isinstance(model.estimator, LogisticRegression | LinearSVC):
        return None
    weights, intercept = log_odds_weights(model)
    scaled = weights * model.encode(train_table).std(axis=0)
    strongest = np.argsort(-np.abs(scaled), kind="stable")
    weighed = int(np.count_nonzero(scaled))
    shown = strongest[: min(weighed, MAX_COEFFICIENTS)]
    return Coefficients(
        unit="margin" if model.calibration.method == "isotonic" else "log_odds",
        intercept=intercept,
        shown=tuple(
            Coefficient(model.labels[place], float(weights[place]), float(scaled[place]))
            for place in shown
        ),
        not_shown=weighed - len(shown),
        without_weight=len(scaled) - weighed,
    )


# --- Where two views disagree -----------------------------------------------------------
Reason = Literal["correlated", "no_gain", "uncertain", "unknown"]


@dataclass(frozen=True)
class Disagreement:
    """A feature that ranks differently by permutation importance and by mean |SHAP|.

    Attributes:
        by_permutation, by_shap: ranks, 1 for the most important.
        reason: "correlated": others of its `group` stand in for it when it is shuffled;
            "no_gain": the model uses it, but these rows are predicted no better for it;
            "uncertain": its permutation importance varies as much as it amounts to;
            "unknown" otherwise, such as where ranks suit the metric and sizes do not.
    """

    name: str
    by_permutation: int
    by_shap: int
    reason: Reason
    group: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def disagreement(
    importance: Importance,
    mean_abs_shap: Sequence[tuple[str, float]],
    groups: Sequence[Group],
) -> tuple[Disagreement, ...]:
    """Features whose ranks are `RANKS_APART` or more, or half of all where there are few.

    Features that amount to less than `MATTERS_FROM` of the sum in both views are left
    out: their ranks are chance.

    Args:
        mean_abs_shap: as `contributions.summary` gives it.
        groups: of correlated features, such as `importance.groups`.
    """
    shap = dict(mean_abs_shap)
    names = [column.name for column in importance.columns]
    views = np.array([[max(column.mean, 0.0), shap[column.name]] for column in importance.columns])
    shares = views / np.maximum(views.sum(axis=0), 1e-12)
    ranks = rankdata(-views, method="min", axis=0).astype(int)
    apart = min(RANKS_APART, max(1, len(names) // 2))
    found = []
    for column, share, (permuted, used) in zip(importance.columns, shares, ranks, strict=True):
        if share.max() < MATTERS_FROM or abs(permuted - used) < apart:
            continue
        group = next((g.features for g in groups if column.name in g.features), ())
        reason = _reason(column, permuted > used, bool(group))
        found.append(Disagreement(column.name, int(permuted), int(used), reason, group))
    return tuple(sorted(found, key=lambda one: -abs(one.by_permutation - one.by_shap)))


def _reason(column: FeatureImportance, is_used_more: bool, is_grouped: bool) -> Reason:
    if is_grouped:
        return "correlated"
    if is_used_more and column.mean <= column.std:
        return "no_gain"
    return "uncertain" if column.mean <= column.std else "unknown"
