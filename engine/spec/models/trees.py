"""Trees and forests."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engine.messages import N_
from engine.spec.models.base import (
    ClassWeight,
    ModelSpec,
    class_weight_field,
    depth_field,
    leaf_rows_field,
)

ColumnsPerSplit = Literal["sqrt", "log2", "all"]


def trees_field() -> int:
    field: int = Field(
        100,
        ge=5,
        le=500,
        title=N_("Trees"),
        description=N_("More trees: steadier and slower."),
    )
    return field


def columns_per_split_field() -> ColumnsPerSplit:
    field: ColumnsPerSplit = Field(
        "sqrt",
        title=N_("Features per split"),
        description=N_("Fewer: the trees differ more from each other."),
    )
    return field


class DecisionTree(ModelSpec):
    label = N_("Decision tree")
    summary = N_("Yes/no questions: readable, and quick to memorise rows.")
    estimator = ("sklearn.tree", "DecisionTreeClassifier")
    accepts_missing = True

    name: Literal["decision_tree"] = "decision_tree"
    max_depth: int | None = depth_field()
    min_samples_leaf: int = leaf_rows_field()
    criterion: Literal["gini", "entropy"] = Field(
        "gini",
        title=N_("Criterion"),
        description=N_("How the purity of a leaf is measured; rarely matters."),
    )
    ccp_alpha: float = Field(
        0.0,
        ge=0.0,
        le=1.0,
        title=N_("Pruning"),
        description=N_("Cuts branches that gain less than this; 0 cuts none."),
    )
    class_weight: ClassWeight = class_weight_field()


class RandomForest(ModelSpec):
    label = N_("Random forest")
    summary = N_("Many trees on random samples, averaged: solid with its defaults.")
    estimator = ("sklearn.ensemble", "RandomForestClassifier")
    fixed = {"n_jobs": 1}
    accepts_missing = True

    name: Literal["random_forest"] = "random_forest"
    n_estimators: int = trees_field()
    max_depth: int | None = depth_field()
    min_samples_leaf: int = leaf_rows_field()
    max_features: ColumnsPerSplit = columns_per_split_field()
    class_weight: ClassWeight = class_weight_field()


class ExtraTrees(ModelSpec):
    label = N_("Extra trees")
    summary = N_("A forest whose split thresholds are random: faster, often as good.")
    estimator = ("sklearn.ensemble", "ExtraTreesClassifier")
    fixed = {"n_jobs": 1}
    accepts_missing = True

    name: Literal["extra_trees"] = "extra_trees"
    n_estimators: int = trees_field()
    max_depth: int | None = depth_field()
    min_samples_leaf: int = leaf_rows_field()
    max_features: ColumnsPerSplit = columns_per_split_field()
    class_weight: ClassWeight = class_weight_field()
