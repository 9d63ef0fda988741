"""Config → readable scikit-learn code with no import of this product.

Running the code gives the numbers of the run, to the last digit: a property-based
test holds it to that. Imports no scientific library, so the web process can use it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from experiments.engine.config import ExperimentConfig
from experiments.engine.recipe import MAX_CATEGORIES, estimator_recipe, feature_kinds
from experiments.engine.schema import Schema

LINE_LENGTH = 88

METRIC_IMPORTS = (
    "accuracy_score",
    "f1_score",
    "log_loss",
    "precision_score",
    "recall_score",
    "roc_auc_score",
)

SCORES = '''\
def scores(y, probability):
    """Every metric, for the positive class at the threshold 0.5."""
    prediction = (probability >= 0.5).astype(int)
    return {
        "accuracy": float(accuracy_score(y, prediction)),
        "f1": float(f1_score(y, prediction, zero_division=0)),
        "precision": float(precision_score(y, prediction, zero_division=0)),
        "recall": float(recall_score(y, prediction, zero_division=0)),
        "roc_auc": float(roc_auc_score(y, probability)),
        "log_loss": float(log_loss(y, probability, labels=[0, 1])),
    }


def evaluate(pipeline, features, folds, seed):
    """Metrics on train, in cross-validation within train, and on test."""
    pipeline.fit(X_train[features], y_train)
    splitter = StratifiedKFold(folds, shuffle=True, random_state=seed)
    fold_scores = []
    for fit_rows, check_rows in splitter.split(X_train, y_train):
        model = clone(pipeline).fit(X_train[features].iloc[fit_rows], y_train[fit_rows])
        probability = model.predict_proba(X_train[features].iloc[check_rows])[:, 1]
        fold_scores.append(scores(y_train[check_rows], probability))
    return {
        "train": scores(y_train, pipeline.predict_proba(X_train[features])[:, 1]),
        "cross_validation": {
            "mean": {m: float(np.mean([s[m] for s in fold_scores])) for m in fold_scores[0]},
            "std": {m: float(np.std([s[m] for s in fold_scores])) for m in fold_scores[0]},
            "folds": fold_scores,
        },
        "test": scores(y_test, pipeline.predict_proba(X_test[features])[:, 1]),
    }
'''


@dataclass(frozen=True)
class DataSource:
    """Where the code reads its rows: the CSV that participants take home."""

    schema: Schema
    split_column: str
    csv_name: str = "data.csv"


def generate_script(config: ExperimentConfig, source: DataSource) -> str:
    """A whole script, which ends with the run's metrics in `metrics`."""
    return "\n\n".join(
        [
            imports([config], source.schema).rstrip("\n"),
            data_code(source).rstrip("\n") + "\n",
            SCORES,
            experiment_code(config, source.schema).rstrip("\n"),
            "print(metrics)\n",
        ]
    )


def imports(configs: Iterable[ExperimentConfig], schema: Schema) -> str:
    """Thread settings, which must come first, and the imports that these configs need."""
    names: dict[str, set[str]] = defaultdict(set)
    names["sklearn.base"].add("clone")
    names["sklearn.metrics"].update(METRIC_IMPORTS)
    names["sklearn.model_selection"].add("StratifiedKFold")
    names["sklearn.compose"].add("ColumnTransformer")
    names["sklearn.pipeline"].add("Pipeline")
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
        'os.environ["OMP_NUM_THREADS"] = "1"',
        "",
        "import numpy as np",
        "import pandas as pd",
    ]
    lines += [_from_import(module, sorted(names[module])) for module in sorted(names)]
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
    text_columns = _assignment("text_columns", [*text, source.split_column])
    target, positive = literal(schema.target), literal(schema.positive_class)
    return f"""\
# Everything is read as text, so that no code loses its zeros; then numbers become numbers.
{text_columns}
data = pd.read_csv(
    {literal(source.csv_name)}, dtype=object, keep_default_na=False, na_values=[""]
)
number_columns = data.columns.difference(text_columns)
data[number_columns] = data[number_columns].astype("float64")

is_train = data[{literal(source.split_column)}] == "train"
X_train, X_test = data[is_train], data[~is_train]
y_train = (X_train[{target}] == {positive}).to_numpy().astype(int)
y_test = (X_test[{target}] == {positive}).to_numpy().astype(int)
"""


def experiment_code(config: ExperimentConfig, schema: Schema) -> str:
    """The config as a pipeline, and its metrics in `metrics`."""
    numeric, categorical = feature_kinds(config, schema)
    lists, transformers = [], []
    if numeric:
        lists.append(_assignment("numeric", numeric))
        transformers.append(_transformer("numeric", _numeric_steps(config)))
    if categorical:
        lists.append(_assignment("categorical", categorical))
        transformers.append(_transformer("categorical", _categorical_steps(config)))
    chosen = " + ".join(
        name for name, columns in (("numeric", numeric), ("categorical", categorical)) if columns
    )
    columns = "\n".join(lists)
    preparation = "\n".join(transformers)
    return f"""\
{columns}

preparation = ColumnTransformer(
    [
{preparation}
    ],
    sparse_threshold=0,
)
{_model(config)}
pipeline = Pipeline([("preparation", preparation), ("model", model)])
metrics = evaluate(pipeline, {chosen}, folds={config.validation.folds}, seed={config.seed})
"""


def _transformer(name: str, steps: list[str]) -> str:
    inner = "".join(f"                    {step},\n" for step in steps)
    return (
        f"        (\n"
        f'            "{name}",\n'
        f"            Pipeline(\n"
        f"                [\n{inner}"
        f"                ]\n"
        f"            ),\n"
        f"            {name},\n"
        f"        ),"
    )


def _numeric_steps(config: ExperimentConfig) -> list[str]:
    preparation = config.preparation.numeric
    arguments: dict[str, Any] = {"strategy": preparation.impute, "keep_empty_features": True}
    if preparation.impute == "zero":
        arguments |= {"strategy": "constant", "fill_value": 0}
    if preparation.missing_indicator:
        arguments["add_indicator"] = True
    steps = [_step("impute", "SimpleImputer", arguments)]
    if preparation.scale == "standard":
        steps.append(_step("scale", "StandardScaler", {}))
    return steps


def _categorical_steps(config: ExperimentConfig) -> list[str]:
    if config.preparation.categorical.impute == "category":
        arguments: dict[str, Any] = {"strategy": "constant", "fill_value": "missing"}
    else:
        arguments = {"strategy": "most_frequent", "keep_empty_features": True}
    encoder = {
        "handle_unknown": "infrequent_if_exist",
        "max_categories": MAX_CATEGORIES,
        "sparse_output": False,
    }
    return [
        _step("impute", "SimpleImputer", arguments),
        _step("encode", "OneHotEncoder", encoder),
    ]


def _step(name: str, estimator: str, arguments: dict[str, Any]) -> str:
    return f'("{name}", {_call(estimator, arguments, indent=20, around=len(name) + 7)})'


def _model(config: ExperimentConfig) -> str:
    recipe = estimator_recipe(config)
    return "model = " + _call(recipe.name, recipe.arguments, indent=0, around=len("model = "))


def _call(name: str, arguments: dict[str, Any], *, indent: int, around: int) -> str:
    """A call on one line where it fits, else one argument a line."""
    given = [f"{key}={literal(value)}" for key, value in arguments.items()]
    line = f"{name}({', '.join(given)})"
    if indent + around + len(line) <= LINE_LENGTH:
        return line
    if around > len("model = "):
        return line
    body = "".join(f"    {argument},\n" for argument in given)
    return f"{name}(\n{body})"


def _assignment(name: str, values: list[str]) -> str:
    """A list of strings on one line where it fits, else one a line."""
    items = [literal(value) for value in values]
    line = f"{name} = [{', '.join(items)}]"
    if len(line) <= LINE_LENGTH:
        return line
    return f"{name} = [\n" + "".join(f"    {item},\n" for item in items) + "]"


def literal(value: Any) -> str:
    """A Python literal; a string keeps to its quotes whatever it contains."""
    if isinstance(value, str) and "\\" not in repr(value) and '"' not in value:
        return f'"{value}"'
    return repr(value)
