"""Ensembles of two to four models."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from engine.messages import N_
from engine.spec.estimators import EstimatorSpec
from engine.spec.models.base import ModelSpec
from engine.spec.models.boosting import HistGradientBoosting, LightGBM, XGBoost
from engine.spec.models.distance import (
    BernoulliNaiveBayes,
    GaussianNaiveBayes,
    KNearestNeighbours,
    RbfSVM,
)
from engine.spec.models.linear import Dummy, LinearSVM, LogisticRegression
from engine.spec.models.neural import MultilayerPerceptron
from engine.spec.models.trees import DecisionTree, ExtraTrees, RandomForest

# Folds within the train rows by which a wrapper asks for out-of-fold predictions.
INNER_FOLDS = 5

SingleModel = Annotated[
    Dummy
    | LogisticRegression
    | LinearSVM
    | RbfSVM
    | KNearestNeighbours
    | GaussianNaiveBayes
    | BernoulliNaiveBayes
    | DecisionTree
    | RandomForest
    | ExtraTrees
    | HistGradientBoosting
    | XGBoost
    | LightGBM
    | MultilayerPerceptron,
    Field(discriminator="name"),
]


def inner_folds(seed: int) -> EstimatorSpec:
    """Shuffled folds with equal shares of each class."""
    arguments = {"shuffle": True, "random_state": seed}
    return EstimatorSpec("sklearn.model_selection", "StratifiedKFold", (INNER_FOLDS,), arguments)


def calibrated(estimator: Any, method: str, folds: EstimatorSpec) -> EstimatorSpec:
    """Scores turned into probabilities by what out-of-fold predictions teach (Platt 1999;
    Zadrozny and Elkan 2002); the estimator itself learns from all rows."""
    # Sigmoid is the library's default, and a script of one screen is read.
    chosen = {} if method == "sigmoid" else {"method": method}
    arguments = {**chosen, "cv": folds, "ensemble": False}
    return EstimatorSpec("sklearn.calibration", "CalibratedClassifierCV", (estimator,), arguments)


def _two_that_differ() -> list[SingleModel]:
    """A linear model and a forest: what errs in different places is worth averaging."""
    return [LogisticRegression(), RandomForest()]


class Ensemble(ModelSpec):
    """Members see the same prepared columns."""

    translated: ClassVar[frozenset[str]] = frozenset({"members", "C"})

    members: list[SingleModel] = Field(
        default_factory=_two_that_differ,
        min_length=2,
        max_length=4,
        title=N_("Members"),
        description=N_("Two to four models, each with its own hyperparameters."),
    )

    @property
    def takes_missing(self) -> bool:
        return all(member.accepts_missing for member in self.members)

    @property
    def row_limit(self) -> int | None:
        limits = [member.max_rows for member in self.members if member.max_rows is not None]
        return min(limits, default=None)

    def _named_members(self, seed: int) -> list[tuple[str, EstimatorSpec]]:
        """Members as scikit-learn wants them; one that gives distances is calibrated."""
        named = []
        for place, member in enumerate(self.members, start=1):
            spec = member.spec(seed)
            if member.gives_margins:
                spec = calibrated(spec, "sigmoid", inner_folds(seed))
            named.append((f"{member.name}_{place}", spec))
        return named


class Voting(Ensemble):
    label = N_("Voting")
    summary = N_("The average of the probabilities of two to four models.")
    estimator = ("sklearn.ensemble", "VotingClassifier")
    fixed = {"voting": "soft", "n_jobs": 1}
    is_seeded = False

    name: Literal["voting"] = "voting"

    def spec(self, seed: int) -> EstimatorSpec:
        voting = super().spec(seed)
        return EstimatorSpec(
            voting.module, voting.name, (self._named_members(seed),), voting.arguments
        )


class Stacking(Ensemble):
    label = N_("Stacking")
    summary = N_("A logistic regression combines the models' out-of-fold predictions.")
    estimator = ("sklearn.ensemble", "StackingClassifier")
    fixed = {"stack_method": "predict_proba", "n_jobs": 1}
    is_seeded = False

    name: Literal["stacking"] = "stacking"
    C: float = Field(
        1.0,
        ge=1e-4,
        le=1e4,
        title=N_("C of the meta-model"),
        description=N_("Smaller: the members' weights stay closer together."),
    )

    def spec(self, seed: int) -> EstimatorSpec:
        stacking = super().spec(seed)
        judge = EstimatorSpec(*LogisticRegression.estimator, (), {"C": self.C})
        members = self._named_members(seed)
        return EstimatorSpec(
            stacking.module,
            stacking.name,
            (members,),
            {"final_estimator": judge, "cv": inner_folds(seed), **stacking.arguments},
        )


AnyModel = Annotated[SingleModel | Voting | Stacking, Field(discriminator="name")]
