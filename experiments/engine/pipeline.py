"""Recipes → scikit-learn objects. The only place that makes estimators."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from experiments.engine.assembly import pipeline_recipe
from experiments.engine.config import ExperimentConfig
from experiments.engine.models import MODELS
from experiments.engine.recipe import PORTABLE, Function, Named, Recipe
from experiments.engine.schema import Schema

# Where the steps beside the models come from.
STEPS = (
    "calibration",
    "compose",
    "decomposition",
    "feature_extraction.text",
    "feature_selection",
    "impute",
    "model_selection",
    "pipeline",
    "preprocessing",
)


def import_all() -> None:
    """Import whatever a recipe may name, once, before a worker's children are forked."""
    for module in {model.estimator[0] for model in MODELS.values()}:
        import_module(module)
    for step in STEPS:
        import_module(f"sklearn.{step}")
    import_module(PORTABLE)


def build(node: Any) -> Any:
    """The object that a recipe, or a literal with recipes in it, stands for."""
    match node:
        case Named():
            return build(node.value)
        case Function():
            return getattr(import_module(node.module), node.name)
        case Recipe():
            callable_ = getattr(import_module(node.module), node.name)
            arguments = {key: build(value) for key, value in node.arguments.items()}
            return callable_(*(build(value) for value in node.positional), **arguments)
        case list() | tuple():
            return type(node)(build(item) for item in node)
        case dict():
            return {key: build(value) for key, value in node.items()}
        case _:
            return node


def build_pipeline(config: ExperimentConfig, schema: Schema, *, raw: bool = False) -> Any:
    """The unfitted pipeline of a config.

    Args:
        raw: without calibration, so a `Pipeline` in any case.
    """
    return build(pipeline_recipe(config, schema, raw=raw))
