"""Run a hyperparameter search: trials, budget, and what is stored of them."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import ParameterSampler

from engine.build import runtime_helpers
from engine.build.instantiate import build, build_pipeline
from engine.build.spec_builder import searched_spec
from engine.spec.config import ExperimentConfig
from engine.spec.metrics import METRICS
from engine.spec.schema import Schema
from engine.spec.search import Replay, distributions, is_whole, search_rounds


@dataclass(frozen=True)
class Trial:
    """One draw of hyperparameters, tried in one round.

    Attributes:
        every: learned from every n-th row of each class.
        mean, std: of the search's metric over the folds; None where it could not learn.
    """

    number: int
    round: int
    every: int
    parameters: dict[str, float]
    mean: float | None
    std: float | None
    seconds: float


@dataclass(frozen=True)
class SearchRecord:
    """The trials of a search, and its best one.

    Attributes:
        candidates: how many draws were tried, which the budget of seconds may have cut.
        rounds: of each round that was ended, every how many rows of a class it learned from.
        best: the hyperparameters that won.
        is_complete: whether every draw and every round was tried within the seconds.
    """

    metric: str
    candidates: int
    rounds: tuple[int, ...]
    best: dict[str, float]
    trials: tuple[Trial, ...]
    is_complete: bool

    def chosen(self, config: ExperimentConfig) -> ExperimentConfig:
        """The config with the hyperparameters that won, in place of the search."""
        return with_found_hyperparameters(config, {"best": self.best})

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"trials": [asdict(trial) for trial in self.trials]}


def with_found_hyperparameters(
    config: ExperimentConfig, record: dict[str, Any]
) -> ExperimentConfig:
    """The config with the hyperparameters that a stored search found."""
    data = config.model_dump(mode="json")
    data["model"] |= record["best"]
    return ExperimentConfig.model_validate(data)


def run_search(
    config: ExperimentConfig,
    schema: Schema,
    X: pd.DataFrame,
    y: np.ndarray,
    folds: list[tuple[np.ndarray, np.ndarray]],
    *,
    replay: Replay | None = None,
    on_progress: Callable[[float], None],
    clock: Callable[[], float] = time.perf_counter,
) -> SearchRecord:
    """Try drawn hyperparameters on these folds of train.

    The budget of seconds is looked at between trials, after the first of each round
    has been tried. A round that it cuts short counts only if it is the first.

    Args:
        X: original columns of train, shape (n_rows, n_columns).
        y: 1 for the positive class, shape (n_rows,).
        folds: the same as those of the run's own cross-validation.
        replay: how far an earlier search came: this one goes as far, whatever the time.
    """
    search = config.search
    model = build(searched_spec(config))
    candidates = draw(config)[: replay.candidates if replay else None]
    drawn = {id(candidate): number for number, candidate in enumerate(candidates, start=1)}
    prepared = list(
        runtime_helpers.prepare_folds(build_pipeline(config, schema, raw=True), X, y, folds)
    )
    possible = search_rounds(search, int(min(np.bincount(y, minlength=2))))
    rounds = list(replay.rounds) if replay else possible
    work = sum(max(1, len(candidates) // 3**place) for place in range(len(rounds)))
    ends = math.inf if replay else clock() + search.seconds
    lower = not METRICS[search.metric].higher_is_better
    trials: list[Trial] = []
    tried = len(candidates)
    finished: list[int] = []
    for number, every in enumerate(rounds, start=1):
        means: list[float] = []
        for candidate in candidates:
            if means and clock() > ends:
                break
            started = clock()
            each = runtime_helpers.try_candidate(model, candidate, prepared, search.metric, every)
            means.append(float(np.mean(each)))
            trials.append(
                Trial(
                    number=drawn[id(candidate)],
                    round=number,
                    every=every,
                    parameters=_plain(candidate, config),
                    mean=_known(means[-1]),
                    std=_known(float(np.std(each))),
                    seconds=clock() - started,
                )
            )
            on_progress(min(len(trials) / work, 1.0))
        if len(means) < len(candidates):
            if number == 1:
                tried, finished = len(means), [every]
                candidates = runtime_helpers.best_third(candidates[:tried], means, lower)
            break
        finished.append(every)
        candidates = runtime_helpers.best_third(candidates, means, lower)
    return SearchRecord(
        metric=search.metric,
        candidates=tried,
        rounds=tuple(finished),
        best=_plain(candidates[0], config),
        trials=tuple(trials),
        is_complete=tried == search.trials and finished == possible,
    )


def draw(config: ExperimentConfig) -> list[dict[str, Any]]:
    """The candidates, in the order in which they are tried."""
    ranges = build(distributions(config.search, config.model.name))
    prefix = "estimator__" if config.model.gives_margins else ""
    named = {f"{prefix}{name}": drawn for name, drawn in ranges.items()}
    sampler = ParameterSampler(named, config.search.trials, random_state=config.seed)
    return list(sampler)


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _plain(candidate: dict[str, Any], config: ExperimentConfig) -> dict[str, float]:
    """The candidate by the config's own names, as plain numbers."""
    plain: dict[str, float] = {}
    for key, value in candidate.items():
        name = key.removeprefix("estimator__")
        plain[name] = int(value) if is_whole(type(config.model), name) else float(value)
    return plain
