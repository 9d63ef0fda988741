"""Models based on distances and on simple probabilities."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engine.messages import N_
from engine.spec.estimators import EstimatorSpec
from engine.spec.models.base import ClassWeight, ModelSpec, class_weight_field


class RbfSVM(ModelSpec):
    label = N_("RBF SVM")
    summary = N_("A curved decision boundary. Needs scaled columns; slow on many rows.")
    estimator = ("sklearn.svm", "SVC")
    translated = frozenset({"gamma"})
    fixed = {"kernel": "rbf"}
    gives_margins = True
    max_rows = 20_000

    name: Literal["rbf_svm"] = "rbf_svm"
    C: float = Field(
        1.0,
        ge=1e-3,
        le=1e3,
        title=N_("C (inverse of regularisation)"),
        description=N_("Smaller: a smoother boundary. Larger: closer to the training rows."),
    )
    gamma: float | None = Field(
        None,
        ge=1e-6,
        le=100.0,
        title=N_("Gamma"),
        description=N_("How close a row must be to count; empty: set from the columns' variance."),
    )
    class_weight: ClassWeight = class_weight_field()

    def spec(self, seed: int) -> EstimatorSpec:
        gamma = "scale" if self.gamma is None else self.gamma
        return super().spec(seed).plus(gamma=gamma)


class KNearestNeighbours(ModelSpec):
    label = N_("k nearest neighbours")
    summary = N_(
        "Predicts from the most similar training rows and learns nothing else; needs "
        "scaled columns."
    )
    estimator = ("sklearn.neighbors", "KNeighborsClassifier")
    translated = frozenset({"distance"})
    fixed = {"n_jobs": 1}
    is_seeded = False
    max_rows = 100_000

    name: Literal["k_nearest_neighbours"] = "k_nearest_neighbours"
    n_neighbors: int = Field(
        5,
        ge=1,
        le=200,
        title=N_("Neighbours"),
        description=N_("Few: every row counts, which overfits. Many: a smooth average."),
    )
    weights: Literal["uniform", "distance"] = Field(
        "uniform",
        title=N_("Weights"),
        description=N_("Whether closer neighbours count more."),
    )
    distance: Literal["euclidean", "manhattan"] = Field(
        "euclidean",
        title=N_("Distance"),
        description=N_("Straight line (Euclidean) or city block (Manhattan)."),
    )

    def spec(self, seed: int) -> EstimatorSpec:
        return super().spec(seed).plus(metric=self.distance)


class GaussianNaiveBayes(ModelSpec):
    label = N_("Gaussian naive Bayes")
    summary = N_("One bell curve per column and class, as if the columns were independent.")
    estimator = ("sklearn.naive_bayes", "GaussianNB")
    is_seeded = False

    name: Literal["gaussian_naive_bayes"] = "gaussian_naive_bayes"
    var_smoothing: float = Field(
        1e-9,
        ge=1e-12,
        le=1.0,
        title=N_("Smoothing"),
        description=N_("Widens the curves; larger is more cautious."),
    )


class BernoulliNaiveBayes(ModelSpec):
    label = N_("Bernoulli naive Bayes")
    summary = N_(
        "Counts per class how often a column exceeds a threshold; suits yes/no columns and words."
    )
    estimator = ("sklearn.naive_bayes", "BernoulliNB")
    is_seeded = False

    name: Literal["bernoulli_naive_bayes"] = "bernoulli_naive_bayes"
    alpha: float = Field(
        1.0,
        ge=1e-3,
        le=100.0,
        title=N_("Smoothing"),
        description=N_("Imaginary rows added per column and class; larger is more cautious."),
    )
    binarize: float = Field(
        0.0,
        ge=0.0,
        le=10.0,
        title=N_("Binarisation threshold"),
        description=N_("Above this, a column counts as yes; 0 is the mean of a scaled column."),
    )
