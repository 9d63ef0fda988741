"""Config → readable scikit-learn code with no import of this product.

The same specs from which a run builds its objects are written here as calls, and
the functions of `runtime_helpers.py` that they need are written out. Running the code gives
the numbers of the run, to the last digit: a property-based test holds it to that.
Imports no scientific library, so the web process can use it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from engine.build.helper_source import Imports, needed_source
from engine.build.source_text import (
    Node,
    assignment,
    call,
    comment,
    dict_of,
    list_of,
    literal,
    tuple_of,
)
from engine.build.spec_builder import (
    calibration_method,
    pipeline_spec,
    searched_spec,
    source_columns,
    validation_spec,
)
from engine.process_settings import THREAD_VARIABLES
from engine.spec.config import ExperimentConfig
from engine.spec.estimators import RUNTIME_HELPERS, EstimatorSpec, Function, Named
from engine.spec.metrics import METRICS
from engine.spec.schema import Schema
from engine.spec.search import Replay, distributions, search_rounds

__all__ = [
    "Code",
    "DataSource",
    "data_code",
    "experiment_code",
    "functions_code",
    "generate_script",
    "imports_code",
    "literal",
]

TABLE = """\
print(pd.DataFrame({"train": metrics["train"], "test": metrics["test"]}))
"""


@dataclass(frozen=True)
class DataSource:
    """The source of the rows: the CSV that participants take home.

    Attributes:
        notes: how it was cleaned before it was written, in sentences.
    """

    schema: Schema
    split_column: str
    csv_name: str = "data.csv"
    notes: tuple[str, ...] = ()


@dataclass
class Code:
    """Statements, and what they need from elsewhere."""

    statements: list[str] = field(default_factory=list)
    imports: Imports = field(default_factory=Imports)
    functions: set[str] = field(default_factory=set)
    named: dict[str, Any] = field(default_factory=dict)

    def node(self, value: Any) -> Node:
        """The source of a spec or a literal; named parts become statements first."""
        match value:
            case Named():
                return self._name(value)
            case Function():
                return self._callable(value.module, value.name)
            case EstimatorSpec():
                name = self._callable(value.module, value.name)
                arguments = {key: self.node(item) for key, item in value.arguments.items()}
                return call(name, *(self.node(item) for item in value.positional), **arguments)
            case list():
                return list_of(self.node(item) for item in value)
            case tuple() if len(value) > 1:
                return tuple_of(*(self.node(item) for item in value))
            case dict():
                return dict_of((literal(key), self.node(item)) for key, item in value.items())
            case _:
                return literal(value)

    def _name(self, named: Named) -> str:
        """A name for the part: that of an equal list where there is one already."""
        for name, value in self.named.items():
            if name == named.name or (isinstance(value, list) and value == named.value):
                return name
        source = self.node(named.value)
        self.named[named.name] = named.value
        self.statements.append(assignment(named.name, source))
        return named.name

    def _callable(self, module: str, name: str) -> str:
        if module == RUNTIME_HELPERS:
            self.functions.add(name)
        else:
            self.imports.add(module, name)
        return name


def generate_script(
    config: ExperimentConfig, source: DataSource, replay: Replay | None = None
) -> str:
    """A whole script, which ends with the run's metrics: in `metrics`, and printed."""
    code = experiment_code(config, source.schema, replay)
    return "\n".join(
        [
            imports_code([code]),
            data_code(source) + "\n",
            functions_code([code]) + "\n",
            "\n".join(code.statements),
            TABLE,
        ]
    )


def imports_code(codes: Iterable[Code]) -> str:
    """Thread settings, which must come first, and the imports that these codes need."""
    together = Imports()
    together.add_module("pandas", "pd")
    for code in codes:
        together.update(code.imports)
        together.update(needed_source(code.functions).imports)
    settings = call("os.environ.update", **dict.fromkeys(THREAD_VARIABLES, '"1"'))
    lines = [
        "import os",
        "",
        "# One thread: the same sums in the same order, so the same digits every time.",
        str(settings),
        "",
        *together.lines(),
    ]
    return "\n".join(lines) + "\n"


def functions_code(codes: Iterable[Code]) -> str:
    """The functions that these codes call."""
    return needed_source(set().union(*(code.functions for code in codes))).text


def data_code(source: DataSource) -> str:
    """Code that reads the CSV exactly; a column says which rows are training and test rows."""
    schema = source.schema
    read = call(
        "pd.read_csv",
        literal(source.csv_name),
        dtype="object",
        keep_default_na="False",
        na_values='[""]',
    )
    lines = [
        *(line for note in source.notes for line in comment(note)),
        "# Everything is read as text, so that no code loses its zeros.",
        assignment("data", read),
    ]
    if schema.split.column:
        column = literal(schema.split.column)
        if schema.by_name[schema.split.column].numeric:
            lines.append(f'data[{column}] = data[{column}].astype("float64")')
        if schema.split.kind == "time":
            lines.append(f'data = data.sort_values({column}, kind="stable")')
    split, target = literal(source.split_column), literal(schema.target)
    positive = literal(schema.positive_class)
    lines += [
        f'is_train = data[{split}] == "train"',
        assignment("y", f"(data[{target}] == {positive}).to_numpy().astype(int)"),
        "y_train, y_test = y[is_train], y[~is_train]",
    ]
    return "\n".join(lines) + "\n"


def experiment_code(config: ExperimentConfig, schema: Schema, replay: Replay | None = None) -> Code:
    """The config as a pipeline, and its metrics in `metrics`."""
    code = Code()
    _add_rows(code, config, schema)
    pipeline = pipeline_spec(config, schema)
    if config.search.is_on:
        _add_search(code, config, schema, replay)
    code.node(Named("pipeline", pipeline))
    if not config.search.is_on:
        code.statements.append(_folds(code, config, schema))
    code.statements.append(_evaluation(code, config, schema))
    return code


def _add_rows(code: Code, config: ExperimentConfig, schema: Schema) -> None:
    """The columns that are read, numbers as numbers, and the rows of each part."""
    names = source_columns(config, schema)
    numbers = [name for name in names if schema.by_name[name].numeric]
    texts = [name for name in names if not schema.by_name[name].numeric]
    for name, columns in (("numbers", numbers), ("texts", texts)):
        if columns:
            code.node(Named(name, columns))
    if numbers:
        code.statements.append('data[numbers] = data[numbers].astype("float64")')
    both = " + ".join(name for name in ("numbers", "texts") if name in code.named)
    code.statements.append(
        f"X_train, X_test = data.loc[is_train, {both}], data.loc[~is_train, {both}]"
    )


def _folds(code: Code, config: ExperimentConfig, schema: Schema) -> str:
    splitter = code.node(validation_spec(config, schema))
    rows = ["X_train", "y_train"]
    if schema.split.kind == "group":
        rows.append(f"data.loc[is_train, {literal(schema.split.column)}]")
    return assignment("folds", call("list", call(f"{splitter}.split", *rows)))


def _evaluation(code: Code, config: ExperimentConfig, schema: Schema) -> str:
    """The call that computes the metrics."""
    train, test = tuple_of("X_train", "y_train"), tuple_of("X_test", "y_test")
    arguments: list[Node] = ["pipeline", train, test, "folds"]
    keywords: dict[str, Node] = {}
    threshold = config.threshold
    if schema.costs:
        code.statements.append(assignment("costs", code.node(schema.costs.model_dump())))
    score = "scores_and_cost" if schema.costs else "scores"
    settings = {"costs": "costs"} if schema.costs else {}
    if threshold.tune_for == "none" and threshold.value != 0.5:
        settings["threshold"] = literal(threshold.value)
    if settings:
        code.functions.add(score)
        code.imports.add("functools", "partial")
        keywords["score"] = call("partial", score, **settings)
    if threshold.tune_for == "none":
        code.functions.add("evaluate")
        return assignment("metrics", call("evaluate", *arguments, **keywords))
    code.functions |= {"evaluate_tuned", f"{_value_name(threshold.tune_for)}_value"}
    value = f"{_value_name(threshold.tune_for)}_value"
    arguments.append("cost_value(costs)" if value == "cost_value" else value)
    return assignment("metrics", call("evaluate_tuned", *arguments, **keywords))


def _value_name(tune_for: str) -> str:
    return "cost" if tune_for == "expected_cost" else tune_for


def _add_search(
    code: Code, config: ExperimentConfig, schema: Schema, replay: Replay | None
) -> None:
    """The statements that draw, try and choose hyperparameters, which the model then has."""
    search = config.search
    # The pipeline to come, or the part of it that is calibrated later.
    name = "uncalibrated" if calibration_method(config) != "none" else "pipeline"
    raw = code.node(Named(name, pipeline_spec(config, schema, raw=True)))
    searched = code.node(searched_spec(config))
    prefix = "estimator__" if config.model.gives_margins else ""
    ranges = {f"{prefix}{name}": d for name, d in distributions(search, config.model.name).items()}
    code.statements.append(assignment("ranges", code.node(ranges)))
    code.imports.add("sklearn.model_selection", "ParameterSampler")
    code.functions |= {"search", "prepare_folds"}
    sampler = call("ParameterSampler", "ranges", str(search.trials), random_state=str(config.seed))
    code.statements.append(assignment("candidates", call("list", sampler)))
    if replay and replay.candidates < search.trials:
        code.statements.append(
            f"candidates = candidates[:{replay.candidates}]  # the time was up then"
        )
    code.statements.append(_folds(code, config, schema))
    prepared = call("prepare_folds", raw, "X_train", "y_train", "folds")
    code.statements.append(assignment("prepared", call("list", prepared)))
    keywords: dict[str, Node] = {}
    done = replay.rounds if replay else tuple(search_rounds(search, 10**9))
    if done != (1,):
        keywords["rounds"] = tuple_of(*map(str, done)) if len(done) > 1 else f"({done[0]},)"
    if not METRICS[search.metric].higher_is_better:
        keywords["lower_is_better"] = "True"
    found = call("search", searched, "candidates", "prepared", literal(search.metric), **keywords)
    code.statements.append(assignment("best", found))
    code.statements.append(f"{searched}.set_params(**best)")
