"""Linear models, and the dummy model."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from engine.messages import N_
from engine.spec.estimators import EstimatorSpec
from engine.spec.models.base import ClassWeight, ModelSpec, class_weight_field


class Dummy(ModelSpec):
    label = N_("Dummy")
    summary = N_("Uses no feature: shows what a score is worth without learning anything.")
    estimator = ("sklearn.dummy", "DummyClassifier")
    is_baseline = True
    accepts_missing = True

    name: Literal["dummy"] = "dummy"
    strategy: Literal["prior", "most_frequent", "stratified", "uniform"] = Field(
        "prior",
        title=N_("Strategy"),
        description=N_("How it predicts: from the class shares, or at random."),
    )


class LogisticRegression(ModelSpec):
    label = N_("Logistic regression")
    summary = N_("A weighted sum of the features: simple, readable, the usual baseline.")
    estimator = ("sklearn.linear_model", "LogisticRegression")
    translated = frozenset({"penalty", "l1_ratio"})
    is_baseline = True

    name: Literal["logistic_regression"] = "logistic_regression"
    penalty: Literal["l2", "l1", "elastic_net", "none"] = Field(
        "l2",
        title=N_("Penalty"),
        description=N_("L2 shrinks all weights, L1 sets useless ones to zero."),
    )
    C: float = Field(
        1.0,
        ge=1e-4,
        le=1e4,
        title=N_("C (inverse of regularisation)"),
        description=N_("Smaller: simpler weights. Larger: closer to the training rows."),
    )
    l1_ratio: float = Field(
        0.5,
        ge=0.0,
        le=1.0,
        title=N_("L1 share"),
        description=N_("Only for the elastic net: 0 is all L2, 1 is all L1."),
    )
    class_weight: ClassWeight = class_weight_field()
    max_iter: int = Field(
        1000,
        ge=50,
        le=5000,
        title=N_("Max iterations"),
        description=N_("Training stops here, even if it has not converged."),
    )

    @property
    def without_effect(self) -> frozenset[str]:
        return frozenset({"C"} if self.penalty == "none" else ())

    def spec(self, seed: int) -> EstimatorSpec:
        """L2 and none by L-BFGS; what has an L1 part by SAGA, which can do it."""
        penalties: dict[str, dict[str, Any]] = {
            "l2": {},
            "l1": {"l1_ratio": 1.0, "solver": "saga"},
            "elastic_net": {"l1_ratio": self.l1_ratio, "solver": "saga"},
            "none": {"C": float("inf")},
        }
        penalty = penalties[self.penalty]
        return super().spec(seed).plus(**penalty)


class LinearSVM(ModelSpec):
    label = N_("Linear SVM")
    summary = N_(
        "A decision boundary with the widest margin; its decision scores are calibrated (sigmoid)."
    )
    estimator = ("sklearn.svm", "LinearSVC")
    gives_margins = True

    name: Literal["linear_svm"] = "linear_svm"
    C: float = Field(
        1.0,
        ge=1e-4,
        le=1e3,
        title=N_("C (inverse of regularisation)"),
        description=N_("Smaller: a wider margin. Larger: fewer training rows on the wrong side."),
    )
    class_weight: ClassWeight = class_weight_field()
    max_iter: int = Field(
        1000,
        ge=50,
        le=10_000,
        title=N_("Max iterations"),
        description=N_("Training stops here, even if it has not converged."),
    )
