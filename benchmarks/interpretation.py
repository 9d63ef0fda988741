"""How long after its metrics is a run interpreted, and how heavy is what a page shows?

Each model at its default on each bundled dataset, in one warm process: the first two stages,
which are the first screen, and all stages, in seconds and as a ratio to the evaluation of
the same run; and the compressed size of the heaviest stage. Medians. Seconds are the
processor's: the process has one thread, and other work beside it then changes little.

    python benchmarks/interpretation.py [rounds]
"""

from __future__ import annotations

import gzip
import json
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from experiments.engine.process_settings import set_up_process

set_up_process()

from experiments.engine.bundled import BUNDLED  # noqa: E402
from experiments.engine.config import default_config  # noqa: E402
from experiments.engine.data import (  # noqa: E402
    build_schema,
    canonical_frame,
    infer_columns,
    read_table,
)
from experiments.engine.evaluate import evaluate  # noqa: E402
from experiments.engine.interpretation import stages  # noqa: E402
from experiments.engine.models import MODELS  # noqa: E402
from experiments.engine.split import split_rows  # noqa: E402

FIRST_GOAL, ALL_GOAL, WEIGHT_GOAL = 3.0, 20.0, 300


def load(key: str, folder: Path) -> tuple[Any, Any, Any]:
    """Schema, frame and split of a bundled dataset."""
    card = BUNDLED[key]
    path = folder / f"{key}.csv"
    card.load().to_csv(path, index=False)
    table = read_table(path)
    columns = infer_columns(table)
    frame = canonical_frame(table, columns, target=card.target)
    schema = build_schema(frame, columns, card.target, card.positive_class)
    return schema, frame, split_rows(frame, schema.target, card.split)


def finished(config: Any, schema: Any, frame: Any, split: Any) -> tuple[stages.FinishedRun, float]:
    started = time.process_time()
    done = evaluate(config, schema, frame, split)
    took = time.process_time() - started
    scores = done.evaluation
    run = stages.FinishedRun(
        pipeline=done.pipeline,
        config=config,
        schema=schema,
        frame=frame,
        split=split,
        metric="roc_auc",
        threshold=scores.threshold,
        out_of_fold=done.out_of_fold,
        fit_seconds=scores.fit_seconds,
        train_score=scores.train["roc_auc"],
        test_score=scores.test["roc_auc"],
        interval=(0.0, 1.0),
    )
    return run, took


STAGES: tuple[Callable[[stages.FinishedRun], dict[str, Any]], ...] = (
    stages.evidence,
    stages.learning_curves,
    stages.reasons,
    lambda run: stages.subgroups(run, sensitive=[], findings=[], cautions=[]),
)


def measure(config: Any, data: tuple[Any, Any, Any]) -> tuple[list[float], float, float]:
    """Seconds of each stage, of the evaluation, and the heaviest stage in KB, compressed."""
    run, evaluation = finished(config, *data)
    times, weights = [], []
    for stage in STAGES:
        started = time.process_time()
        content = stage(run)
        times.append(time.process_time() - started)
        weights.append(len(gzip.compress(json.dumps(content).encode())) / 1000)
    return times, evaluation, max(weights)


def main(rounds: int = 3) -> None:
    # That a default does not converge is told in the product; here it only costs time.
    warnings.simplefilter("ignore")
    print(
        f"medians of {rounds}, seconds; goals: first screen {FIRST_GOAL:g}, all {ALL_GOAL:g}, "
        f"{WEIGHT_GOAL} KB"
    )
    with tempfile.TemporaryDirectory() as folder:
        for key in BUNDLED:
            data = load(key, Path(folder))
            for name in MODELS:
                config = default_config(data[0], name)
                found = [measure(config, data) for _round in range(rounds)]
                first = statistics.median(times[0] + times[1] for times, _run, _weight in found)
                every = statistics.median(sum(times) for times, _run, _weight in found)
                run = statistics.median(took for _times, took, _weight in found)
                weight = max(weight for _times, _run, weight in found)
                is_met = first <= FIRST_GOAL and every <= ALL_GOAL and weight <= WEIGHT_GOAL
                print(
                    f"  {key:14} {name:24} first {first:6.2f}  all {every:6.2f}  "
                    f"all / evaluate {every / run:5.2f}  {weight:4.0f} KB  "
                    f"{'met' if is_met else 'MISSED'}",
                    flush=True,
                )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
