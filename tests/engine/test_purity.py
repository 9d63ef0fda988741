"""What the engine may import, and what importing it costs the web process."""

import importlib
import inspect
import os
import platform
import subprocess
import sys

import pytest

WEB_MODULES = (
    "bundled",
    "codegen",
    "config",
    "fingerprint",
    "metrics",
    "models",
    "recipe",
    "schema",
    "source_text",
    "process_settings",
    "yaml_text",
)
SCIENCE = {"numpy", "pandas", "sklearn", "scipy", "xgboost", "lightgbm", "pyarrow", "joblib"}
PLATFORM = {"django", "celery", "config", "classrooms", "assistant"}
ALL_MODULES = (
    *WEB_MODULES,
    "charts",
    "data",
    "evaluate",
    "interpretation.associations",
    "interpretation.contributions",
    "interpretation.curves",
    "interpretation.effects",
    "interpretation.errors",
    "interpretation.fairness",
    "interpretation.features",
    "interpretation.importance",
    "interpretation.learning",
    "interpretation.neighbours",
    "interpretation.slice_conditions",
    "interpretation.slices",
    "pipeline",
    "split",
)


def loaded_by(statement: str) -> set[str]:
    """Top-level packages in a fresh process after a statement."""
    code = f"{statement}; import sys; print(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_web_process_loads_no_scientific_library() -> None:
    imports = "; ".join(f"import experiments.engine.{name}" for name in WEB_MODULES)
    used = "experiments.engine.fingerprint.library_versions()"
    assert not loaded_by(f"{imports}; {used}") & SCIENCE


def test_the_engine_knows_nothing_of_the_platform() -> None:
    imports = "; ".join(f"import experiments.engine.{name}" for name in ALL_MODULES)
    loaded = loaded_by(imports)
    assert not loaded & PLATFORM
    assert loaded >= SCIENCE - {"joblib", "pyarrow"}, "the other test would see them"


def test_threads_are_limited_before_the_libraries_load() -> None:
    code = (
        "from experiments.engine.process_settings import set_up_process; set_up_process();"
        "import numpy, sklearn.ensemble, lightgbm, xgboost, threadpoolctl;"
        "print(*[p['num_threads'] for p in threadpoolctl.threadpool_info()])"
    )
    environment = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    pools = done.stdout.split()
    assert len(pools) >= 2
    assert set(pools) == {"1"}


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="mallopt is glibc's")
def test_memory_is_kept_for_the_next_array() -> None:
    code = (
        "from experiments.engine.process_settings import set_up_process; set_up_process();"
        "import resource, numpy;"
        "faults = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_minflt;"
        "ones = lambda: numpy.ones(2 * 2**20).sum();"  # 16 MB: 4,096 pages
        "ones(); before = faults(); ones(); print(faults() - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 400


@pytest.mark.parametrize("name", ALL_MODULES)
def test_every_module_stays_short(name: str) -> None:

    assert (
        len(inspect.getsource(importlib.import_module(f"experiments.engine.{name}")).splitlines())
        < 400
    )
