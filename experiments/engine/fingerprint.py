"""What makes two runs the same. Imports no scientific library."""

from __future__ import annotations

import hashlib
import json
import platform
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from experiments.engine.config import ExperimentConfig
    from experiments.engine.split import SplitPolicy

# Raised by every change of the engine that changes numbers.
ENGINE_VERSION = 1

DISTRIBUTIONS = ("numpy", "scipy", "pandas", "scikit-learn", "xgboost-cpu", "lightgbm")


def library_versions() -> dict[str, str]:
    """Versions that the numbers of a run depend on, by distribution name."""
    return {
        "engine": str(ENGINE_VERSION),
        "python": platform.python_version(),
        **{name: version(name) for name in DISTRIBUTIONS},
    }


def fingerprint(
    dataset_hash: str, policy: SplitPolicy, config: ExperimentConfig, versions: dict[str, str]
) -> str:
    """SHA-256, in hexadecimal, of everything that a result depends on."""
    parts = {
        "dataset": dataset_hash,
        "split": policy.model_dump(mode="json"),
        "config": config.model_dump(mode="json"),
        "versions": versions,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
