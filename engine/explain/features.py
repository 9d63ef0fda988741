"""A fitted pipeline seen from its features: the chosen columns and the new ones.

Between features and probability stands the preparation, which makes one or more
columns of each feature by itself. So what holds of prepared columns can be added up
to features, and a feature is exchanged by exchanging the columns that it owns.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import (
    ExtraTreesClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    OneHotEncoder,
    OrdinalEncoder,
    TargetEncoder,
)
from sklearn.svm import SVC

from engine.build import runtime_helpers
from engine.build.spec_builder import column_groups, source_columns
from engine.spec.config import ExperimentConfig, feature_names
from engine.spec.schema import Schema
from engine.spec.steps.preparation import WIDTHS

FeatureKind = Literal["number", "category", "date", "text"]
KINDS: dict[str, FeatureKind] = {
    "numeric": "number",
    "bins": "number",
    "boolean": "category",
    "categorical": "category",
    "number_categories": "category",
    "datetime": "date",
    "text": "text",
}
# Numbers of prepared columns that are predicted in one go: tens of megabytes.
CHUNK = 4_000_000
# Kernel values per chunk: a few megabytes, which caches hold.
KERNEL_CHUNK = 500_000


@dataclass(frozen=True)
class PreparedColumn:
    """The origin of an encoded feature.

    Attributes:
        kind: "value" is the feature itself, imputed and scaled; "ordinal" and
            "target_rate" a category as a number; "rare_categories" one column for all
            that were too rare for their own.
        detail: the category, the part of the date, the word; of "component" its number.
        low, high: of "bin", None where open; `low` of "date_value" is the part's value.
    """

    feature: str
    kind: Literal[
        "value",
        "missing",
        "category",
        "rare_categories",
        "ordinal",
        "target_rate",
        "bin",
        "date_part",
        "date_sine",
        "date_cosine",
        "date_value",
        "word",
        "component",
    ] = "value"
    detail: str | int | None = None
    low: float | None = None
    high: float | None = None

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Calibration:
    """The mapping from the estimator's response r to the probability.

    Attributes:
        method: "sigmoid" is 1 / (1 + exp(a·r + b)) (Platt 1999); "isotonic" a step function.
        of_margin: r is the estimator's decision function, not its probability.
        a, b: of the sigmoid; as they stand here, where there is none.
    """

    method: Literal["none", "sigmoid", "isotonic"]
    of_margin: bool = False
    a: float = -1.0
    b: float = 0.0


class FeatureModel:
    """A fitted pipeline as a function of features.

    Attributes:
        names: the features, chosen columns first, then new ones.
        kinds: what each feature is to the preparation.
        chain: the fitted selection and reduction, each of them linear.
        estimator: the fitted model at the end.
        calibration: how its response becomes the probability.
        derived: for every feature, the new features that are made of it.
    """

    def __init__(self, pipeline: Any, config: ExperimentConfig, schema: Schema) -> None:
        """
        Args:
            pipeline: what `build_pipeline(config, schema)` gives, fitted.
        """
        self.names = feature_names(config, schema)
        groups = column_groups(config, schema)
        self.kinds = {name: KINDS[group.kind] for group in groups for name in group.columns}
        self.derived = {
            name: tuple(new.name for new in config.new_features if name in new.sources)
            for name in self.names
        }
        self._sources = source_columns(config, schema)
        self._calibrator: Any = None
        method: Any = "none"
        if isinstance(pipeline, CalibratedClassifierCV):
            calibrated, method = pipeline.calibrated_classifiers_[0], pipeline.method
            pipeline, self._calibrator = calibrated.estimator, calibrated.calibrators[0]
        steps = [step for _name, step in pipeline.steps]
        self._new_features = steps.pop(0) if config.new_features else None
        self._preparation: ColumnTransformer = steps[0]
        self.chain: list[Any] = steps[1:-1]
        self.estimator = steps[-1]
        of_margin = method != "none" and hasattr(self.estimator, "decision_function")
        self.calibration = Calibration(method, of_margin)
        if method == "sigmoid":
            sigmoid = float(self._calibrator.a_), float(self._calibrator.b_)
            self.calibration = Calibration(method, of_margin, *sigmoid)

    # --- From columns to features to prepared columns ------------------------------------
    def table(self, X: pd.DataFrame) -> pd.DataFrame:
        """The features of these rows, new ones computed, shape (n_rows, n_features).

        Args:
            X: at least the original columns that the config reads.
        """
        X = X[self._sources]
        if self._new_features is not None:
            X = self._new_features.transform(X)
        return X[self.names]

    def encode(self, table: pd.DataFrame) -> np.ndarray:
        """The prepared columns of a table of features, shape (n_rows, n_prepared)."""
        prepared: np.ndarray = np.asarray(self._preparation.transform(table), dtype="float64")
        return prepared

    @cached_property
    def labels(self) -> list[PreparedColumn]:
        """The origin of each encoded feature, in their order."""
        found: list[PreparedColumn] = []
        for name, steps, columns in self._preparation.transformers_:
            if name == "remainder":  # what new features are made of, and nothing else uses
                continue
            names = [columns] if isinstance(columns, str) else list(columns)
            labels = [PreparedColumn(name) for name in names]
            for step in _single_steps(steps):
                labels = _labels_after(step, labels)
            found += labels
        return found

    @cached_property
    def owners(self) -> np.ndarray:
        """For every prepared column the index in `names` of its feature, shape (n_prepared,)."""
        places = {name: place for place, name in enumerate(self.names)}
        return np.array([places[label.feature] for label in self.labels], dtype=int)

    @property
    def reads_columns(self) -> bool:
        """Whether the features matter at all. A dummy may draw its predictions by the position of
        a row in the table, so predicting other tables says nothing about it."""
        return not isinstance(self.estimator, DummyClassifier)

    # --- From prepared columns to the probability -----------------------------------------
    def predict_proba(self, table: pd.DataFrame) -> np.ndarray:
        """The pipeline's own `predict_proba` for these rows, shape (n_rows, 2)."""
        X = self._through_chain(self._preparation.transform(table))
        if self._calibrator is None:
            own: np.ndarray = self.estimator.predict_proba(X)
            return own
        if self.calibration.of_margin:
            response = self.estimator.decision_function(X)
        else:
            response = self.estimator.predict_proba(X)[:, 1]
        positive = self._calibrator.predict(response)
        return np.column_stack([1 - positive, positive])

    def positive(self, prepared: np.ndarray) -> np.ndarray:
        """Probability of the positive class from prepared columns, shape (n_rows,).

        Equal to `predict_proba` but for rounding; several times faster for an RBF SVM.
        """
        X = self._through_chain(prepared)
        if self._calibrator is None:
            probability: np.ndarray = self.estimator.predict_proba(X)[:, 1]
            return probability.astype("float64")
        response = self._margin(X) if self.calibration.of_margin else self._proba(X)
        calibrated: np.ndarray = self._calibrator.predict(response)
        return calibrated.astype("float64")

    def linear_map(self) -> tuple[np.ndarray, np.ndarray]:
        """Selection and reduction as prepared @ matrix + offset.

        Returns:
            The matrix, shape (n_prepared, n_reached), and the offset, shape (n_reached,).
        """
        matrix, offset = np.eye(len(self.labels)), np.zeros(len(self.labels))
        for step in self.chain:
            if isinstance(step, PCA):
                matrix = matrix @ step.components_.T
                offset = (offset - step.mean_) @ step.components_.T
            else:
                kept = step.get_support()
                matrix, offset = matrix[:, kept], offset[kept]
        return matrix, offset

    @property
    def reaching(self) -> np.ndarray | None:
        """Encoded features passed to the estimator unchanged; None behind a reduction."""
        kept = np.arange(len(self.labels))
        for step in self.chain:
            if isinstance(step, PCA):
                return None
            kept = kept[step.get_support()]
        return kept

    def microseconds_per_row(self) -> float:
        """About what one prediction costs from prepared columns; the same on every machine."""
        return _microseconds(self.estimator) + 0.004 * len(self.labels)

    def _through_chain(self, prepared: Any) -> Any:
        for step in self.chain:
            prepared = step.transform(prepared)
        return prepared

    def _proba(self, X: np.ndarray) -> np.ndarray:
        probability: np.ndarray = self.estimator.predict_proba(X)[:, 1]
        return probability

    def _margin(self, X: np.ndarray) -> np.ndarray:
        estimator = self.estimator
        if not isinstance(estimator, SVC):
            margin: np.ndarray = estimator.decision_function(X)
            return margin
        # libsvm sums kernel by kernel; matrix products do the same in a seventh of the time.
        vectors, weights = estimator.support_vectors_, estimator.dual_coef_[0]
        rows = max(1, KERNEL_CHUNK // len(vectors))
        parts = [
            rbf_kernel(X[first : first + rows], vectors, estimator._gamma) @ weights
            for first in range(0, len(X), rows)
        ]
        return np.concatenate(parts) + estimator.intercept_[0]


# --- Labels of prepared columns ----------------------------------------------------------
def _single_steps(transformer: Any) -> list[Any]:
    if isinstance(transformer, Pipeline):
        return [step for _name, step in transformer.steps]
    return [transformer]


def _labels_after(step: Any, labels: list[PreparedColumn]) -> list[PreparedColumn]:
    """The columns that a fitted step makes of these; the same ones for what only rescales."""
    match step:
        case SimpleImputer() if step.add_indicator:
            gaps = step.indicator_.features_
            return labels + [PreparedColumn(labels[gap].feature, "missing") for gap in gaps]
        case FunctionTransformer() if step.func is runtime_helpers.date_parts:
            pairs = itertools.product(labels, step.kw_args["parts"])
            return [PreparedColumn(of.feature, "date_part", part) for of, part in pairs]
        case FunctionTransformer() if step.func is runtime_helpers.date_circles:
            return list(_circle_labels(step.kw_args["parts"], labels))
        case FunctionTransformer() if step.func is runtime_helpers.date_categories:
            return list(_date_value_labels(step.kw_args["parts"], labels))
        case OneHotEncoder():
            return list(_one_hot_labels(step, labels))
        case OrdinalEncoder():
            return [PreparedColumn(of.feature, "ordinal") for of in labels]
        case TargetEncoder():
            return [PreparedColumn(of.feature, "target_rate") for of in labels]
        case KBinsDiscretizer():
            return list(_bin_labels(step, labels))
        case TfidfVectorizer():
            words = step.get_feature_names_out()
            return [PreparedColumn(labels[0].feature, "word", str(word)) for word in words]
        case TruncatedSVD():
            numbers = range(1, len(step.components_) + 1)
            return [PreparedColumn(labels[0].feature, "component", number) for number in numbers]
        case _:
            return labels


def _one_hot_labels(
    encoder: OneHotEncoder, labels: list[PreparedColumn]
) -> Iterator[PreparedColumn]:
    """Frequent categories in order, all rare ones last; a dropped one has no column."""
    count = len(labels)
    rare = getattr(encoder, "infrequent_categories_", None) or [None] * count
    dropped = [None] * count if encoder.drop_idx_ is None else encoder.drop_idx_
    for place, of in enumerate(labels):
        grouped = () if rare[place] is None else set(rare[place])
        for number, category in enumerate(encoder.categories_[place]):
            if number != dropped[place] and category not in grouped:
                yield PreparedColumn(of.feature, "category", str(category))
        if grouped:
            yield PreparedColumn(of.feature, "rare_categories")


def _circle_labels(parts: list[str], labels: list[PreparedColumn]) -> Iterator[PreparedColumn]:
    for of, part in itertools.product(labels, parts):
        if part in WIDTHS["circle"]:
            yield PreparedColumn(of.feature, "date_sine", part)
            yield PreparedColumn(of.feature, "date_cosine", part)
        else:
            yield PreparedColumn(of.feature, "date_part", part)


def _date_value_labels(parts: list[str], labels: list[PreparedColumn]) -> Iterator[PreparedColumn]:
    for of, part in itertools.product(labels, parts):
        if count := WIDTHS["one_hot"].get(part):
            first = 0 if part in ("day_of_week", "hour") else 1
            for value in range(first, first + count):
                yield PreparedColumn(of.feature, "date_value", part, low=float(value))
        else:
            yield PreparedColumn(of.feature, "date_part", part)


def _bin_labels(cut: KBinsDiscretizer, labels: list[PreparedColumn]) -> Iterator[PreparedColumn]:
    for of, edges in zip(labels, cut.bin_edges_, strict=True):
        borders = [None, *(float(edge) for edge in edges[1:-1]), None]
        for low, high in itertools.pairwise(borders):
            yield PreparedColumn(of.feature, "bin", low=low, high=high)


# --- What a prediction costs -------------------------------------------------------------
def _microseconds(estimator: Any) -> float:
    """Measured on one busy core with defaults, and proportional to the model's size."""
    match estimator:
        case SVC():
            return 0.02 * len(estimator.support_)
        case KNeighborsClassifier():
            # Comparing two rows takes longer the more columns they have.
            return estimator.n_samples_fit_ * (0.0025 + 0.00004 * estimator.n_features_in_)
        case RandomForestClassifier() | ExtraTreesClassifier():
            return 0.08 * len(estimator.estimators_)
        case HistGradientBoostingClassifier():
            return 0.08 * estimator.n_iter_
        case VotingClassifier() | StackingClassifier():
            return sum(_microseconds(member) for member in estimator.estimators_)
        case CalibratedClassifierCV():
            # Within an ensemble libsvm itself answers, see `_margin`.
            inner = estimator.calibrated_classifiers_[0].estimator
            return _microseconds(inner) * (7 if isinstance(inner, SVC) else 1)
        case _:
            return 0.5 + 0.08 * getattr(estimator, "n_estimators", 0)
