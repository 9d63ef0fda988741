"""The models of a config: one declared class each. Imports no scientific library.

A class says what a learner may set: type, bounds, default, one sentence. The same
declaration validates, builds the form, documents, and says which estimator it is.
"""

from engine.spec.models.base import LEAST_POSITIVE, ModelSpec
from engine.spec.models.boosting import HistGradientBoosting, LightGBM, XGBoost
from engine.spec.models.distance import (
    BernoulliNaiveBayes,
    GaussianNaiveBayes,
    KNearestNeighbours,
    RbfSVM,
)
from engine.spec.models.ensembles import AnyModel, Ensemble, Stacking, Voting
from engine.spec.models.linear import Dummy, LinearSVM, LogisticRegression
from engine.spec.models.neural import MultilayerPerceptron
from engine.spec.models.trees import DecisionTree, ExtraTrees, RandomForest

SINGLE_MODELS: dict[str, type[ModelSpec]] = {
    model.model_fields["name"].default: model
    for model in (
        Dummy,
        LogisticRegression,
        LinearSVM,
        RbfSVM,
        KNearestNeighbours,
        GaussianNaiveBayes,
        BernoulliNaiveBayes,
        DecisionTree,
        RandomForest,
        ExtraTrees,
        HistGradientBoosting,
        XGBoost,
        LightGBM,
        MultilayerPerceptron,
    )
}
ENSEMBLES: dict[str, type[Ensemble]] = {"voting": Voting, "stacking": Stacking}
MODELS: dict[str, type[ModelSpec]] = {**SINGLE_MODELS, **ENSEMBLES}

__all__ = [
    "ENSEMBLES",
    "LEAST_POSITIVE",
    "MODELS",
    "SINGLE_MODELS",
    "AnyModel",
    "Ensemble",
    "ModelSpec",
]
