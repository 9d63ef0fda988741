"""A search: its budget, its rounds, and doing it again the same."""

from collections.abc import Callable
from itertools import count
from typing import Any

import numpy as np
import pytest

from engine.build.spec_builder import source_columns
from engine.run.evaluate import evaluate, make_folds
from engine.run.searching import SearchRecord, Trial, run_search
from engine.spec.config import ExperimentConfig, validate_config
from engine.spec.search import Replay
from tests.engine.conftest import Table


def config_of(table: Table, **search: Any) -> ExperimentConfig:
    ranges = {"min_samples_leaf": {"low": 1, "high": 60}, "max_depth": {"low": 1, "high": 9}}
    return validate_config(
        {
            "columns": {"include": ["signal", "whole"]},
            "model": {"name": "decision_tree"},
            "search": {"method": "random", "trials": 9, "ranges": ranges, **search},
            "validation": {"folds": 3},
        },
        table.schema,
    )


def search(table: Table, config: ExperimentConfig, **more: Any) -> SearchRecord:
    train = table.frame.iloc[table.split.train]
    X = train[source_columns(config, table.schema)]
    y = table.schema.encode_target(train)
    folds = make_folds(config, table.schema, train, y)
    return run_search(config, table.schema, X, y, folds, on_progress=lambda share: None, **more)


def ticking(step: float) -> Callable[[], float]:
    """A clock that is `step` seconds further at every look."""
    times = count(0.0, step)
    return lambda: next(times)


def without_seconds(record: SearchRecord) -> list[dict[str, Any]]:
    return [trial | {"seconds": 0} for trial in record.to_dict()["trials"]]


def test_every_trial_is_kept_and_the_best_one_wins(table: Table) -> None:
    record = search(table, config_of(table))
    assert [trial.number for trial in record.trials] == list(range(1, 10))
    assert (record.candidates, record.rounds) == (9, (1,))
    best = max(record.trials, key=lambda trial: trial.mean)
    assert record.best == best.parameters


def test_what_is_lower_is_better_where_the_metric_says_so(table: Table) -> None:
    record = search(table, config_of(table, metric="log_loss"))
    assert record.best == min(record.trials, key=lambda trial: trial.mean).parameters


def test_no_trial_starts_after_the_budget(table: Table) -> None:
    config = config_of(table, seconds=10)
    # Three looks at the clock per trial.
    record = search(table, config, clock=ticking(1.0))
    assert (record.candidates, len(record.trials)) == (4, 4)
    assert record.best == max(record.trials, key=lambda trial: trial.mean).parameters
    slow = search(table, config, clock=ticking(100.0))
    assert len(slow.trials) == 1, "the first is tried in any case"


def test_halving_keeps_the_best_third_for_more_rows(tall_table: Table) -> None:
    record = search(tall_table, config_of(tall_table, method="halving"))
    by_round: dict[int, list[Trial]] = {}
    for trial in record.trials:
        by_round.setdefault(trial.round, []).append(trial)
    assert [len(trials) for trials in by_round.values()] == [9, 3, 1]
    assert record.rounds == (9, 3, 1)
    for earlier, later in zip(list(by_round)[:-1], list(by_round)[1:], strict=True):
        ranked = sorted(by_round[earlier], key=lambda trial: -trial.mean)
        kept = {trial.number for trial in ranked[: len(by_round[later])]}
        assert {trial.number for trial in by_round[later]} == kept
        assert by_round[later][0].every < by_round[earlier][0].every


@pytest.mark.parametrize(
    ("method", "step"),
    # A random search has one round to stop in.
    [("random", 0.0), ("random", 1.0), *(("halving", step) for step in (0.0, 0.4, 1.0, 2.0))],
)
def test_a_search_is_done_again_as_far_as_it_came(
    method: str, step: float, tall_table: Table
) -> None:
    config = config_of(tall_table, method=method, seconds=10)
    first = search(tall_table, config, clock=ticking(step))
    replay = Replay(first.candidates, first.rounds)
    # However slow this machine is now.
    again = search(tall_table, config, replay=replay, clock=ticking(1000.0))
    assert again.best == first.best
    assert (again.candidates, again.rounds) == (first.candidates, first.rounds)
    finished = without_seconds(again)
    assert finished == without_seconds(first)[: len(finished)]


def test_a_draw_that_cannot_learn_from_few_rows_is_the_worst(tall_table: Table) -> None:
    config = validate_config(
        {
            "columns": {"include": ["signal", "whole"]},
            "model": {"name": "k_nearest_neighbours"},
            "search": {
                "method": "halving",
                "trials": 9,
                "ranges": {"n_neighbors": {"low": 5, "high": 150}},
            },
            "validation": {"folds": 3},
        },
        tall_table.schema,
    )
    record = search(tall_table, config)
    failed = [trial for trial in record.trials if trial.mean is None]
    assert failed
    assert all(trial.parameters["n_neighbors"] > 30 for trial in failed)
    assert record.best not in [trial.parameters for trial in failed]


def test_a_search_says_whether_its_time_was_enough(table: Table) -> None:
    config = config_of(table, seconds=10)
    assert search(table, config).is_complete
    assert not search(table, config, clock=ticking(1.0)).is_complete


def test_a_repeated_run_has_the_scores_of_the_first(table: Table) -> None:
    config = config_of(table)
    whole = evaluate(config, table.schema, table.frame, table.split).evaluation
    short = evaluate(
        config, table.schema, table.frame, table.split, replay=Replay(2, (1,))
    ).evaluation
    assert whole.search is not None
    assert short.search is not None
    assert len(short.search.trials) == 2
    assert without_seconds(short.search) == without_seconds(whole.search)[:2]
    assert np.isfinite(short.test["roc_auc"])
