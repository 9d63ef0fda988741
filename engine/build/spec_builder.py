"""Build the pipeline spec from a config and a schema.

Columns are chosen by name from the frame and become a plain array before they
reach an estimator, so a column may have any name with any model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.spec.config import ExperimentConfig, feature_names
from engine.spec.estimators import RUNTIME_HELPERS, EstimatorSpec, Function, Named, pipeline_of
from engine.spec.models.ensembles import INNER_FOLDS, calibrated, inner_folds
from engine.spec.schema import ColumnType, Schema, SplitKind
from engine.spec.steps.new_features import QuantileBins
from engine.spec.steps.preparation import numbers_as_names, quantile_bins, tolerant

# What is prepared as which, where a config does not say otherwise.
TREATED_AS = {
    ColumnType.NUMERIC: "numeric",
    ColumnType.BOOLEAN: "boolean",
    ColumnType.CATEGORICAL: "categorical",
    ColumnType.DATETIME: "datetime",
    ColumnType.TEXT: "text",
}


@dataclass
class Group:
    """Columns that are prepared together, in the same way.

    Attributes:
        kind: names the group in generated code.
        steps: what prepares them.
        single: the steps take one column, not a table of columns.
    """

    kind: str
    steps: Any
    columns: list[str]
    single: bool = False


def column_groups(config: ExperimentConfig, schema: Schema) -> list[Group]:
    """Group features by their preprocessing, in the order of the types."""
    groups: dict[str, Group] = {}
    new = {feature.name: feature for feature in config.new_features}
    for name in feature_names(config, schema):
        if isinstance(feature := new.get(name), QuantileBins):
            group = Group("bins", quantile_bins(feature.bins), [])
            key = f"bins {feature.bins}"
        else:
            stored_as_number, type_ = _stored(name, config, schema)
            kind, preparation = _preparation(name, type_, stored_as_number, config)
            steps = preparation.spec(config.seed)
            if kind == "text" and _may_be_empty(name, schema):
                steps = tolerant(steps)
            if kind == "categorical" and stored_as_number:
                steps = pipeline_of(numbers_as_names(), *_steps_of(steps))
                kind = "number_categories"
            group = Group(kind, steps, [], single=kind == "text")
            # A vectoriser reads one column, so two texts are two groups.
            place = name if group.single else ""
            key = f"{kind} {place} {preparation.model_dump_json()}"
        groups.setdefault(key, group).columns.append(name)
    order = ["numeric", "bins", "boolean", "categorical", "number_categories", "datetime", "text"]
    return sorted(groups.values(), key=lambda group: order.index(group.kind))


def _stored(name: str, config: ExperimentConfig, schema: Schema) -> tuple[bool, ColumnType]:
    """Return whether a feature is stored as numbers, and its type."""
    for feature in config.new_features:
        if feature.name == name:
            return feature.makes == ColumnType.NUMERIC, feature.makes
    column = schema.by_name[name]
    return column.numeric, column.type


def _preparation(
    name: str, type_: ColumnType, stored_as_number: bool, config: ExperimentConfig
) -> tuple[str, Any]:
    own = config.preparation.columns.get(name)
    if own is not None:
        return own.treat_as, own
    # An identifier is prepared like any other number or category, by who insists on it.
    default = "numeric" if stored_as_number else "categorical"
    kind = "numeric" if stored_as_number else TREATED_AS.get(type_, default)
    return kind, getattr(config.preparation, kind)


def _may_be_empty(name: str, schema: Schema) -> bool:
    column = schema.by_name.get(name)
    return schema.has_sparse_texts or (column is not None and column.sparse)


def _steps_of(spec: Any) -> tuple[Any, ...]:
    return spec.positional if spec.name == "make_pipeline" else (spec,)


def preparation_spec(config: ExperimentConfig, schema: Schema) -> EstimatorSpec:
    """The columns of the frame → one array of numbers."""
    transformers = []
    used: dict[str, int] = {}
    for group in column_groups(config, schema):
        used[group.kind] = used.get(group.kind, 0) + 1
        label = group.kind if used[group.kind] == 1 else f"{group.kind}_{used[group.kind]}"
        steps = group.steps
        if isinstance(steps, EstimatorSpec):
            steps = Named(f"{label}_steps", steps)
        columns: Any = group.columns[0] if group.single else Named(label, group.columns)
        transformers.append((steps, columns))
    return EstimatorSpec(
        "sklearn.compose",
        "make_column_transformer",
        tuple(transformers),
        {"sparse_threshold": 0},
    )


def features_spec(config: ExperimentConfig) -> EstimatorSpec | None:
    """The step that adds the new features to the frame."""
    if not config.new_features:
        return None
    features = [
        (feature.name, feature.function, feature.arguments) for feature in config.new_features
    ]
    return EstimatorSpec(
        "sklearn.preprocessing",
        "FunctionTransformer",
        (Function(RUNTIME_HELPERS, "add_features"),),
        {"kw_args": {"features": Named("new_features", features)}},
    )


def pipeline_spec(config: ExperimentConfig, schema: Schema, *, raw: bool = False) -> EstimatorSpec:
    """New features, preparation, selection, reduction, model, and calibration around it all.

    Args:
        raw: leave the calibration out.
    """
    features = features_spec(config)
    steps: list[Any] = [features] if features else []
    steps.append(Named("preparation", preparation_spec(config, schema)))
    steps += config.selection.steps(config.seed) + config.reduction.steps(config.seed)
    steps.append(Named("model", config.model.spec(config.seed)))
    pipeline = EstimatorSpec("sklearn.pipeline", "make_pipeline", tuple(steps))
    method = calibration_method(config)
    if method == "none" or raw:
        return pipeline
    return calibrated(
        Named("uncalibrated", pipeline), method, _calibration_folds(config, schema.split.kind)
    )


def calibration_method(config: ExperimentConfig) -> str:
    """Distances from a border become probabilities even where no one asked."""
    if config.calibration == "none" and config.model.gives_margins:
        return "sigmoid"
    return config.calibration


def _calibration_folds(config: ExperimentConfig, kind: SplitKind) -> EstimatorSpec:
    if kind == "time":
        # Blocks in time order; shuffled rows would be too like those that they are checked on.
        return EstimatorSpec("sklearn.model_selection", "KFold", (INNER_FOLDS,))
    return inner_folds(config.seed)


def validation_spec(config: ExperimentConfig, schema: Schema) -> EstimatorSpec:
    """The cross-validation splitter of the training set, matching the split of the dataset."""
    folds, module, kind = config.validation.folds, "sklearn.model_selection", schema.split.kind
    if kind == "time":
        gap = {"gap": config.validation.gap} if config.validation.gap else {}
        return EstimatorSpec(module, "TimeSeriesSplit", (folds,), gap)
    shuffled = {"shuffle": True, "random_state": config.seed}
    if kind == "group":
        return EstimatorSpec(module, "StratifiedGroupKFold", (folds,), shuffled)
    if config.validation.repeats > 1:
        arguments = {
            "n_splits": folds,
            "n_repeats": config.validation.repeats,
            "random_state": config.seed,
        }
        return EstimatorSpec(module, "RepeatedStratifiedKFold", (), arguments)
    return EstimatorSpec(module, "StratifiedKFold", (folds,), shuffled)


def source_columns(config: ExperimentConfig, schema: Schema) -> list[str]:
    """Original columns that the pipeline reads: features, and what new ones are made of."""
    wanted = {*config.columns.chosen(schema)}
    for feature in config.new_features:
        wanted |= {source for source in feature.sources if source in schema.by_name}
    return [column.name for column in schema.columns if column.name in wanted]


# --- Search -----------------------------------------------------------------------------
def searched_spec(config: ExperimentConfig) -> Named:
    """The model whose hyperparameters are drawn; one that gives distances is calibrated."""
    model = Named("model", config.model.spec(config.seed))
    if not config.model.gives_margins:
        return model
    return Named("searched", calibrated(model, "sigmoid", inner_folds(config.seed)))
