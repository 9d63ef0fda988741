"""Fingerprint of a run: equal fingerprint, equal result. Imports no scientific library."""

from __future__ import annotations

import hashlib
import json
import platform
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.spec.config import ExperimentConfig
    from engine.spec.schema import Schema

# Raised by every change of the engine that changes numbers.
ENGINE_VERSION = 2

DISTRIBUTIONS = ("numpy", "scipy", "pandas", "scikit-learn", "xgboost-cpu", "lightgbm")


def library_versions() -> dict[str, str]:
    """Versions that the numbers of a run depend on, by distribution name."""
    return {"engine": str(ENGINE_VERSION), "python": platform.python_version(), **_installed()}


@cache
def _installed() -> dict[str, str]:
    """Each is read from a file of its distribution, for which a submission need not wait."""
    return {name: version(name) for name in DISTRIBUTIONS}


def fingerprint(
    dataset_hash: str, schema: Schema, config: ExperimentConfig, versions: dict[str, str]
) -> str:
    """SHA-256, in hexadecimal, of everything that a result depends on.

    Columns count as they are chosen, so the same choice written in two ways is the same.
    """
    data = config.model_dump(mode="json")
    data["columns"] = config.columns.chosen(schema)
    parts = {
        "dataset": dataset_hash,
        # The same table is another problem with another target, and other types of columns
        # are prepared otherwise.
        "problem": [schema.target, schema.positive_class],
        "columns": [[c.name, c.type, c.numeric, c.leak] for c in schema.columns],
        "split": schema.split.model_dump(mode="json"),
        "costs": schema.costs.model_dump(mode="json") if schema.costs else None,
        "config": data,
        "versions": versions,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
