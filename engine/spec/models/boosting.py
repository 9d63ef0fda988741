"""Boosted trees, each correcting the previous ones."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engine.messages import N_
from engine.spec.estimators import RUNTIME_HELPERS, EstimatorSpec
from engine.spec.models.base import (
    ClassWeight,
    ModelSpec,
    Regularisation,
    class_weight_field,
    corrections_field,
    early_stopping_field,
    l2_field,
    leaf_rows_field,
    learning_rate_field,
    leaves_field,
)

# Rounds without progress on the rows set aside.
PATIENCE = 10


def share_of_rows_field() -> float:
    field: float = Field(
        1.0,
        ge=0.1,
        le=1.0,
        title=N_("Share of rows per tree"),
        description=N_("Below 1, each tree uses a random part of the rows."),
    )
    return field


def share_of_columns_field() -> float:
    field: float = Field(
        1.0,
        ge=0.1,
        le=1.0,
        title=N_("Share of columns per tree"),
        description=N_("Below 1, each tree uses a random part of the columns."),
    )
    return field


class HistGradientBoosting(ModelSpec):
    label = N_("Histogram gradient boosting")
    summary = N_("Trees that each correct the previous ones; scikit-learn's fast version.")
    estimator = ("sklearn.ensemble", "HistGradientBoostingClassifier")
    accepts_missing = True

    name: Literal["hist_gradient_boosting"] = "hist_gradient_boosting"
    learning_rate: float = learning_rate_field(0.1)
    max_iter: int = corrections_field()
    max_leaf_nodes: int = leaves_field()
    min_samples_leaf: int = leaf_rows_field(20)
    l2_regularization: Regularisation = l2_field(0.0)
    early_stopping: bool = early_stopping_field()
    class_weight: ClassWeight = class_weight_field()


class XGBoost(ModelSpec):
    label = N_("XGBoost")
    summary = N_("Gradient boosting with strong regularisation.")
    estimator = ("xgboost", "XGBClassifier")
    translated = frozenset({"early_stopping"})
    fixed = {"n_jobs": 1}
    accepts_missing = True

    name: Literal["xgboost"] = "xgboost"
    n_estimators: int = corrections_field()
    learning_rate: float = learning_rate_field(0.3)
    max_depth: int = Field(
        6,
        ge=1,
        le=16,
        title=N_("Max depth"),
        description=N_("Deeper trees capture interactions of more columns."),
    )
    subsample: float = share_of_rows_field()
    colsample_bytree: float = share_of_columns_field()
    reg_lambda: Regularisation = l2_field(1.0)
    scale_pos_weight: float = Field(
        1.0,
        ge=0.01,
        le=100.0,
        title=N_("Weight of the positive class"),
        description=N_("Above 1, errors on the positive class count more."),
    )
    early_stopping: bool = early_stopping_field()

    def spec(self, seed: int) -> EstimatorSpec:
        spec = super().spec(seed)
        if not self.early_stopping:
            return spec
        arguments = {**spec.arguments, "early_stopping_rounds": PATIENCE}
        return EstimatorSpec(RUNTIME_HELPERS, "XGBStoppedEarly", (), arguments)


class LightGBM(ModelSpec):
    label = N_("LightGBM")
    summary = N_("Gradient boosting that grows trees where the error is largest.")
    estimator = ("lightgbm", "LGBMClassifier")
    translated = frozenset({"early_stopping", "subsample"})
    fixed = {"n_jobs": 1, "verbose": -1}
    accepts_missing = True

    name: Literal["lightgbm"] = "lightgbm"
    n_estimators: int = corrections_field()
    learning_rate: float = learning_rate_field(0.1)
    num_leaves: int = leaves_field()
    min_child_samples: int = leaf_rows_field(20)
    subsample: float = share_of_rows_field()
    colsample_bytree: float = share_of_columns_field()
    reg_lambda: Regularisation = l2_field(0.0)
    early_stopping: bool = early_stopping_field()
    class_weight: ClassWeight = class_weight_field()

    def spec(self, seed: int) -> EstimatorSpec:
        spec = super().spec(seed)
        if self.subsample < 1:
            # LightGBM draws no rows at all unless it is told how often.
            spec = spec.plus(subsample=self.subsample, subsample_freq=1)
        if self.early_stopping:
            arguments = {**spec.arguments, "early_stopping_round": PATIENCE}
            return EstimatorSpec(RUNTIME_HELPERS, "LGBMStoppedEarly", (), arguments)
        return spec
