"""Feature selection and dimensionality reduction."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from engine.messages import N_
from engine.spec.columns import STRICT
from engine.spec.estimators import EstimatorSpec, Function
from engine.spec.models.linear import LogisticRegression

MODULE = "sklearn.feature_selection"


class NoSelection(BaseModel):
    model_config = STRICT

    method: Literal["none"] = "none"

    def steps(self, seed: int) -> list[Any]:
        return []


class VarianceSelection(BaseModel):
    """Drops columns that hardly vary."""

    model_config = STRICT

    method: Literal["variance"] = "variance"
    threshold: float = Field(
        0.01,
        ge=0.0,
        le=100.0,
        title=N_("Variance"),
        description=N_("Encoded features that vary less than this are dropped."),
    )

    def steps(self, seed: int) -> list[Any]:
        return [EstimatorSpec(MODULE, "VarianceThreshold", (self.threshold,))]


class BestSelection(BaseModel):
    """Keeps the features most informative about the target, each by itself."""

    model_config = STRICT

    method: Literal["k_best"] = "k_best"
    k: int = Field(
        10,
        ge=1,
        le=1000,
        title=N_("Features kept"),
        description=N_("How many encoded features to keep."),
    )
    score: Literal["anova", "mutual_information"] = Field(
        "anova",
        title=N_("Score"),
        description=N_("ANOVA sees differences in means; mutual information sees any dependence."),
    )

    def steps(self, seed: int) -> list[Any]:
        score: Any = Function(MODULE, "f_classif")
        if self.score == "mutual_information":
            information = Function(MODULE, "mutual_info_classif")
            score = EstimatorSpec("functools", "partial", (information,), {"random_state": seed})
        return [EstimatorSpec(MODULE, "SelectKBest", (score,), {"k": self.k})]


class L1Selection(BaseModel):
    """Keeps the columns to which a logistic regression with an L1 penalty gives a weight."""

    model_config = STRICT

    method: Literal["l1"] = "l1"
    C: float = Field(
        0.1,
        ge=1e-3,
        le=100.0,
        title=N_("C (inverse of regularisation)"),
        description=N_("Smaller: fewer features are kept."),
    )

    def steps(self, seed: int) -> list[Any]:
        arguments = {"l1_ratio": 1.0, "C": self.C, "solver": "liblinear", "random_state": seed}
        judge = EstimatorSpec(*LogisticRegression.estimator, (), arguments)
        return [EstimatorSpec(MODULE, "SelectFromModel", (judge,))]


AnySelection = Annotated[
    NoSelection | VarianceSelection | BestSelection | L1Selection, Field(discriminator="method")
]
SELECTIONS: dict[str, type[BaseModel]] = {
    "none": NoSelection,
    "variance": VarianceSelection,
    "k_best": BestSelection,
    "l1": L1Selection,
}


class NoReduction(BaseModel):
    model_config = STRICT

    method: Literal["none"] = "none"

    def steps(self, seed: int) -> list[Any]:
        return []


class PCAReduction(BaseModel):
    """Condenses all columns into few that vary most."""

    model_config = STRICT

    method: Literal["pca"] = "pca"
    components: int = Field(
        5,
        ge=1,
        le=200,
        title=N_("Components"),
        description=N_("How many components to keep; each one combines all encoded features."),
    )

    def steps(self, seed: int) -> list[Any]:
        arguments = {"svd_solver": "full"}
        return [EstimatorSpec("sklearn.decomposition", "PCA", (self.components,), arguments)]


AnyReduction = Annotated[NoReduction | PCAReduction, Field(discriminator="method")]
REDUCTIONS: dict[str, type[BaseModel]] = {"none": NoReduction, "pca": PCAReduction}
