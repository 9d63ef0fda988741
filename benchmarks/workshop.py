"""What does the platform cost a whole workshop, and does a worker grow?

Twenty participants submit five experiments each, at once; two compute processes. The
time until every run has its metrics and its interpretation, against a loop in two
forked processes over the same configs that does the same science (evaluate, intervals,
every stage of the interpretation) with no platform: no database, no broker, no pages.
Rounds alternate, each has its own seeds, medians.

Then one compute process does five hundred runs: its memory after them against after
twenty.

    python benchmarks/workshop.py [rounds]
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from submit_to_metrics import ROOT, free_port, prepare, processes, wait_until_ready

PARTICIPANTS, EACH = 20, 5
MODELS = (
    "logistic_regression",
    "decision_tree",
    "hist_gradient_boosting",
    "lightgbm",
    "gaussian_naive_bayes",
)
TIME_GOAL, MEMORY_GOAL = 1.15, 1.2
FEW, MANY = 20, 500


def config_of(schema: Any, model: str, seed: int) -> Any:
    from engine.spec.config import ExperimentConfig, default_config

    values = default_config(schema, model).model_dump()
    return ExperimentConfig.model_validate(values | {"seed": seed})


def join_all(dojo: Any) -> list[Any]:

    from classrooms.dojos.services import join_dojo
    from classrooms.models import User

    return [
        join_dojo(
            dojo=dojo, user=User.objects.create_user(f"p{n}@example.org"), display_name=f"P{n}"
        )
        for n in range(PARTICIPANTS)
    ]


def submit(member: Any, config: Any) -> Any:
    from experiments.submit.services import submit_experiment

    return submit_experiment(
        member,
        claim="It is quick.",
        rationale="The worker is warm.",
        expected_effect=0.9,
        compared_to=None,
        config=config,
        baseline_waived=True,
    )


def wait_until_done() -> None:
    from experiments.models import Interpretation, Run

    while Run.objects.unfinished().exists() or Interpretation.objects.unfinished().exists():
        time.sleep(0.1)
    failed = Run.objects.exclude(status="succeeded").count()
    assert not failed, f"{failed} runs failed"


def product_seconds(members: list[Any], configs: list[Any]) -> float:
    started = time.perf_counter()
    for place, config in enumerate(configs):
        submit(members[place % len(members)], config)
    wait_until_done()
    return time.perf_counter() - started


def science(dataset: Any, schema: Any, config: Any, metric: str) -> None:
    """What a worker computes for a run, without what it stores."""
    from engine.explain import stages
    from engine.judge.uncertainty.dependence import rows_of
    from engine.judge.uncertainty.predictions import Predictions
    from engine.run.evaluate import evaluate
    from experiments.compute.comparing import intervals_of
    from experiments.compute.process_memory import load_dataset

    prepared = load_dataset(dataset)
    done = evaluate(config, schema, prepared.frame, prepared.split)
    scores = done.evaluation
    test = prepared.frame.iloc[prepared.split.test]
    found = Predictions(done.test_probability, scores.threshold)
    rows = rows_of(test, schema.split)
    intervals = intervals_of(schema.encode_target(test), found, schema, rows)
    run = stages.FinishedRun(
        pipeline=done.pipeline,
        config=config,
        schema=schema,
        frame=prepared.frame,
        split=prepared.split,
        metric=metric,
        threshold=scores.threshold,
        out_of_fold=done.out_of_fold,
        fit_seconds=scores.fit_seconds,
        train_score=scores.train[metric],
        test_score=scores.test[metric],
        interval=intervals[metric],
    )
    stages.evidence(run)
    stages.learning_curves(run)
    stages.reasons(run)
    stages.subgroups(run, sensitive=[], findings=[], warnings=[])


def loop_seconds(dataset: Any, configs: list[Any], metric: str) -> float:
    """Two processes, warm by the fork, that take the next config as soon as they are free."""
    fork = multiprocessing.get_context("fork")
    following = fork.Value("i", 0)
    schema = dataset.schema

    def work() -> None:
        while True:
            with following.get_lock():
                place = following.value
                following.value += 1
            if place >= len(configs):
                return
            science(dataset, schema, configs[place], metric)

    started = time.perf_counter()
    workers = [fork.Process(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    return time.perf_counter() - started


def compare_times(dojo: Any, rounds: int) -> None:
    from experiments.compute.process_memory import load_dataset

    dataset, members = dojo.dataset, join_all(dojo)
    load_dataset(dataset)
    found: dict[str, list[float]] = {"product": [], "loop": []}
    for round_number in range(rounds):
        seeds = range(1000 * round_number, 1000 * round_number + PARTICIPANTS * EACH)
        configs = [
            config_of(dataset.schema, MODELS[place // PARTICIPANTS % len(MODELS)], seed)
            for place, seed in enumerate(seeds)
        ]
        found["product"].append(product_seconds(members, configs))
        found["loop"].append(loop_seconds(dataset, configs, dojo.primary_metric))
    medians = {way: statistics.median(values) for way, values in found.items()}
    ratio = medians["product"] / medians["loop"]
    print(f"{PARTICIPANTS} participants, {EACH} experiments each, median of {rounds}, seconds")
    for way, values in found.items():
        print(f"  {way:8} {medians[way]:7.2f}   ({min(values):.2f} to {max(values):.2f})")
    print(f"  product / loop  {ratio:.2f}   goal {TIME_GOAL} or less: {_met(ratio <= TIME_GOAL)}")


def compare_memory(dojo: Any, port: int) -> None:
    """Resident memory of the only compute child, after few and after many runs."""
    member, seed = dojo.seats.filter(role="participant").first(), 10**6
    child, sizes = 0, {}
    for count in range(1, MANY + 1):
        config = config_of(dojo.dataset.schema, MODELS[count % len(MODELS)], seed + count)
        submit(member, config)
        if count % 10 == 0:
            wait_until_done()
        if count in (FEW, MANY):
            child = child or _compute_child(port)
            assert _compute_child(port) == child, "it is still the same process"
            status = Path(f"/proc/{child}/status").read_text()
            sizes[count] = int(status.split("VmRSS:")[1].split()[0]) / 1024
    ratio = sizes[MANY] / sizes[FEW]
    print(f"memory of a compute process, MB: {sizes[FEW]:.0f} after {FEW} runs, ", end="")
    print(f"{sizes[MANY]:.0f} after {MANY}")
    print(f"  ratio  {ratio:.2f}   goal {MEMORY_GOAL} or less: {_met(ratio <= MEMORY_GOAL)}")


def _compute_child(port: int) -> int:
    """The process that a compute worker of ours forked."""
    mine = f"compute@{port}"
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_text()
            parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            above = Path(f"/proc/{parent}/cmdline").read_text()
        except (OSError, ValueError):
            continue
        if mine in command and mine in above:
            return int(entry.name)
    raise SystemExit("The compute worker has no child.")


def _met(holds: bool) -> str:
    return "met" if holds else "MISSED"


def main(rounds: int = 10) -> None:
    folder = Path(tempfile.mkdtemp(prefix="ml-experimenter-bench-"))
    os.environ.update(
        VAR_DIR=str(folder / "var"),
        DJANGO_SETTINGS_MODULE="config.settings",
        PYTHONPATH=str(ROOT),
        LOG_LEVEL="WARNING",
    )
    sys.path.insert(0, str(ROOT))
    from engine.process_settings import set_up_process

    set_up_process()
    try:
        dojo = prepare("standard").dojo
        port = free_port()
        with processes(port, folder):
            wait_until_ready(f"http://127.0.0.1:{port}")
            if rounds:
                compare_times(dojo, rounds)
        if not dojo.seats.filter(role="participant").exists():
            join_all(dojo)
        port = free_port()
        options = f"--concurrency 1 --max-tasks-per-child {4 * MANY}"
        with processes(port, folder, compute=f"--hostname compute@{port} {options}"):
            wait_until_ready(f"http://127.0.0.1:{port}")
            compare_memory(dojo, port)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
