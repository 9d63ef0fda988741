"""Does a large table go through, within the memory that a worker has?

200,000 rows of 50 columns as CSV: uploaded, read, split, then LightGBM at its default,
evaluated and interpreted, in one process that has a worker's memory limit; against the
script that the product generates for the same config, in a fresh process. And the
intervals of 20,000 test rows.

    python benchmarks/large.py
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from submit_to_metrics import ROOT, script_for
from workshop import config_of, submit

ROWS, COLUMNS = 200_000, 50
TEST_ROWS = 20_000


def write_table(path: Path) -> None:
    """Numbers, categories, dates and missing values, and a target that some of them tell."""
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(0)
    columns: dict[str, Any] = {f"n{n}": rng.normal(size=ROWS).round(4) for n in range(38)}
    columns |= {f"c{n}": rng.choice([f"v{k}" for k in range(4 + n)], ROWS) for n in range(9)}
    columns["gap"] = np.where(rng.random(ROWS) < 0.3, np.nan, rng.normal(size=ROWS).round(3))
    days = pd.to_timedelta(rng.integers(0, 900, ROWS), unit="D")
    columns["day"] = (pd.Timestamp(2023, 1, 1) + days).strftime("%Y-%m-%d")
    signal = columns["n0"] + columns["n1"] * columns["n2"] + (columns["c0"] == "v1")
    columns["paid"] = np.where(signal + rng.normal(size=ROWS) > 0.3, "yes", "no")
    frame = pd.DataFrame(columns)
    assert frame.shape == (ROWS, COLUMNS)
    frame.to_csv(path, index=False)


def limited(queue: Any, path: str) -> None:
    """The whole way in this process, under a worker's memory limit."""
    from django.conf import settings
    from django.core.files import File

    from classrooms.agenda import timeline
    from classrooms.datasets.services import Preparation, prepare_dataset, upload_dataset
    from classrooms.dojos import services
    from classrooms.models import User
    from experiments.models import Stage
    from jobs.perform import perform_here

    limit = settings.RUN_MEMORY_LIMIT_MEGABYTES * 2**20
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))

    times, started = {}, time.perf_counter()

    def lap(name: str) -> None:
        nonlocal started
        times[name] = time.perf_counter() - started
        started = time.perf_counter()

    user = User.objects.create_user("bench@example.org")
    with Path(path).open("rb") as file:
        dataset = upload_dataset(user, title="Large", file=File(file, name="large.csv"))
    perform_here(dataset)
    lap("read")
    dataset.refresh_from_db()
    prepare_dataset(dataset, Preparation("paid", "yes"))
    perform_here(dataset)
    dataset.refresh_from_db()
    assert dataset.is_ready, dataset.failure_code
    lap("split and look")
    dojo = services.create_dojo(
        facilitator=user,
        display_name="B",
        title="Large",
        language="en",
        variant="solo",
        dataset=dataset,
        primary_metric="roc_auc",
        success_threshold=0.8,
    )
    timeline.start_dojo(dojo)
    seat = dojo.seats.get()
    config = config_of(dataset.schema, "lightgbm", 1)
    experiment = submit(seat, config)
    perform_here(experiment.runs.get())
    lap("evaluate")
    run = experiment.runs.get()
    assert run.status == "succeeded", (run.status, run.failure_code)
    for stage in Stage:
        perform_here(run.interpretations.get(stage=stage))
        lap(stage.name.lower())
    assert set(run.interpretations.values_list("status", flat=True)) == {"succeeded"}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    queue.put((times, peak, limit / 2**20, script_for(seat, config)))


def interval_seconds() -> float:
    import numpy as np

    from engine.judge.uncertainty.intervals import intervals
    from engine.judge.uncertainty.predictions import Predictions

    rng = np.random.default_rng(0)
    y = (rng.random(TEST_ROWS) < 0.3).astype(int)
    found = Predictions(np.clip(rng.normal(0.3 + 0.2 * y, 0.2), 0, 1), 0.5)
    started = time.perf_counter()
    intervals(y, found)
    return time.perf_counter() - started


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="ml-experimenter-bench-"))
    os.environ.update(
        VAR_DIR=str(folder / "var"),
        DJANGO_SETTINGS_MODULE="config.settings",
        PYTHONPATH=str(ROOT),
        LOG_LEVEL="ERROR",
    )
    sys.path.insert(0, str(ROOT))
    from engine.process_settings import set_up_process

    set_up_process()
    import django

    django.setup()
    from django.core.management import call_command

    try:
        call_command("migrate", verbosity=0)
        path = folder / "large.csv"
        write_table(path)
        fork = multiprocessing.get_context("fork")
        queue = fork.Queue()
        worker = fork.Process(target=limited, args=(queue, str(path)))
        worker.start()
        times, peak, limit, script = queue.get(timeout=1200)
        worker.join()
        print(f"{ROWS:,} rows of {COLUMNS} columns, {path.stat().st_size / 2**20:.0f} MB as CSV")
        for name, seconds in times.items():
            print(f"  {name:16} {seconds:6.1f} s")
        print(f"  peak memory      {peak:6.0f} MB of {limit:.0f} MB allowed")
        (folder / "script.py").write_text(script)
        started = time.perf_counter()
        subprocess.run([sys.executable, folder / "script.py"], check=True, capture_output=True)
        bare = time.perf_counter() - started
        print(
            f"  the script alone {bare:6.1f} s;  evaluate / script  {times['evaluate'] / bare:.2f}"
        )
        print(f"intervals of {TEST_ROWS:,} rows  {interval_seconds():.2f} s")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
