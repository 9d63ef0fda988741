"""Create scikit-learn objects from specs. No other module creates estimators."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from engine.build.spec_builder import pipeline_spec
from engine.spec.config import ExperimentConfig
from engine.spec.estimators import RUNTIME_HELPERS, EstimatorSpec, Function, Named
from engine.spec.models import MODELS
from engine.spec.schema import Schema

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
    """Import whatever a spec may name, once, before a worker's children are forked."""
    for module in {model.estimator[0] for model in MODELS.values()}:
        import_module(module)
    for step in STEPS:
        import_module(f"sklearn.{step}")
    import_module(RUNTIME_HELPERS)


def build(node: Any) -> Any:
    """Create the scikit-learn object described by a spec, or by a literal with specs in it."""
    match node:
        case Named():
            return build(node.value)
        case Function():
            return getattr(import_module(node.module), node.name)
        case EstimatorSpec():
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
    return build(pipeline_spec(config, schema, raw=raw))
