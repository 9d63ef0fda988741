"""Two to four models that decide together."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from experiments.engine.messages import N_
from experiments.engine.models.base import ModelSpec
from experiments.engine.models.boosting import HistGradientBoosting, LightGBM, XGBoost
from experiments.engine.models.distance import (
    BernoulliNaiveBayes,
    GaussianNaiveBayes,
    KNearestNeighbours,
    RbfSVM,
)
from experiments.engine.models.linear import Dummy, LinearSVM, LogisticRegression
from experiments.engine.models.neural import MultilayerPerceptron
from experiments.engine.models.trees import DecisionTree, ExtraTrees, RandomForest
from experiments.engine.recipe import Recipe

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


def inner_folds(seed: int) -> Recipe:
    """Shuffled folds with equal shares of each class."""
    arguments = {"shuffle": True, "random_state": seed}
    return Recipe("sklearn.model_selection", "StratifiedKFold", (INNER_FOLDS,), arguments)


def calibrated(estimator: Any, method: str, folds: Recipe) -> Recipe:
    """Scores turned into probabilities by what out-of-fold predictions teach (Platt 1999;
    Zadrozny and Elkan 2002); the estimator itself learns from all rows."""
    # Sigmoid is the library's default, and a script of one screen is read.
    chosen = {} if method == "sigmoid" else {"method": method}
    arguments = {**chosen, "cv": folds, "ensemble": False}
    return Recipe("sklearn.calibration", "CalibratedClassifierCV", (estimator,), arguments)


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

    def _named_members(self, seed: int) -> list[tuple[str, Recipe]]:
        """Members as scikit-learn wants them; one that gives distances is calibrated."""
        named = []
        for place, member in enumerate(self.members, start=1):
            recipe = member.recipe(seed)
            if member.gives_margins:
                recipe = calibrated(recipe, "sigmoid", inner_folds(seed))
            named.append((f"{member.name}_{place}", recipe))
        return named


class Voting(Ensemble):
    label = N_("Voting")
    summary = N_("The average of the probabilities of two to four models.")
    estimator = ("sklearn.ensemble", "VotingClassifier")
    fixed = {"voting": "soft", "n_jobs": 1}
    is_seeded = False

    name: Literal["voting"] = "voting"

    def recipe(self, seed: int) -> Recipe:
        voting = super().recipe(seed)
        return Recipe(voting.module, voting.name, (self._named_members(seed),), voting.arguments)


class Stacking(Ensemble):
    label = N_("Stacking")
    summary = N_("A logistic regression learns from out-of-fold answers whom to trust.")
    estimator = ("sklearn.ensemble", "StackingClassifier")
    fixed = {"stack_method": "predict_proba", "n_jobs": 1}
    is_seeded = False

    name: Literal["stacking"] = "stacking"
    C: float = Field(
        1.0,
        ge=1e-4,
        le=1e4,
        title=N_("C of the judge"),
        description=N_("Smaller: the members' weights stay closer together."),
    )

    def recipe(self, seed: int) -> Recipe:
        stacking = super().recipe(seed)
        judge = Recipe(*LogisticRegression.estimator, (), {"C": self.C})
        members = self._named_members(seed)
        return Recipe(
            stacking.module,
            stacking.name,
            (members,),
            {"final_estimator": judge, "cv": inner_folds(seed), **stacking.arguments},
        )


AnyModel = Annotated[SingleModel | Voting | Stacking, Field(discriminator="name")]
