"""What the engine may import, and what importing it costs the web process."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

import engine

ENGINE = Path(engine.__file__).parent
MODULES = [
    ".".join(("engine", *path.relative_to(ENGINE).with_suffix("").parts)).removesuffix(".__init__")
    for path in sorted(ENGINE.rglob("*.py"))
]
# What the web process imports: the whole of `spec`, and these.
WEB_MODULES = (
    *(name for name in MODULES if name.startswith("engine.spec")),
    "engine.bundled",
    "engine.build.codegen",
    "engine.build.starter",
    "engine.charts.text",
    "engine.explain.mistakes.error_filter",
    "engine.judge.kinds",
    "engine.judge.numbers",
    "engine.judge.power",
    "engine.judge.skill",
    "engine.judge.verdict",
    "engine.process_settings",
    "engine.reading.table_format",
    "engine.run.fingerprint",
)
SCIENCE = {
    *("numpy", "pandas", "sklearn", "scipy", "xgboost", "lightgbm", "shap"),
    *("pyarrow", "joblib", "numba", "matplotlib"),
}
PLATFORM = {"django", "celery", "config", "jobs", "live", "posting", "classrooms", "experiments"}


def loaded_by(statement: str) -> set[str]:
    """Top-level packages in a fresh process after a statement."""
    code = f"{statement}; import sys; print(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_web_process_loads_no_scientific_library() -> None:
    imports = "; ".join(f"import {name}" for name in WEB_MODULES)
    used = "engine.run.fingerprint.library_versions()"
    assert not loaded_by(f"{imports}; {used}") & SCIENCE


def test_the_engine_knows_nothing_of_the_platform() -> None:
    imports = "; ".join(f"import {name}" for name in MODULES)
    loaded = loaded_by(imports)
    assert not loaded & PLATFORM
    # The others come by way of these, or not, depending on versions.
    of_others = {"joblib", "pyarrow", "numba", "matplotlib"}
    assert loaded >= SCIENCE - of_others, "the other test would see them"


def test_threads_are_limited_before_the_libraries_load() -> None:
    code = (
        "from engine.process_settings import set_up_process; set_up_process();"
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


def test_what_libraries_keep_lies_where_the_caller_says(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path;"
        "from engine.process_settings import set_up_process; set_up_process(Path(sys.argv[1]));"
        # numba, which not every shap brings along, reads its folder from the environment.
        "import matplotlib, os; print(matplotlib.get_cachedir(), os.environ['NUMBA_CACHE_DIR'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [str(tmp_path / "matplotlib"), str(tmp_path / "numba")]


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="mallopt is glibc's")
def test_memory_is_kept_for_the_next_array() -> None:
    code = (
        "from engine.process_settings import set_up_process; set_up_process();"
        "import resource, numpy;"
        "faults = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_minflt;"
        "ones = lambda: numpy.ones(2 * 2**20).sum();"  # 16 MB: 4,096 pages
        "ones(); before = faults(); ones(); print(faults() - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 400


def test_every_module_stays_short() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in ENGINE.rglob("*.py")}
    assert not {str(path): lines for path, lines in lengths.items() if lines >= 400}
