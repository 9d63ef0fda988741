"""Random and systematic configs, read off the engine's own declaration."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Le
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from engine.spec.config import ExperimentConfig, Threshold, Validation, default_config
from engine.spec.models import ENSEMBLES, LEAST_POSITIVE, MODELS, SINGLE_MODELS
from engine.spec.schema import Schema
from engine.spec.search import Search, searchable_fields
from engine.spec.steps.new_features import OPERATIONS
from engine.spec.steps.preparation import TREATMENTS, Preparation
from engine.spec.steps.selection import REDUCTIONS, SELECTIONS

# Small, so that many configs are tried; every other value is free within its bounds.
SMALL: dict[str, tuple[Any, Any]] = {
    "n_estimators": (5, 12),
    "max_iter": (5, 30),
    "max_depth": (1, 8),
    "n_neighbors": (1, 40),
    "units": (2, 12),
    "vocabulary": (10, 40),
    "svd_components": (2, 4),
    "components": (1, 4),
    "min_rows": (1, 5),
    "folds": (2, 3),
    "C": (0.01, 10.0),
}


# --- What a declaration offers ------------------------------------------------------------
def options_of(info: FieldInfo) -> list[Any] | None:
    """The values of a field that has few; None for numbers and texts."""
    annotation: Any = info.annotation
    if get_origin(annotation) is Literal:
        return list(get_args(annotation))
    return [False, True] if annotation is bool else None


def is_optional(info: FieldInfo) -> bool:
    annotation: Any = info.annotation
    return get_origin(annotation) in (Union, types.UnionType) and type(None) in get_args(annotation)


def _plain_type(info: FieldInfo) -> Any:
    annotation: Any = info.annotation
    if is_optional(info):
        annotation = next(a for a in get_args(annotation) if a is not type(None))
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def bounds_of(info: FieldInfo) -> tuple[Any, Any]:
    rules: list[Any] = list(info.metadata)
    for argument in get_args(info.annotation):
        rules += getattr(argument, "__metadata__", ())
        for inner in getattr(argument, "__metadata__", ()):
            rules += getattr(inner, "metadata", ())
    low = next((rule.ge for rule in rules if isinstance(rule, Ge)), None)
    high = next((rule.le for rule in rules if isinstance(rule, Le)), None)
    return low, high


def values(name: str, info: FieldInfo) -> st.SearchStrategy[Any]:
    """Any value that a field takes."""
    if (options := options_of(info)) is not None:
        return st.sampled_from(options)
    if get_origin(info.annotation) is list:  # the parts of a date
        parts = get_args(get_args(info.annotation)[0])
        return st.lists(st.sampled_from(parts), min_size=1, max_size=3, unique=True)
    plain = _plain_type(info)
    if plain is str:
        return st.sampled_from(["missing", "?", "é «x»"])
    low, high = bounds_of(info)
    low, high = SMALL.get(name, (low, high))
    if plain is int:
        found: st.SearchStrategy[Any] = st.integers(low, min(high, 60))
    elif low == 0:
        found = st.just(0.0) | st.floats(LEAST_POSITIVE, high)
    else:
        found = st.floats(low, high)
    return st.none() | found if is_optional(info) else found


def section(model: type[BaseModel], *, without: tuple[str, ...] = ()) -> st.SearchStrategy[Any]:
    """Any settings of a flat declaration."""
    fields = {
        name: values(name, info) for name, info in model.model_fields.items() if name not in without
    }
    return st.fixed_dictionaries(fields)


def single_model(name: str) -> st.SearchStrategy[dict[str, Any]]:
    fixed: dict[str, Any] = {}
    if name == "logistic_regression":
        fixed["max_iter"] = st.integers(50, 80)
    if name == "linear_svm":
        fixed["max_iter"] = st.integers(50, 200)
    fields = {
        field: fixed.get(field, values(field, info))
        for field, info in SINGLE_MODELS[name].model_fields.items()
    }
    return st.fixed_dictionaries(fields)


QUICK = ["dummy", "logistic_regression", "linear_svm", "decision_tree", "gaussian_naive_bayes"]


def any_model(name: str) -> st.SearchStrategy[dict[str, Any]]:
    if name in SINGLE_MODELS:
        return single_model(name)
    member = st.sampled_from(QUICK).flatmap(single_model)
    fields = {
        "name": st.just(name),
        "members": st.lists(member, min_size=2, max_size=3),
    }
    if name == "stacking":
        fields["C"] = values("C", MODELS[name].model_fields["C"])
    return st.fixed_dictionaries(fields)


# --- Columns of the table --------------------------------------------------------------------
class Kinds:
    """Names of a schema's features by what can be done with them."""

    def __init__(self, schema: Schema) -> None:
        self.all = [column.name for column in schema.features]
        self.numbers = [c.name for c in schema.features if c.numeric]
        self.dates = [c.name for c in schema.features if c.type == "datetime"]
        self.texts = [c.name for c in schema.features if c.type == "text"]
        self.categories = [
            c.name
            for c in schema.features
            if c.type in ("categorical", "boolean", "id") and not c.numeric
        ]


@st.composite
def new_feature(draw: st.DrawFn, operation: str, name: str, kinds: Kinds) -> dict[str, Any]:
    number = st.sampled_from(kinds.numbers)
    feature: dict[str, Any] = {"name": name, "operation": operation}
    match operation:
        case "ratio":
            feature |= {"numerator": draw(number), "denominator": draw(number)}
        case "difference":
            source = draw(st.sampled_from([kinds.numbers, kinds.dates]))
            feature |= {side: draw(st.sampled_from(source)) for side in ("left", "right")}
        case "product" | "total":
            feature["columns"] = draw(st.lists(number, min_size=2, max_size=3, unique=True))
        case "log1p":
            feature["column"] = draw(number)
        case "quantile_bins":
            feature |= {"column": draw(number), "bins": draw(st.integers(2, 6))}
        case "is_missing":
            feature["column"] = draw(st.sampled_from(kinds.all))
        case "equals":
            column = draw(st.sampled_from(kinds.all))
            is_number = column in kinds.numbers
            feature |= {"column": column, "value": 3.0 if is_number else "red"}
        case "word_count":
            feature["column"] = draw(st.sampled_from(kinds.texts + kinds.categories))
        case "interaction":
            both = st.sampled_from(kinds.categories)
            feature |= {"left": draw(both), "right": draw(both)}
    return feature


def single_column(name: str, kinds: Kinds) -> list[str]:
    """How a column can be treated."""
    if name in kinds.numbers:
        return ["numeric", "categorical"]
    if name in kinds.dates:
        return ["datetime", "categorical"]
    return ["text", "categorical"]


@st.composite
def configs(draw: st.DrawFn, schema: Schema, model: str) -> dict[str, Any]:
    """A random config over these columns; a few do not pass the checks."""
    kinds = Kinds(schema)
    include = draw(st.lists(st.sampled_from(kinds.all), min_size=1, max_size=7, unique=True))
    operations = draw(st.lists(st.sampled_from(sorted(OPERATIONS)), max_size=2))
    own = draw(st.lists(st.sampled_from(include), max_size=2, unique=True))
    preparation = {
        name: draw(section(info.annotation))
        for name, info in Preparation.model_fields.items()
        if name != "columns"
    }
    preparation["columns"] = {
        name: draw(section(TREATMENTS[draw(st.sampled_from(single_column(name, kinds)))]))
        for name in own
    }
    config = {
        "version": 2,
        "columns": {"include": include, "exclude_types": draw(st.sampled_from([[], ["id"]]))},
        "new_features": [
            draw(new_feature(operation, f"new {place}", kinds))
            for place, operation in enumerate(operations)
        ],
        "preparation": preparation,
        "selection": draw(section(draw(st.sampled_from(list(SELECTIONS.values()))))),
        "reduction": draw(section(draw(st.sampled_from(list(REDUCTIONS.values()))))),
        "model": draw(any_model(model)),
        "calibration": draw(st.sampled_from([*["none"] * 4, "sigmoid", "isotonic"])),
        "threshold": draw(section(Threshold)),
        "validation": {
            "folds": draw(st.integers(*SMALL["folds"])),
            "repeats": draw(st.integers(1, 2)),
        },
        "seed": draw(st.integers(0, 2**31 - 1)),
    }
    if model in ENSEMBLES:  # which fit every member many times over
        config["validation"] = {"folds": 2, "repeats": 1}
    if schema.split.kind != "stratified":
        config["validation"]["repeats"] = 1
    if schema.split.kind == "time":
        config["validation"]["gap"] = draw(st.sampled_from([0, 3]))
    if draw(st.integers(0, 3)) == 0:
        config["search"] = draw(searches(model))
    return config


@st.composite
def searches(draw: st.DrawFn, model: str) -> dict[str, Any]:
    """A small search over one or two of the model's numbers; none where it has none."""
    allowed = [] if model in ENSEMBLES else searchable_fields(MODELS[model])
    if not allowed:
        return {"method": "none"}
    names = draw(st.lists(st.sampled_from(allowed), min_size=1, max_size=2, unique=True))
    return {
        "method": draw(st.sampled_from(["random", "halving"])),
        "trials": draw(st.integers(2, 4)),
        "seconds": 600,
        "metric": draw(st.sampled_from(["roc_auc", "log_loss", "f1"])),
        "ranges": {name: _range(name, MODELS[model].model_fields[name]) for name in names},
    }


def _range(name: str, info: FieldInfo) -> dict[str, Any]:
    low, high = bounds_of(info)
    low, high = SMALL.get(name, (low, high))
    if name == "max_iter":
        low, high = max(low, bounds_of(info)[0]), max(high, bounds_of(info)[0] + 20)
    if _plain_type(info) is int:
        return {"low": float(low), "high": float(min(high, low + 10))}
    return {"low": float(low), "high": float(high), "log": low > 0}


# --- Each option once -------------------------------------------------------------------
def members(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """(path, value) of every option of a declaration that has few values."""
    for name, info in model.model_fields.items():
        for value in options_of(info) or []:
            yield f"{prefix}{name}", value


def all_members() -> set[tuple[str, Any]]:
    """Every model, operation, method and option that a config can name."""
    found: set[tuple[str, Any]] = set()
    for registry, label in (
        (MODELS, "model"),
        (OPERATIONS, "new_features"),
        (SELECTIONS, "selection"),
        (REDUCTIONS, "reduction"),
    ):
        for key, declared in registry.items():
            found |= set(members(declared, f"{label}.{key}."))
    for kind, treatment in TREATMENTS.items():
        found |= set(members(treatment, f"preparation.{kind}."))
    for name, declared in (("threshold", Threshold), ("validation", Validation)):
        found |= set(members(declared, f"{name}."))
    found |= set(members(Search, "search."))
    found |= {("calibration", v) for v in ("none", "sigmoid", "isotonic")}
    found |= {("version", v) for v in get_args(ExperimentConfig.model_fields["version"].annotation)}
    return found


def members_in(config: dict[str, Any]) -> set[tuple[str, Any]]:
    """The options that a dumped config uses, by the same names."""
    found = {("version", config["version"]), ("calibration", config["calibration"])}
    for kind, settings in config["preparation"].items():
        if kind != "columns":
            found |= _pairs(f"preparation.{kind}.", settings)
    for settings in config["preparation"]["columns"].values():
        found |= _pairs(f"preparation.{settings['treat_as']}.", settings)
    for key in ("threshold", "validation", "search"):
        found |= _pairs(f"{key}.", config[key])
    for key, tag in (("selection", "method"), ("reduction", "method"), ("model", "name")):
        found |= _pairs(f"{key}.{config[key][tag]}.", config[key])
    for feature in config["new_features"]:
        found |= _pairs(f"new_features.{feature['operation']}.", feature)
    for member in config["model"].get("members", []):
        found |= _pairs(f"model.{member['name']}.", member)
    return found


def _pairs(prefix: str, settings: dict[str, Any]) -> set[tuple[str, Any]]:
    return {
        (f"{prefix}{key}", value)
        for key, value in settings.items()
        if not isinstance(value, dict | list)
    }


def _nth(model: type[BaseModel], place: int) -> dict[str, Any]:
    """The declaration's options, each field at its n-th one, in turn."""
    return {
        name: options[place % len(options)]
        for name, info in model.model_fields.items()
        if (options := options_of(info)) and name not in ("name", "method", "operation")
    }


QUICK_SETTINGS: dict[str, dict[str, Any]] = {
    "random_forest": {"n_estimators": 8},
    "extra_trees": {"n_estimators": 8},
    "hist_gradient_boosting": {"max_iter": 12},
    "xgboost": {"n_estimators": 12},
    "lightgbm": {"n_estimators": 12},
    "multilayer_perceptron": {"units": 8, "max_iter": 30},
    "voting": {"members": [{"name": "logistic_regression"}, {"name": "decision_tree"}]},
    "stacking": {"members": [{"name": "linear_svm"}, {"name": "bernoulli_naive_bayes"}]},
}


def settings_of(name: str) -> dict[str, Any]:
    """A model with few trees, iterations or members: where it is not how well it learns."""
    return {"name": name, **QUICK_SETTINGS.get(name, {})}


def quick_config(schema: Schema, name: str) -> ExperimentConfig:
    """The default config of a model, with few fits and each of them quick."""
    data = default_config(schema, name).model_dump()
    quick = {"model": settings_of(name), "validation": {"folds": 2}}
    return ExperimentConfig.model_validate(data | quick)


NEW_FEATURES: dict[str, dict[str, Any]] = {
    "ratio": {"numerator": "signal", "denominator": "visits"},
    "difference": {"left": "until", "right": "since"},
    "product": {"columns": ["signal", "whole", "visits"]},
    "total": {"columns": ["signal", "visits"]},
    "log1p": {"column": "whole"},
    "quantile_bins": {"column": "signal", "bins": 4},
    "is_missing": {"column": "comment"},
    "equals": {"column": "colour", "value": "red"},
    "word_count": {"column": "comment"},
    "interaction": {"left": "colour", "right": "answer"},
}
# One column of each treatment, so that each has its turn.
TREATED = {
    "numeric": "often missing",
    "categorical": "visits",
    "boolean": "answer",
    "datetime": "since",
    "text": "comment",
}

# It fits six times instead of once, so each way stands once, before quick models.
CALIBRATED = {"bernoulli_naive_bayes": "sigmoid", "voting": "isotonic"}


def systematic_configs() -> Iterator[dict[str, Any]]:
    """Configs over `conftest.table` in which every option of the declaration stands once."""
    place = 0
    for name, model in MODELS.items():
        fields = model.model_fields.values()
        turns = max((len(o) for info in fields if (o := options_of(info))), default=1)
        for turn in range(turns):
            yield _systematic(name, turn, place)
            place += 1


def _systematic(name: str, turn: int, place: int) -> dict[str, Any]:
    operation = list(OPERATIONS)[place % len(OPERATIONS)]
    treated = list(TREATED)[place % len(TREATED)]
    selection = list(SELECTIONS)[place % len(SELECTIONS)]
    reduction = list(REDUCTIONS)[place // 2 % len(REDUCTIONS)]
    own = {"treat_as": treated, **_nth(TREATMENTS[treated], place // len(TREATED))}
    preparation = {
        kind: _nth(info.annotation, place)
        for kind, info in Preparation.model_fields.items()
        if kind != "columns"
    }
    takes_missing = MODELS[name].accepts_missing and selection in ("none", "variance")
    for settings in (preparation["numeric"], own):
        refused = not takes_missing or reduction != "none" or settings.get("scale") == "power"
        if settings.get("impute") == "none" and refused:
            settings["impute"] = "median"
    searched = [] if name in ENSEMBLES else searchable_fields(MODELS[name])
    search: dict[str, Any] = {"method": "none", "metric": "roc_auc"}
    metrics = options_of(Search.model_fields["metric"]) or []
    if place % 2 and searched and _nth(MODELS[name], turn).get("penalty") != "none":
        info = MODELS[name].model_fields[searched[0]]
        search = {
            "method": ["random", "halving"][place // 2 % 2],
            "metric": metrics[place // 2 % len(metrics)],
            "trials": 2,
            "seconds": 600,
            "ranges": {searched[0]: _range(searched[0], info)},
        }
    columns = ["signal", "whole", "often missing", "colour", "answer", "since", "comment", "visits"]
    return {
        "columns": {"include": columns},
        "new_features": [{"name": "new", "operation": operation, **NEW_FEATURES[operation]}],
        "preparation": {**preparation, "columns": {TREATED[treated]: own}},
        "selection": {"method": selection, **_nth(SELECTIONS[selection], place // 4)},
        "reduction": {"method": reduction, **({"components": 1} if reduction == "pca" else {})},
        "model": {**settings_of(name), **_nth(MODELS[name], turn)},
        "calibration": CALIBRATED.get(name, "none"),
        "threshold": _nth(Threshold, place),
        "validation": {"folds": 2, "repeats": 1 + (place == 0)},
        "search": search,
        "seed": place,
    }
