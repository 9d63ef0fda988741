"""Functions of the starter notebook, which contains their source as it stands here.

They turn the platform's config into a pipeline and back, for the part of the config that
a notebook can say in a few lines; what they do not know they refuse. The names in capitals
are filled in by the notebook, for its dataset.
"""

from __future__ import annotations

import copy

from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, RobustScaler, StandardScaler

DEFAULT = {}  # the config that a new experiment begins with
KINDS = {}  # how each column is prepared
STEPS = {}  # what prepares the kinds that have no settings here
MODELS = {}  # the class of each model, its settings with their defaults, what is fixed
SCALERS = {"standard": StandardScaler, "robust": RobustScaler, "min_max": MinMaxScaler}
CHANGEABLE = [
    "columns.include",
    "preparation.numeric.impute",
    "preparation.numeric.scale",
    "preparation.categorical.max_categories",
    "preparation.categorical.min_rows",
]


def flat(config, before=""):
    """{"model": {"C": 1.0}} as {"model.C": 1.0}."""
    found = {}
    for key, value in config.items():
        if isinstance(value, dict):
            found.update(flat(value, f"{before}{key}."))
        else:
            found[f"{before}{key}"] = value
    return found


def refuse_unknown(config):
    """Only what these functions know may differ from the config that one begins with."""
    default = flat(DEFAULT)
    for path, value in flat(config).items():
        known = path in CHANGEABLE or path.startswith("model.")
        if not known and (path not in default or default[path] != value):
            raise ValueError(f"{path}: {value!r} is for the platform's form, not for this notebook")


def joined(steps):
    return make_pipeline(*steps) if len(steps) > 1 else steps[0] if steps else "passthrough"


def numeric_steps(impute="median", scale="standard"):
    """What prepares numbers; "none" leaves a step out."""
    steps = [] if impute == "none" else [SimpleImputer(strategy=impute, keep_empty_features=True)]
    return joined(steps + ([] if scale == "none" else [SCALERS[scale]()]))


def categorical_steps(max_categories=50, min_rows=1):
    """What prepares categories: a column of 0 and 1 for each, the rarest in one together."""
    rare = {"min_frequency": min_rows} if min_rows > 1 else {}
    return make_pipeline(
        SimpleImputer(strategy="constant", fill_value="missing", keep_empty_features=True),
        OneHotEncoder(
            handle_unknown="infrequent_if_exist",
            max_categories=max_categories,
            sparse_output=False,
            **rare,
        ),
    )


def prepared(kind, config):
    """The steps of a kind of column."""
    settings = {**DEFAULT["preparation"].get(kind, {}), **config.get(kind, {})}
    if kind == "numeric":
        return numeric_steps(settings["impute"], settings["scale"])
    if kind == "categorical":
        return categorical_steps(settings["max_categories"], settings["min_rows"])
    return clone(STEPS[kind])


def model_from(config):
    """The estimator of config["model"]."""
    settings = dict(config)
    known = MODELS[settings.pop("name")]
    for name, value in settings.items():
        if name not in known["settings"] and known["others"].get(name, "") != value:
            raise ValueError(f"model.{name}: {value!r} is for the platform's form")
    arguments = {
        **known["settings"],
        **{k: settings[k] for k in known["settings"] if k in settings},
    }
    for name, word in (("class_weight", "none"), ("max_features", "all")):
        if arguments.get(name) == word:
            arguments[name] = None
    return known["class"](**arguments, **known["fixed"])


def pipeline_from(config):
    """The platform's config as a scikit-learn pipeline, the very one that it builds."""
    refuse_unknown(config)
    transformers = []
    for kind in ("numeric", "boolean", "categorical", "number_categories", "datetime", "text"):
        wanted = config["columns"]["include"]
        names = [name for name in KINDS if KINDS[name] == kind and name in wanted]
        # A vectoriser reads one column, so each text is prepared on its own.
        for columns in names if kind == "text" else [names] if names else []:
            transformers.append((prepared(kind, config.get("preparation", {})), columns))
    preparation = make_column_transformer(*transformers, sparse_threshold=0)
    return make_pipeline(preparation, model_from(config["model"]))


def settings_of(steps):
    """What numeric_steps or categorical_steps were told, read from what they made."""
    found = {"impute": "none", "scale": "none", "max_categories": 50, "min_rows": 1}
    for step in getattr(steps, "named_steps", {"": steps}).values():
        if isinstance(step, SimpleImputer):
            found["impute"] = step.strategy
        elif isinstance(step, OneHotEncoder):
            found["max_categories"] = step.max_categories
            found["min_rows"] = step.min_frequency or 1
        elif type(step) in SCALERS.values():
            found["scale"] = next(name for name in SCALERS if SCALERS[name] is type(step))
    return found


def model_settings(model):
    """The estimator as config["model"]."""
    name = next((name for name in MODELS if MODELS[name]["class"] is type(model)), None)
    if name is None:
        raise ValueError(f"{type(model).__name__} is no model of the platform's")
    given = {key: getattr(model, key) for key in MODELS[name]["settings"]}
    for key, word in (("class_weight", "none"), ("max_features", "all")):
        if key in given and given[key] is None:
            given[key] = word
    return {"name": name, **given}


def config_from(pipeline):
    """A pipeline of preparation and model as the platform's config.

    Refuses one that the config would not give back.
    """
    preparation, model = pipeline[0], pipeline[-1]
    config = copy.deepcopy(DEFAULT)
    config["model"] = model_settings(model)
    included = []
    for _label, steps, names in preparation.transformers:
        included += [names] if isinstance(names, str) else names
        kind = KINDS[included[-1]]
        if kind in ("numeric", "categorical"):
            asked = config["preparation"][kind]
            told = settings_of(steps)
            names = ("impute", "scale") if kind == "numeric" else ("max_categories", "min_rows")
            asked.update({name: told[name] for name in names})
    config["columns"]["include"] = [name for name in KINDS if name in included]
    again = pipeline_from(config)
    if again.__repr__(10**6) != pipeline.__repr__(10**6):
        raise ValueError(f"The platform cannot say this; nearest is\n{again!r}")
    return config
