"""Models of distance and of simple probability."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from experiments.engine.messages import N_
from experiments.engine.models.base import ClassWeight, ModelSpec, class_weight_field
from experiments.engine.recipe import Recipe


class RbfSVM(ModelSpec):
    label = N_("RBF SVM")
    summary = N_("A curved border around similar rows; needs scaled columns, slow on many rows.")
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
        description=N_("Smaller: a smoother border. Larger: closer to the training rows."),
    )
    gamma: float | None = Field(
        None,
        ge=1e-6,
        le=100.0,
        title=N_("Gamma"),
        description=N_("How near a row must be to count; empty: from the columns' variance."),
    )
    class_weight: ClassWeight = class_weight_field()

    def recipe(self, seed: int) -> Recipe:
        gamma = "scale" if self.gamma is None else self.gamma
        return super().recipe(seed).plus(gamma=gamma)


class KNearestNeighbours(ModelSpec):
    label = N_("k nearest neighbours")
    summary = N_("Asks the most similar train rows; needs scaled columns, learns nothing else.")
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
        description=N_("Few: every row counts, overfitting. Many: a smooth average."),
    )
    weights: Literal["uniform", "distance"] = Field(
        "uniform",
        title=N_("Weights"),
        description=N_("Whether nearer neighbours count more."),
    )
    distance: Literal["euclidean", "manhattan"] = Field(
        "euclidean",
        title=N_("Distance"),
        description=N_("As the crow flies, or along the axes."),
    )

    def recipe(self, seed: int) -> Recipe:
        return super().recipe(seed).plus(metric=self.distance)


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
        description=N_("Widens the curves: larger is more careful."),
    )


class BernoulliNaiveBayes(ModelSpec):
    label = N_("Bernoulli naive Bayes")
    summary = N_("Counts per class how often a column is above a border; suits yes/no and words.")
    estimator = ("sklearn.naive_bayes", "BernoulliNB")
    is_seeded = False

    name: Literal["bernoulli_naive_bayes"] = "bernoulli_naive_bayes"
    alpha: float = Field(
        1.0,
        ge=1e-3,
        le=100.0,
        title=N_("Smoothing"),
        description=N_("Rows imagined per column and class: larger is more careful."),
    )
    binarize: float = Field(
        0.0,
        ge=0.0,
        le=10.0,
        title=N_("Border"),
        description=N_("Above it a column counts as yes; 0 is the mean of a scaled column."),
    )
