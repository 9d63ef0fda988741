"""Config → readable scikit-learn code with no import of this product.

Running the code gives the numbers of the run, to the last digit: a property-based
test holds it to that. Imports no scientific library, so the web process can use it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from experiments.engine.config import ExperimentConfig
from experiments.engine.recipe import MAX_CATEGORIES, estimator_recipe, feature_kinds
from experiments.engine.schema import Schema
from experiments.engine.source_text import (
    LINE_LENGTH,
    Group,
    assignment,
    call,
    list_of,
    literal,
    tuple_of,
)
from experiments.engine.threads import THREAD_VARIABLES

__all__ = [
    "SCORES",
    "DataSource",
    "data_code",
    "experiment_code",
    "generate_script",
    "imports",
    "literal",
]

SCORES = '''\
def scores(y, probability):
    """Every metric, for the positive class at the threshold 0.5."""
    prediction = (probability >= 0.5).astype(int)
    return {
        "accuracy": float(skm.accuracy_score(y, prediction)),
        "f1": float(skm.f1_score(y, prediction, zero_division=0)),
        "precision": float(skm.precision_score(y, prediction, zero_division=0)),
        "recall": float(skm.recall_score(y, prediction, zero_division=0)),
        "roc_auc": float(skm.roc_auc_score(y, probability)),
        "log_loss": float(skm.log_loss(y, probability, labels=[0, 1])),
    }


def evaluate(pipeline, features, folds, seed):
    """Metrics on train, in cross-validation within train, and on test."""
    X = X_train[features]
    splitter = StratifiedKFold(folds, shuffle=True, random_state=seed)
    each = []
    for fit_rows, check_rows in splitter.split(X, y_train):
        model = clone(pipeline).fit(X.iloc[fit_rows], y_train[fit_rows])
        probability = model.predict_proba(X.iloc[check_rows])[:, 1]
        each.append(scores(y_train[check_rows], probability))
    pipeline.fit(X, y_train)
    return {
        "train": scores(y_train, pipeline.predict_proba(X)[:, 1]),
        "cross_validation": {
            "mean": {name: float(np.mean([s[name] for s in each])) for name in each[0]},
            "std": {name: float(np.std([s[name] for s in each])) for name in each[0]},
            "folds": each,
        },
        "test": scores(y_test, pipeline.predict_proba(X_test[features])[:, 1]),
    }
'''
TABLE = """\
mean = metrics["cross_validation"]["mean"]
parts = {"train": metrics["train"], "cross-validation": mean, "test": metrics["test"]}
print(pd.DataFrame(parts))
"""


@dataclass(frozen=True)
class DataSource:
    """Where the code reads its rows: the CSV that participants take home."""

    schema: Schema
    split_column: str
    csv_name: str = "data.csv"


def generate_script(config: ExperimentConfig, source: DataSource) -> str:
    """A whole script, which ends with the run's metrics: in `metrics`, and printed."""
    return "\n".join(
        [
            imports([config], source.schema),
            data_code(source) + "\n",
            SCORES + "\n",
            experiment_code(config, source.schema),
            TABLE,
        ]
    )


def imports(configs: Iterable[ExperimentConfig], schema: Schema) -> str:
    """Thread settings, which must come first, and the imports that these configs need."""
    names: dict[str, set[str]] = defaultdict(set)
    names["sklearn.base"].add("clone")
    names["sklearn.model_selection"].add("StratifiedKFold")
    names["sklearn.compose"].add("make_column_transformer")
    names["sklearn.pipeline"].add("make_pipeline")
    names["sklearn.impute"].add("SimpleImputer")
    for config in configs:
        numeric, categorical = feature_kinds(config, schema)
        recipe = estimator_recipe(config)
        names[recipe.module].add(recipe.name)
        if categorical:
            names["sklearn.preprocessing"].add("OneHotEncoder")
        if numeric and config.preparation.numeric.scale == "standard":
            names["sklearn.preprocessing"].add("StandardScaler")
    lines = [
        "import os",
        "",
        "# One thread: the same sums in the same order, so the same digits every time.",
        str(call("os.environ.update", **dict.fromkeys(THREAD_VARIABLES, "1"))),
        "",
        "import numpy as np",
        "import pandas as pd",
        "import sklearn.metrics as skm",
        *(_from_import(module, sorted(names[module])) for module in sorted(names)),
    ]
    return "\n".join(lines) + "\n"


def _from_import(module: str, names: list[str]) -> str:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= LINE_LENGTH:
        return line
    body = "".join(f"    {name},\n" for name in names)
    return f"from {module} import (\n{body})"


def data_code(source: DataSource) -> str:
    """Reading the CSV exactly, and dividing it as the Dojo did."""
    schema = source.schema
    text = [column.name for column in schema.columns if not column.numeric]
    if schema.target not in text:
        text.append(schema.target)
    read = call(
        "pd.read_csv",
        literal(source.csv_name),
        "dtype=object",
        keep_default_na=False,
        na_values=[""],
    )
    return f"""\
{assignment("target", literal(schema.target))}
{assignment("positive_class", literal(schema.positive_class))}
{assignment("split_column", literal(source.split_column))}
{assignment("text_columns", _names([*text, source.split_column]))}

# Everything is read as text, so that no code loses its zeros; then numbers become numbers.
{assignment("data", read)}
number_columns = data.columns.difference(text_columns)
data[number_columns] = data[number_columns].astype("float64")

is_train = data[split_column] == "train"
X_train, X_test = data[is_train], data[~is_train]
y_train = (X_train[target] == positive_class).to_numpy().astype(int)
y_test = (X_test[target] == positive_class).to_numpy().astype(int)
"""


def experiment_code(config: ExperimentConfig, schema: Schema) -> str:
    """The config as a pipeline, and its metrics in `metrics`."""
    numeric, categorical = feature_kinds(config, schema)
    recipe = estimator_recipe(config)
    statements: list[str] = []
    kinds: list[str] = []
    if numeric:
        kinds.append("numeric")
        statements.append(assignment("numeric", _names(numeric)))
        statements.append(assignment("numeric_steps", _numeric_steps(config)))
    if categorical:
        kinds.append("categorical")
        statements.append(assignment("categorical", _names(categorical)))
        statements.append(assignment("categorical_steps", _categorical_steps(config)))
    prepared = [tuple_of(f"{kind}_steps", kind) for kind in kinds]
    preparation = call("make_column_transformer", *prepared, sparse_threshold=0)
    statements += [
        assignment("preparation", preparation),
        assignment("model", call(recipe.name, **recipe.arguments)),
        "pipeline = make_pipeline(preparation, model)",
        f"metrics = evaluate(pipeline, {' + '.join(kinds)}, "
        f"folds={config.validation.folds}, seed={config.seed})",
    ]
    return "\n".join(statements) + "\n"


def _numeric_steps(config: ExperimentConfig) -> Group:
    preparation = config.preparation.numeric
    if preparation.impute == "zero":
        imputer: dict[str, object] = {"strategy": "constant", "fill_value": 0}
    else:
        imputer = {"strategy": preparation.impute}
    imputer["keep_empty_features"] = True
    if preparation.missing_indicator:
        imputer["add_indicator"] = True
    steps = [call("SimpleImputer", **imputer)]
    if preparation.scale == "standard":
        steps.append(call("StandardScaler"))
    return call("make_pipeline", *steps)


def _categorical_steps(config: ExperimentConfig) -> Group:
    if config.preparation.categorical.impute == "category":
        imputer = {"strategy": "constant", "fill_value": "missing"}
    else:
        imputer = {"strategy": "most_frequent"}
    encoder = call(
        "OneHotEncoder",
        handle_unknown="infrequent_if_exist",
        max_categories=MAX_CATEGORIES,
        sparse_output=False,
    )
    return call(
        "make_pipeline", call("SimpleImputer", **imputer, keep_empty_features=True), encoder
    )


def _names(names: list[str]) -> Group:
    return list_of(literal(name) for name in names)
