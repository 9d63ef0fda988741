"""A small neural network."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engine.messages import N_
from engine.spec.estimators import EstimatorSpec
from engine.spec.models.base import ModelSpec, early_stopping_field


class MultilayerPerceptron(ModelSpec):
    label = N_("Multilayer perceptron")
    summary = N_("A small neural network; needs scaled columns and more rows than other models.")
    estimator = ("sklearn.neural_network", "MLPClassifier")
    translated = frozenset({"layers", "units"})

    name: Literal["multilayer_perceptron"] = "multilayer_perceptron"
    layers: int = Field(
        1,
        ge=1,
        le=3,
        title=N_("Hidden layers"),
        description=N_("More layers: more complicated shapes."),
    )
    units: int = Field(
        32,
        ge=2,
        le=256,
        title=N_("Neurons per layer"),
        description=N_("More neurons: more detail, and more overfitting."),
    )
    activation: Literal["relu", "tanh"] = Field(
        "relu",
        title=N_("Activation"),
        description=N_("What a neuron does with its sum; ReLU is the usual choice."),
    )
    alpha: float = Field(
        0.0001,
        ge=0.0,
        le=10.0,
        title=N_("L2 regularisation"),
        description=N_("Shrinks the weights towards zero."),
    )
    learning_rate_init: float = Field(
        0.001,
        ge=1e-5,
        le=0.1,
        title=N_("Learning rate"),
        description=N_("Size of each step; if it is too large, training never settles."),
    )
    max_iter: int = Field(
        200,
        ge=10,
        le=1000,
        title=N_("Max epochs"),
        description=N_(
            "Passes over the training rows. Training stops here, even if it has not converged."
        ),
    )
    early_stopping: bool = early_stopping_field()

    def spec(self, seed: int) -> EstimatorSpec:
        return super().spec(seed).plus(hidden_layer_sizes=(self.units,) * self.layers)
