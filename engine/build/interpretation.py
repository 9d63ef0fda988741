"""The code with which the take-home notebook looks into one of its models.

Imports no scientific library, so the web process can use it.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from engine.build.source_text import literal

PATH = Path(__file__).with_name("interpretation_functions.py")
# As scikit-learn calls them; what it has no score for is ranked by ROC AUC.
SCORERS = {"log_loss": "neg_log_loss", "brier": "neg_brier_score", "mcc": "matthews_corrcoef"}
WITHOUT_SCORER = {"expected_cost": "roc_auc"}
# Test rows that are shuffled, and that are explained.
SHUFFLED_ROWS, EXPLAINED_ROWS = 1_000, 40
# Every column more makes an explanation longer, so it is compared with fewer train rows.
COMPARISONS, MIN_BACKGROUND, MAX_BACKGROUND = 1_000, 10, 50
ORDERS = 2

IMPORTS = """\
import warnings

# A progress bar would need a widget; shap says so as soon as it is imported.
warnings.filterwarnings("ignore", message="IProgress not found")

import numpy as np
import pandas as pd
import shap
from pandas.api.types import is_numeric_dtype
from sklearn.inspection import permutation_importance"""
# Not `model`: the code of the experiments that follow has a name like that.
KEEP = "chosen, X_known, X_new = pipeline, X_train, X_test  # for the interpretation at the end"
IMPORTANCE = """\
some = np.random.default_rng({seed}).permutation(len(X_new))[:{rows}]
shuffled = permutation_importance(
    chosen, X_new.iloc[some], y_test[some], scoring={scoring}, n_repeats=5, random_state={seed}
)
importance = pd.DataFrame(
    {{"score drop": shuffled.importances_mean, "spread": shuffled.importances_std}},
    index=X_new.columns,
)
importance.sort_values("score drop", ascending=False).head(20).round(4)"""
ERRORS = """\
errors = confident_errors(chosen, X_new, y_test, threshold={threshold})
errors"""
BEESWARM = """\
first = X_new.loc[errors.index[:1]]
others = X_new.drop(first.index).sample({rows}, random_state={seed})
background = X_known.sample({background}, random_state={seed})
explained = explain(chosen, pd.concat([first, others]), background, orders={orders}, seed={seed})
shap.plots.beeswarm(explained, max_display=12)"""
WATERFALL = "shap.plots.waterfall(explained[0], max_display=12)"


@dataclass(frozen=True)
class InterpretationCode:
    """The cells' code, in their order.

    Attributes:
        functions: with what they and the other cells import.
        keep: stands right after the experiment's own code.
    """

    functions: str
    keep: str
    importance: str
    errors: str
    beeswarm: str
    waterfall: str


def interpretation_code(
    *, metric: str, threshold: float, seed: int, columns: int, sizes: dict[str, int]
) -> InterpretationCode:
    """The code for an experiment, which has left a fitted `pipeline`.

    Args:
        metric: a name of `metrics.METRICS`.
        threshold: of the run.
        columns: how many the model reads.
        sizes: rows of "train" and "test".
    """
    fitting = min(max(COMPARISONS // max(columns, 1), MIN_BACKGROUND), MAX_BACKGROUND)
    scoring = WITHOUT_SCORER.get(metric, SCORERS.get(metric, metric))
    return InterpretationCode(
        functions=f"{IMPORTS}\n\n\n{_functions()}",
        keep=KEEP,
        importance=IMPORTANCE.format(seed=seed, rows=SHUFFLED_ROWS, scoring=literal(scoring)),
        errors=ERRORS.format(threshold=literal(threshold)),
        beeswarm=BEESWARM.format(
            rows=min(EXPLAINED_ROWS, sizes["test"] - 1),
            background=min(fitting, sizes["train"]),
            orders=ORDERS,
            seed=seed,
        ),
        waterfall=WATERFALL,
    )


@cache
def _functions() -> str:
    source = PATH.read_text(encoding="utf-8")
    nodes = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    return "\n\n\n".join(ast.get_source_segment(source, node) or "" for node in nodes)
