"""How long a run may take, before it runs: a rough figure, to be told where it may not fit.

The seconds of one fit at the default were measured by `benchmarks/models.py` on the bundled
churn data; how they grow with rows is the textbooks' (scikit-learn's user guide: support
vector machines with the square of the rows at least, neighbours with every pair of rows).
"""

from __future__ import annotations

from engine.spec.config import ExperimentConfig
from engine.spec.schema import Schema

# What was measured: rows to learn from, and columns.
ROWS, COLUMNS = 4_800, 20
SECONDS_OF_A_FIT = {
    "dummy": 0.01,
    "logistic_regression": 0.03,
    "linear_svm": 0.4,
    "rbf_svm": 1.5,
    "k_nearest_neighbours": 0.1,
    "gaussian_naive_bayes": 0.01,
    "bernoulli_naive_bayes": 0.01,
    "decision_tree": 0.03,
    "random_forest": 0.6,
    "extra_trees": 0.5,
    "hist_gradient_boosting": 0.5,
    "xgboost": 0.1,
    "lightgbm": 0.15,
    "multilayer_perceptron": 2.3,
    "voting": 0.65,
    "stacking": 3.4,
}
SQUARE = frozenset({"rbf_svm", "k_nearest_neighbours"})


def rough_fit_seconds(config: ExperimentConfig, schema: Schema, rows: int) -> float:
    """Seconds of one fit on so many rows, by the model and the columns; of an unknown one, 0."""
    power = 2 if config.model.name in SQUARE else 1
    columns = max(len(config.columns.chosen(schema)) + len(config.new_features), 1)
    measured = SECONDS_OF_A_FIT.get(config.model.name, 0.0)
    return measured * (rows / ROWS) ** power * columns / COLUMNS


def run_seconds(config: ExperimentConfig, fit_seconds: float) -> float:
    """Seconds of a run: one fit on all rows, one per fold on the others, and the search.

    Args:
        fit_seconds: of one fit on all rows.
    """
    validation = config.validation
    across_folds = (validation.folds - 1) * validation.repeats * fit_seconds
    search = config.search
    tries = min(search.seconds, search.trials * across_folds) if search.is_on else 0.0
    return fit_seconds + across_folds + tries
