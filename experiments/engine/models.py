"""The models of a config: one declared class each. Imports no scientific library.

A class says what a learner may set: type, bounds, default, one sentence. The same
declaration validates, builds the form, and documents; `pipeline.py` turns it into
an estimator, `codegen.py` into code.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from experiments.engine.messages import N_

ClassWeight = Literal["none", "balanced"]

# XGBoost reads its numbers as 32-bit floats and refuses what is smaller than those hold.
LEAST_POSITIVE = 1e-9


def _zero_or_more_than_tiny(value: float) -> float:
    if 0 < value < LEAST_POSITIVE:
        raise PydanticCustomError(
            "tiny_number", "0 or more than {least}", {"least": LEAST_POSITIVE}
        )
    return value


Regularisation = Annotated[float, AfterValidator(_zero_or_more_than_tiny)]


def class_weight_field() -> ClassWeight:
    field: ClassWeight = Field(
        "none",
        title=N_("Class weight"),
        description=N_("“Balanced” lets errors on the rarer class count more."),
    )
    return field


class ModelSpec(BaseModel):
    """A model and its hyperparameters."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    label: ClassVar[str]
    summary: ClassVar[str]
    is_baseline: ClassVar[bool] = False

    name: str


class Dummy(ModelSpec):
    label = N_("Dummy")
    summary = N_("Looks at no feature: what a score is worth without learning anything.")
    is_baseline = True

    name: Literal["dummy"] = "dummy"
    strategy: Literal["prior", "most_frequent", "stratified", "uniform"] = Field(
        "prior",
        title=N_("Strategy"),
        description=N_("What it answers without looking: the classes' shares, or at random."),
    )


class LogisticRegression(ModelSpec):
    label = N_("Logistic regression")
    summary = N_("A weighted sum of the columns: simple, readable, the usual baseline.")
    is_baseline = True

    name: Literal["logistic_regression"] = "logistic_regression"
    C: float = Field(
        1.0,
        ge=1e-4,
        le=1e4,
        title=N_("C (inverse of regularisation)"),
        description=N_("Smaller: simpler weights. Larger: closer to the training rows."),
    )
    class_weight: ClassWeight = class_weight_field()
    max_iter: int = Field(
        1000,
        ge=50,
        le=5000,
        title=N_("Iterations at most"),
        description=N_("When the search for weights gives up."),
    )


class DecisionTree(ModelSpec):
    label = N_("Decision tree")
    summary = N_("Questions with yes/no answers: readable, and quick to learn rows by heart.")

    name: Literal["decision_tree"] = "decision_tree"
    max_depth: int | None = Field(
        None,
        ge=1,
        le=50,
        title=N_("Depth at most"),
        description=N_("How many questions in a row; empty: no limit."),
    )
    min_samples_leaf: int = Field(
        1,
        ge=1,
        le=1000,
        title=N_("Rows per leaf at least"),
        description=N_("More rows per answer: a simpler tree."),
    )
    class_weight: ClassWeight = class_weight_field()


class RandomForest(ModelSpec):
    label = N_("Random forest")
    summary = N_("Many trees on random samples, averaged: solid with its defaults.")

    name: Literal["random_forest"] = "random_forest"
    n_estimators: int = Field(
        100,
        ge=5,
        le=500,
        title=N_("Trees"),
        description=N_("More trees: steadier and slower."),
    )
    max_depth: int | None = Field(
        None,
        ge=1,
        le=50,
        title=N_("Depth at most"),
        description=N_("How many questions in a row; empty: no limit."),
    )
    min_samples_leaf: int = Field(
        1,
        ge=1,
        le=1000,
        title=N_("Rows per leaf at least"),
        description=N_("More rows per answer: simpler trees."),
    )
    max_features: Literal["sqrt", "log2", "all"] = Field(
        "sqrt",
        title=N_("Columns per split"),
        description=N_("Fewer: trees that differ more from each other."),
    )
    class_weight: ClassWeight = class_weight_field()


class HistGradientBoosting(ModelSpec):
    label = N_("Histogram gradient boosting")
    summary = N_("Trees that each correct the ones before; scikit-learn's fast version.")

    name: Literal["hist_gradient_boosting"] = "hist_gradient_boosting"
    learning_rate: float = Field(
        0.1,
        ge=0.001,
        le=1.0,
        title=N_("Learning rate"),
        description=N_("How much each tree corrects; smaller needs more trees."),
    )
    max_iter: int = Field(
        100, ge=5, le=1000, title=N_("Trees"), description=N_("How many corrections, one by one.")
    )
    max_leaf_nodes: int = Field(
        31,
        ge=2,
        le=255,
        title=N_("Leaves per tree at most"),
        description=N_("More leaves: more detail, and more overfitting."),
    )
    l2_regularization: Regularisation = Field(
        0.0,
        ge=0.0,
        le=1000.0,
        title=N_("L2 regularisation"),
        description=N_("Pulls the leaves' values towards zero."),
    )
    class_weight: ClassWeight = class_weight_field()


class XGBoost(ModelSpec):
    label = N_("XGBoost")
    summary = N_("Gradient boosting with strong regularisation.")

    name: Literal["xgboost"] = "xgboost"
    n_estimators: int = Field(
        100, ge=5, le=1000, title=N_("Trees"), description=N_("How many corrections, one by one.")
    )
    learning_rate: float = Field(
        0.3,
        ge=0.001,
        le=1.0,
        title=N_("Learning rate"),
        description=N_("How much each tree corrects; smaller needs more trees."),
    )
    max_depth: int = Field(
        6,
        ge=1,
        le=16,
        title=N_("Depth at most"),
        description=N_("Deeper trees see interactions of more columns."),
    )
    subsample: float = Field(
        1.0,
        ge=0.1,
        le=1.0,
        title=N_("Share of rows per tree"),
        description=N_("Below 1, each tree sees a random part of the rows."),
    )
    reg_lambda: Regularisation = Field(
        1.0,
        ge=0.0,
        le=1000.0,
        title=N_("L2 regularisation"),
        description=N_("Pulls the leaves' values towards zero."),
    )


class LightGBM(ModelSpec):
    label = N_("LightGBM")
    summary = N_("Gradient boosting that grows where the error is largest.")

    name: Literal["lightgbm"] = "lightgbm"
    n_estimators: int = Field(
        100, ge=5, le=1000, title=N_("Trees"), description=N_("How many corrections, one by one.")
    )
    learning_rate: float = Field(
        0.1,
        ge=0.001,
        le=1.0,
        title=N_("Learning rate"),
        description=N_("How much each tree corrects; smaller needs more trees."),
    )
    num_leaves: int = Field(
        31,
        ge=2,
        le=255,
        title=N_("Leaves per tree at most"),
        description=N_("More leaves: more detail, and more overfitting."),
    )
    min_child_samples: int = Field(
        20,
        ge=1,
        le=1000,
        title=N_("Rows per leaf at least"),
        description=N_("More rows per answer: simpler trees."),
    )
    class_weight: ClassWeight = class_weight_field()


AnyModel = Annotated[
    Dummy
    | LogisticRegression
    | DecisionTree
    | RandomForest
    | HistGradientBoosting
    | XGBoost
    | LightGBM,
    Field(discriminator="name"),
]

MODELS: dict[str, type[ModelSpec]] = {
    model.model_fields["name"].default: model
    for model in (
        Dummy,
        LogisticRegression,
        DecisionTree,
        RandomForest,
        HistGradientBoosting,
        XGBoost,
        LightGBM,
    )
}
