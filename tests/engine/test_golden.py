"""Numbers that stay, on Python 3.11 to 3.13: five configs over the bundled data.

Another processor may round a sum otherwise and swap two rows in a ranking, so scores
are compared to four decimals; on one machine `test_codegen` compares every digit. A
change of the engine that changes numbers raises ENGINE_VERSION and writes the file
anew:

    UPDATE_GOLDEN=1 python -m pytest tests/engine/test_golden.py
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from engine.bundled import BUNDLED
from engine.run.evaluate import evaluate
from engine.run.fingerprint import library_versions
from engine.spec.config import default_config, validate_config
from tests.engine.conftest import Table, prepare

GOLDEN = Path(__file__).parent / "golden" / "bundled_runs.json"
SAME = 1e-4

CONFIGS: dict[str, tuple[str, dict[str, Any]]] = {
    "churn, logistic regression without the leak": (
        "churn",
        {
            "columns": {"exclude": ["retention_credit_eur", "customer_id"]},
            "model": {"name": "logistic_regression", "class_weight": "balanced"},
        },
    ),
    "churn, boosting on new features, tuned threshold": (
        "churn",
        {
            "columns": {"exclude": ["retention_credit_eur", "customer_id"]},
            "new_features": [
                {
                    "name": "euros per GB",
                    "operation": "ratio",
                    "numerator": "monthly_charge_eur",
                    "denominator": "data_usage_gb",
                }
            ],
            "model": {"name": "lightgbm", "n_estimators": 60},
            "threshold": {"tune_for": "f1"},
        },
    ),
    "churn, a search over a forest": (
        "churn",
        {
            "columns": {"exclude": ["retention_credit_eur", "customer_id"]},
            "model": {"name": "random_forest", "n_estimators": 30},
            "search": {
                "method": "random",
                "trials": 4,
                "seconds": 600,
                "ranges": {"max_depth": {"low": 2, "high": 12}},
            },
            "validation": {"folds": 3},
        },
    ),
    "breast cancer, calibrated support vectors on principal components": (
        "breast_cancer",
        {
            "model": {"name": "rbf_svm"},
            "reduction": {"method": "pca", "components": 8},
            "calibration": "sigmoid",
        },
    ),
    "breast cancer, stacking": (
        "breast_cancer",
        {
            "model": {
                "name": "stacking",
                "members": [
                    {"name": "logistic_regression"},
                    {"name": "xgboost", "n_estimators": 30},
                    {"name": "k_nearest_neighbours"},
                ],
            },
            "validation": {"folds": 3},
        },
    ),
}


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Table]:
    return {
        key: prepare(
            BUNDLED[key].load(),
            tmp_path_factory.mktemp(key),
            target=BUNDLED[key].target,
            positive=BUNDLED[key].positive_class,
            policy=BUNDLED[key].split,
        )
        for key in {key for key, _config in CONFIGS.values()}
    }


def scores(name: str, tables: dict[str, Table]) -> dict[str, Any]:
    key, data = CONFIGS[name]
    table = tables[key]
    config = validate_config(data, table.schema)
    found = evaluate(config, table.schema, table.frame, table.split).evaluation
    assert config != default_config(table.schema)
    return {
        "train": found.train,
        "cross_validation": found.cross_validation["mean"],
        "test": found.test,
        "holdout": found.holdout,
        "threshold": found.threshold,
    }


@pytest.mark.skipif("UPDATE_GOLDEN" not in os.environ, reason="writes the golden file")
def test_write_the_golden_file(tables: dict[str, Table]) -> None:
    runs = {name: scores(name, tables) for name in CONFIGS}
    content = {"versions": library_versions(), "runs": runs}
    GOLDEN.write_text(json.dumps(content, indent=2) + "\n")


def test_the_golden_file_is_of_these_versions() -> None:
    stored = json.loads(GOLDEN.read_text())["versions"]
    current = library_versions()
    # The same libraries give the same numbers on every Python that they run on.
    del stored["python"], current["python"]
    assert stored == current


@pytest.mark.parametrize("name", CONFIGS)
def test_the_numbers_are_the_golden_ones(name: str, tables: dict[str, Table]) -> None:
    golden = json.loads(GOLDEN.read_text())["runs"][name]
    found = scores(name, tables)
    assert found.keys() == golden.keys()
    assert found.pop("threshold") == pytest.approx(golden.pop("threshold"), abs=SAME)
    for part, expected in golden.items():
        assert found[part] == pytest.approx(expected, abs=SAME), part
