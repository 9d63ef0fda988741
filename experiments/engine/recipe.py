"""Which estimator, with which arguments: said once for the pipeline and for the code.

Imports no scientific library, so that code can be generated in the web process.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from experiments.engine import models
from experiments.engine.config import ExperimentConfig
from experiments.engine.models import ModelSpec
from experiments.engine.schema import Schema

# A column of thousands of categories would make thousands of columns of zeros;
# the rarest are grouped.
MAX_CATEGORIES = 50


@dataclass(frozen=True)
class Recipe:
    """An estimator by name, where it is imported from, and its arguments."""

    module: str
    name: str
    arguments: dict[str, Any]


def feature_kinds(config: ExperimentConfig, schema: Schema) -> tuple[list[str], list[str]]:
    """The config's features as (numeric, categorical), each in the config's order."""
    numeric = [name for name in config.features if schema.by_name[name].numeric]
    categorical = [name for name in config.features if not schema.by_name[name].numeric]
    return numeric, categorical


def estimator_recipe(config: ExperimentConfig) -> Recipe:
    """How to make the config's model: one thread, seeded."""
    model = config.model
    module, name, fixed = _PLACES[type(model)]
    arguments = {
        key: _argument(key, value) for key, value in model.model_dump().items() if key != "name"
    }
    if arguments.get("class_weight", "") is None:
        del arguments["class_weight"]
    return Recipe(module, name, {**arguments, "random_state": config.seed, **fixed})


def _argument(key: str, value: Any) -> Any:
    """The library's own word for an option of ours."""
    if (key, value) in {("class_weight", "none"), ("max_features", "all")}:
        return None
    return value


_PLACES: dict[type[ModelSpec], tuple[str, str, dict[str, Any]]] = {
    models.Dummy: ("sklearn.dummy", "DummyClassifier", {}),
    models.LogisticRegression: ("sklearn.linear_model", "LogisticRegression", {}),
    models.DecisionTree: ("sklearn.tree", "DecisionTreeClassifier", {}),
    models.RandomForest: ("sklearn.ensemble", "RandomForestClassifier", {"n_jobs": 1}),
    models.HistGradientBoosting: (
        "sklearn.ensemble",
        "HistGradientBoostingClassifier",
        {"early_stopping": False},
    ),
    models.XGBoost: ("xgboost", "XGBClassifier", {"n_jobs": 1}),
    models.LightGBM: ("lightgbm", "LGBMClassifier", {"n_jobs": 1, "verbose": -1}),
}
