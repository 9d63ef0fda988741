"""Are a careful colleague's checks as quick as skore's on the same model?

The same fitted pipelines, on the bundled churn data, in one process for both: all checks from
nothing (with permutation importance, and histogram boosting fitted) against skore's
`EstimatorReport.checks.summarize()`; and the first table, which the product shows once
importance and boosting are known, against skore's in its fast mode. skore is installed into a
temporary folder beside this project's own packages, at their versions. Seconds of processor,
medians of rounds in which the two alternate, each from a state in which nothing is cached.

    python benchmarks/checks.py [rounds]
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SKORE = "skore==0.28.0"
MODELS = ("logistic_regression", "decision_tree", "random_forest", "hist_gradient_boosting")
ALL_GOAL, FIRST_GOAL = 1.0, 2.0
PREPARED = "--prepared"


def install(folder: Path) -> None:
    """Put skore and what it needs into a folder, with this project's versions of the rest."""
    own = folder / "own.txt"
    pairs = {(one.metadata["Name"], one.version) for one in distributions()}
    own.write_text("".join(f"{name}=={version}\n" for name, version in sorted(pairs)))
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder)]
    subprocess.run([*pip, "--constraint", str(own), SKORE], check=True)


def processor(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def measure(rounds: int) -> int:
    sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]
    from engine.process_settings import set_up_process

    set_up_process()
    from interpretation import finished, load

    from engine.run.boosting import boosting_reference
    from engine.spec.config import default_config

    with tempfile.TemporaryDirectory() as folder:
        schema, frame, split = load("churn", Path(folder))
    reference = boosting_reference(schema, frame, split)
    ratios = []
    for name in MODELS:
        run, _seconds = finished(default_config(schema, name), schema, frame, split)
        ratios.append(compared(name, run, reference, rounds))
    missed = any(every > ALL_GOAL or first > FIRST_GOAL for every, first in ratios)
    print(f"  goals: all {ALL_GOAL}, first {FIRST_GOAL}: {'MISSED' if missed else 'met'}")
    return int(missed)


def compared(name: str, run: Any, reference: Any, rounds: int) -> tuple[float, float]:
    """Our time as a share of skore's: of everything, and of the first table."""
    ours(run, reference)  # remembers importance
    rows: dict[str, list[float]] = {"all": [], "skore": [], "first": [], "fast": []}
    for _round in range(rounds):
        rows["all"].append(processor(lambda: ours(fresh(run), None)))
        rows["skore"].append(processor(skores(run, fast=False)))
        rows["first"].append(processor(lambda: ours(run, reference)))
        rows["fast"].append(processor(skores(run, fast=True)))
    found = {kind: statistics.median(values) for kind, values in rows.items()}
    every, first = found["all"] / found["skore"], found["first"] / found["fast"]
    print(
        f"  {name:24} all {found['all']:6.2f} s, skore {found['skore']:6.2f} s: "
        f"ratio {every:.2f}; first table {found['first']:.3f} s, skore "
        f"{found['fast']:.3f} s: ratio {first:.2f}",
        flush=True,
    )
    return every, first


def fresh(run: Any) -> Any:
    """The same run, of which nothing is remembered."""
    from dataclasses import replace

    return replace(run, stored_importance=None)


def ours(run: Any, reference: Any) -> None:
    from engine.explain.checks import checks
    from engine.run.boosting import boosting_reference

    if reference is None:
        reference = boosting_reference(run.schema, run.frame, run.split)
    checks(
        run,
        submitted=run.config,
        folds=[0.8, 0.81, 0.79, 0.8, 0.82],
        search={},
        gap=(0.0, 0.1),
        reference=reference,
    )


def skores(run: Any, *, fast: bool) -> Callable[[], object]:
    """skore's checks of the same pipeline, fitted before they are timed."""
    from sklearn.base import clone
    from skore import EstimatorReport  # type: ignore[import-not-found]

    report = EstimatorReport(
        clone(run.pipeline),
        X_train=run.train[run.columns],
        y_train=run.y_train,
        X_test=run.test[run.columns],
        y_test=run.y_test,
    )
    return lambda: report.checks.summarize(fast_mode=fast).frame()


def main() -> int:
    warnings.filterwarnings("ignore")
    arguments = sys.argv[1:]
    if PREPARED in arguments:
        arguments.remove(PREPARED)
        return measure(int(arguments[0]) if arguments else 3)
    with tempfile.TemporaryDirectory() as folder:
        install(Path(folder))
        # Behind this project's own packages.
        code = f"import sys; sys.path.append({folder!r}); sys.path.insert(0, '{ROOT}/benchmarks')"
        command = [sys.executable, "-c", f"{code}; import checks; raise SystemExit(checks.main())"]
        environment = os.environ | {"OMP_NUM_THREADS": "1"}
        done = subprocess.run([*command, PREPARED, *arguments], env=environment, check=False)
    return done.returncode


if __name__ == "__main__":
    raise SystemExit(main())
