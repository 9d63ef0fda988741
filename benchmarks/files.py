"""How long does a large table of a trainer's own take, from its upload to its first model?

119,000 rows of 32 columns as CSV (14 numbers, 14 categories of which two have 300 values,
two dates, a target and a key; values are missing in four), with a worker's settings:

- upload to ready (read, read again and split, looked at) against what pandas needs to read,
  split and profile the same file in one process;
- histogram boosting at its default with five folds, evaluated by the engine, against the
  script that the product generates for the same config, and against a run's time limit.

Each round does all four, one after the other; the median of the rounds' ratios counts.

    python benchmarks/files.py [rounds]
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.process_settings import set_up_process

set_up_process()

ROWS = 119_000
READY_GOAL, BOOSTING_GOAL = 3.0, 1.1


def write_table(path: Path) -> None:
    """The table of the goal; `outcome` depends on some of its columns, and on chance."""
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(7)
    columns: dict[str, Any] = {"key": [f"K{n:06}" for n in rng.permutation(ROWS)]}
    columns |= {f"n{n}": rng.normal(50, 9, ROWS).round(n % 4) for n in range(14)}
    sizes = [2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 40, 300, 300]
    for place, size in enumerate(sizes):
        shares = rng.dirichlet(np.full(size, 2.0))
        values = [f"c{place}v{value}" for value in range(size)]
        columns[f"c{place}"] = rng.choice(values, ROWS, p=shares)
    for name in ("opened", "closed"):
        days = pd.to_timedelta(rng.integers(0, 1_500, ROWS), unit="D")
        columns[name] = (pd.Timestamp(2020, 1, 1) + days).strftime("%Y-%m-%d")
    signal = (columns["n0"] - 50) / 9 + (columns["n1"] > 55) + 2 * (columns["c0"] == "c0v1")
    chance = rng.normal(0, 1, ROWS)
    columns["outcome"] = np.where(signal + chance > 1.8, "yes", "no")
    frame = pd.DataFrame(columns)
    for name in ("n2", "n3", "c3", "c12"):
        frame.loc[rng.random(ROWS) < 0.15, name] = np.nan
    assert frame.shape == (ROWS, 32)
    frame.to_csv(path, index=False)


def with_pandas(path: Path) -> None:
    """Read, split and profile, as a person does it in a notebook."""
    import pandas as pd
    from sklearn.model_selection import train_test_split

    frame = pd.read_csv(path)
    rest, _holdout = train_test_split(
        frame, test_size=0.2, stratify=frame["outcome"], random_state=0
    )
    train, _test = train_test_split(rest, test_size=0.25, stratify=rest["outcome"], random_state=0)
    frame.describe(include="all")
    frame.isna().mean()
    frame.nunique()
    frame.duplicated().sum()
    for name in ("opened", "closed"):
        pd.to_datetime(frame[name])
    numbers = train.select_dtypes("number")
    numbers.corr(method="spearman")
    for name in train.columns.drop(["key", "outcome"]):
        values = pd.cut(train[name], 12) if name in numbers else train[name]
        pd.crosstab(values, train["outcome"])


def seconds(work: Any) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


class Product:
    """Uploads in a database and a storage of their own."""

    def __init__(self, path: Path) -> None:
        from classrooms.models import User

        self.path = path
        self.user = User.objects.create_user("bench@example.org")
        self.dataset: Any = None

    def make_ready(self) -> None:
        from django.core.files import File

        from classrooms.datasets.services import Preparation, prepare_dataset, upload_dataset
        from jobs.perform import perform_here

        with self.path.open("rb") as file:
            dataset = upload_dataset(self.user, title="Large", file=File(file, name="large.csv"))
        perform_here(dataset)
        dataset.refresh_from_db()
        prepare_dataset(dataset, Preparation("outcome", "yes"))
        perform_here(dataset)
        dataset.refresh_from_db()
        assert dataset.is_ready, dataset.failure_code
        self.dataset = dataset


def boosting(dataset: Any, folder: Path) -> tuple[Any, Any]:
    """A run at the default as the engine evaluates it, and as the generated script does."""
    from models import Script

    from engine.build.codegen import DataSource
    from engine.reading.storing import read_dataset, write_participant_csv
    from engine.run.evaluate import evaluate
    from engine.run.split import split_rows
    from engine.spec.config import default_config

    schema = dataset.schema
    frame = read_dataset(Path(folder) / "media" / dataset.table_path)
    split = split_rows(frame, schema.target, schema.split)
    shared = folder / "shared.csv"
    write_participant_csv(frame, split, shared, split_column=dataset.split_column)
    config = default_config(schema, "hist_gradient_boosting")
    script = Script(config, DataSource(schema, dataset.split_column, str(shared)))
    return lambda: evaluate(config, schema, frame, split), script.run


def verdict(name: str, ratio: float, goal: float) -> bool:
    is_met = ratio <= goal
    print(f"  {name}  {ratio:.2f}   goal {goal} or less: {'met' if is_met else 'MISSED'}")
    return is_met


def measure(folder: Path, rounds: int) -> bool:
    from django.conf import settings

    path = folder / "large.csv"
    write_table(path)
    product = Product(path)
    ready: list[tuple[float, float]] = []
    fits: list[tuple[float, float]] = []
    for _round in range(rounds):
        ready.append((seconds(product.make_ready), seconds(lambda: with_pandas(path))))
        engine, script = boosting(product.dataset, folder)
        fits.append((seconds(engine), seconds(script)))
        print(
            f"  ready {ready[-1][0]:6.1f} s   pandas {ready[-1][1]:6.1f} s   "
            f"engine {fits[-1][0]:6.1f} s   script {fits[-1][1]:6.1f} s",
            flush=True,
        )
    limit = settings.RUN_SOFT_TIME_LIMIT_SECONDS
    slowest = max(engine for engine, _script in fits)
    met = [
        verdict("upload to ready / pandas", median_ratio(ready), READY_GOAL),
        verdict("engine / script", median_ratio(fits), BOOSTING_GOAL),
        verdict("slowest run / time limit", slowest / limit, 1.0),
    ]
    return all(met)


def median_ratio(pairs: list[tuple[float, float]]) -> float:
    return statistics.median(ours / bare for ours, bare in pairs)


def main(rounds: int = 3) -> int:
    warnings.simplefilter("ignore")
    folder = Path(tempfile.mkdtemp(prefix="files-benchmark-"))
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "VAR_DIR": str(folder),
        "LOG_LEVEL": "ERROR",
    }
    try:
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        print(f"{ROWS:,} rows of 32 columns, {rounds} rounds")
        return 0 if measure(folder, rounds) else 1
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
