"""Ten changes of each kind over the bundled datasets, and what each moved: for `power.py`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.build.runtime_helpers import positive_probability
from engine.build.spec_builder import source_columns
from engine.bundled import BUNDLED
from engine.judge.uncertainty.dependence import rows_of
from engine.judge.uncertainty.differences import difference
from engine.judge.uncertainty.intervals import Judged, metric_names
from engine.judge.uncertainty.predictions import Predictions
from engine.reading.dataset import (
    build_schema,
    canonical_frame,
    infer_columns,
    read_table,
)
from engine.run.evaluate import fit
from engine.run.split import split_rows
from engine.spec.config import default_config, validate_config

# Two models to start from, and the same five changes of each kind of both, where they apply.
STARTS = ("logistic_regression", "hist_gradient_boosting")
SETTINGS: dict[str, list[dict[str, Any]]] = {
    "logistic_regression": [
        {"C": 0.01}, {"C": 0.1}, {"C": 10.0}, {"penalty": "l1"}, {"penalty": "l1", "C": 0.1}
    ],
    "hist_gradient_boosting": [
        {"learning_rate": 0.03}, {"learning_rate": 0.3}, {"max_iter": 40},
        {"max_leaf_nodes": 7}, {"min_samples_leaf": 60},
    ],
}  # fmt: skip
OTHERS: dict[str, list[str]] = {
    "logistic_regression": [
        "hist_gradient_boosting", "random_forest", "decision_tree", "k_nearest_neighbours",
        "gaussian_naive_bayes",
    ],
    "hist_gradient_boosting": [
        "random_forest", "lightgbm", "extra_trees", "decision_tree", "xgboost",
    ],
}  # fmt: skip
PREPARATIONS: list[dict[str, Any]] = [
    {"numeric": {"scale": "quantile"}},
    {"numeric": {"missing_indicator": True, "scale": "power"}},
]
WEIGHTS: list[dict[str, Any]] = [
    {"model": {"class_weight": "balanced"}},
    {"model": {"class_weight": "balanced"}, "calibration": "sigmoid"},
    {"calibration": "sigmoid"},
    {"calibration": "isotonic"},
    {"threshold": {"value": 0.3}},
]


@dataclass(frozen=True)
class Measured:
    """One change on one dataset: half-widths and differences by metric."""

    dataset: str
    start: str
    kind: str
    reference: dict[str, float]
    paired: dict[str, float]
    moved: dict[str, float]


def changes(start: str, names: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Kinds of change with the config that each makes."""
    base: dict[str, Any] = {"columns": {"include": names}, "model": {"name": start}}
    for settings in SETTINGS[start]:
        yield "settings", base | {"model": {"name": start, **settings}}
    for other in OTHERS[start]:
        yield "model", base | {"model": {"name": other}}
    for number in range(5):
        # One column fewer, or a third of them.
        dropped = {names[number * len(names) // 5]} if number < 3 else set(names[number - 3 :: 3])
        kept = [name for name in names if name not in dropped]
        yield "removed", base | {"columns": {"include": kept or names[:1]}}
        if number < 3:
            yield "added", base | {"columns": {"include": kept or names[:1]}, "grow": True}
    for preparation in PREPARATIONS:
        yield "added", base | {"preparation": preparation}
    for change in WEIGHTS:
        model = {"name": start} | change.get("model", {})
        yield "rows", base | {**change, "model": model}


def measure(key: str) -> list[Measured]:
    """Every change on one bundled dataset."""
    card = BUNDLED[key]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        card.load().to_csv(path, index=False)
        table = read_table(path)
    columns = infer_columns(table)
    frame = canonical_frame(table, columns, target=card.target)
    schema = build_schema(frame, columns, card.target, card.positive_class)
    schema = schema.model_copy(update={"split": card.split})
    split = split_rows(frame, card.target, card.split)
    test = frame.iloc[split.test]
    rows, y = rows_of(test, card.split), schema.encode_target(test)
    leaks = {name for trap in card.traps if trap.key == "leak" for name in trap.columns}
    names = [name for name in default_config(schema).columns.chosen(schema) if name not in leaks]

    def judged(config: dict[str, Any]) -> Judged:
        valid = validate_config(config, schema)
        pipeline = fit(valid, schema, frame, split.train)
        found = positive_probability(pipeline, test[source_columns(valid, schema)])
        return Judged(y, Predictions(found, valid.threshold.value), rows=rows)

    found = []
    for start in STARTS:
        base = judged({"columns": {"include": names}, "model": {"name": start}})
        for kind, config in changes(start, names):
            grows = config.pop("grow", False)
            other = judged(config)
            first, second = (other, base) if grows else (base, other)
            reference, paired, moved = {}, {}, {}
            for metric in metric_names(None):
                low, high = first.interval(metric)
                reference[metric] = (high - low) / 2
                change = difference(metric, first, second)
                paired[metric] = (change.high - change.low) / 2
                moved[metric] = change.estimate
            found.append(Measured(key, start, kind, reference, paired, moved))
    return found
