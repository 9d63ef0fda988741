"""Config → one scikit-learn Pipeline. The only place that knows estimators.

Columns are chosen by name from the frame and become a plain array before they
reach an estimator, so a column may have any name with any model.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lightgbm import LGBMClassifier
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier
from xgboost import XGBClassifier

from experiments.engine.config import CategoricalPreparation, ExperimentConfig, NumericPreparation
from experiments.engine.recipe import MAX_CATEGORIES, estimator_recipe, feature_kinds
from experiments.engine.schema import Schema

ESTIMATORS: dict[str, Callable[..., Any]] = {
    "DummyClassifier": DummyClassifier,
    "LogisticRegression": LogisticRegression,
    "DecisionTreeClassifier": DecisionTreeClassifier,
    "RandomForestClassifier": RandomForestClassifier,
    "HistGradientBoostingClassifier": HistGradientBoostingClassifier,
    "XGBClassifier": XGBClassifier,
    "LGBMClassifier": LGBMClassifier,
}


def build_pipeline(config: ExperimentConfig, schema: Schema) -> Pipeline:
    """The unfitted pipeline: preparation by kind of column, then the model."""
    numeric, categorical = feature_kinds(config, schema)
    transformers: list[tuple[str, Pipeline, list[str]]] = []
    if numeric:
        transformers.append(("numeric", _numeric(config.preparation.numeric), numeric))
    if categorical:
        steps = _categorical(config.preparation.categorical)
        transformers.append(("categorical", steps, categorical))
    recipe = estimator_recipe(config)
    return Pipeline(
        [
            ("preparation", ColumnTransformer(transformers, sparse_threshold=0)),
            ("model", ESTIMATORS[recipe.name](**recipe.arguments)),
        ]
    )


def _numeric(preparation: NumericPreparation) -> Pipeline:
    impute = preparation.impute
    imputer = SimpleImputer(
        strategy="constant" if impute == "zero" else impute,
        fill_value=0 if impute == "zero" else None,
        add_indicator=preparation.missing_indicator,
        keep_empty_features=True,
    )
    steps: list[tuple[str, Any]] = [("impute", imputer)]
    if preparation.scale == "standard":
        steps.append(("scale", StandardScaler()))
    return Pipeline(steps)


def _categorical(preparation: CategoricalPreparation) -> Pipeline:
    # A column may be empty in one fold only: it is kept, so that no fold runs out of columns.
    if preparation.impute == "category":
        imputer = SimpleImputer(strategy="constant", fill_value="missing", keep_empty_features=True)
    else:
        imputer = SimpleImputer(strategy="most_frequent", keep_empty_features=True)
    encoder = OneHotEncoder(
        handle_unknown="infrequent_if_exist", max_categories=MAX_CATEGORIES, sparse_output=False
    )
    return Pipeline([("impute", imputer), ("encode", encoder)])
