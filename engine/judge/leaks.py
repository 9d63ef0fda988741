"""Columns that know the outcome: what they give alone, and what a model has without them.

A high score alone is no alarm: breast cancer is honestly at 0.99, and six of its columns reach
0.95 alone. There the other columns know as much; beside a leak they do not. So both alarms ask
what is left without the column, and with every other column of the table, not only with those
that somebody chose. The measures are those of Kaufman, Rosset and Perlich, "Leakage in data
mining" (ACM TKDD 2012): exploratory, by one column, and by what a model loses.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from engine.build import runtime_helpers
from engine.build.instantiate import build_pipeline
from engine.build.spec_builder import source_columns
from engine.failures import CannotRun
from engine.run.evaluate import fit
from engine.spec.columns import Columns
from engine.spec.config import ExperimentConfig, default_config
from engine.spec.schema import Schema

if TYPE_CHECKING:
    from engine.explain.stages import FinishedRun

# One column that ranks the classes so well on its own rarely is an honest feature.
LEAK_AUC = 0.95
# It stands out where it misranks less than this share of the pairs that all others misrank.
MISRANKED = 0.5
# A run so good asks which column makes it so ...
TOO_GOOD_AUC = 0.98
# ... and needs a column that carries more than this share of what it has over chance.
NEEDED = 0.5
# Of the columns that its score falls most without.
PROBED = 2
MAX_ROWS = 20_000
FOLDS = 3


@dataclass(frozen=True)
class Alarm:
    """A column that seems to know the outcome of the rows that a run predicts.

    Attributes:
        reason: "alone": its `value` is its own ROC AUC, and `others` that of all other columns
            together; "needed": its `value` is the run's ROC AUC, and `others` what is left of it
            without the column.
    """

    column: str
    reason: Literal["alone", "needed"]
    value: float
    others: float

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def stands_out(alone: float, others: float | None) -> bool:
    """Whether a column alone knows what all others together do not.

    Args:
        others: as `auc_without` gives it; None where there are none.
    """
    return others is None or 1 - alone < MISRANKED * (1 - others)


def auc_without(train: pd.DataFrame, schema: Schema, names: Collection[str]) -> float | None:
    """Cross-validated ROC AUC of a logistic regression on all columns but these and marked ones.

    Args:
        train: original columns, shape (n_rows, n_columns).

    Returns:
        None where no column is left, or where they cannot be learned from.
    """
    kept = [c.name for c in schema.default_features if c.name not in names and not c.leak]
    if not kept:
        return None
    config = default_config(schema).model_copy(update={"columns": Columns(include=kept)})
    X, y = train[source_columns(config, schema)], schema.encode_target(train)
    probability = np.zeros(len(y))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    try:
        for learned, checked in folds.split(X, y):
            pipeline = build_pipeline(config, schema).fit(X.iloc[learned], y[learned])
            probability[checked] = runtime_helpers.positive_probability(pipeline, X.iloc[checked])
    except ValueError:  # columns without a value, a text without a word
        return None
    return float(roc_auc_score(y, probability))


def needed_columns(run: FinishedRun) -> list[Alarm]:
    """The columns of a run that is too good to be true without which it is nothing special.

    Permutation importance says where to look, and the model is fitted again without the
    column: shuffled, an honest column costs more than it does left out, when others stand in.
    """
    auc = float(roc_auc_score(run.y_test, run.probability))
    if auc < TOO_GOOD_AUC:
        return []
    important = [column.name for column in run.importance.columns if column.mean > 0]
    found = []
    for name in dict.fromkeys(_sources(run.config, important[:PROBED])):
        left = _auc_left(run, name)
        if left is not None and auc - left > NEEDED * (auc - 0.5):
            found.append(Alarm(name, "needed", auc, left))
    return found


def _sources(config: ExperimentConfig, features: Sequence[str]) -> list[str]:
    """The columns of features, new ones by what they are made of."""
    made_of = {feature.name: feature.sources for feature in config.new_features}
    return [source for name in features for source in made_of.get(name, [name])]


def _auc_left(run: FinishedRun, name: str) -> float | None:
    """ROC AUC on test of the same model without a column, and with all others of the table."""
    config = _without(run.config, run.schema, name)
    if config is None:
        return 0.5
    rows = run.split.train
    if len(rows) > MAX_ROWS:
        rows = np.sort(np.random.default_rng(0).choice(rows, MAX_ROWS, replace=False))
    try:
        pipeline = fit(config, run.schema, run.frame, rows)
    except (CannotRun, ValueError):  # it cannot do without the column
        return None
    X = run.test[source_columns(config, run.schema)]
    return float(roc_auc_score(run.y_test, runtime_helpers.positive_probability(pipeline, X)))


def _without(config: ExperimentConfig, schema: Schema, name: str) -> ExperimentConfig | None:
    """The config with every column but this one; marked ones only where they were chosen."""
    chosen = set(config.columns.chosen(schema))
    chosen |= {column.name for column in schema.default_features if not column.leak}
    kept = [c.name for c in schema.features if c.name in chosen and c.name != name]
    if not kept:
        return None
    overrides = config.preparation.columns
    lost = {name, *(f.name for f in config.new_features if name in f.sources)}
    return config.model_copy(
        update={
            "columns": Columns(include=kept),
            "new_features": [f for f in config.new_features if f.name not in lost],
            "preparation": config.preparation.model_copy(
                update={"columns": {n: own for n, own in overrides.items() if n not in lost}}
            ),
        }
    )
