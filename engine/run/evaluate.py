"""The evaluation of a run: train, cross-validation, test and hidden holdout."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from engine.build import runtime_helpers
from engine.build.instantiate import build, build_pipeline
from engine.build.spec_builder import source_columns, validation_spec
from engine.failures import CannotRun, learner_errors
from engine.judge.checks.gap import gaps
from engine.judge.numbers import Interval
from engine.judge.uncertainty.dependence import rows_of
from engine.judge.uncertainty.intervals import Judged
from engine.judge.uncertainty.predictions import Predictions
from engine.run.named_columns import naming_columns
from engine.run.run_warnings import RunWarning, check_size, column_warnings, library_warnings
from engine.run.searching import SearchRecord, run_search
from engine.run.split import Split
from engine.spec.config import ExperimentConfig
from engine.spec.progress import share_before_fits, share_done
from engine.spec.schema import Costs, Schema
from engine.spec.search import Replay

Scores = dict[str, float]
OnProgress = Callable[[float], None]
Folds = list[tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Evaluation:
    """The numbers of a run: plain values, ready for JSON.

    Attributes:
        cross_validation: {"mean": Scores, "std": Scores, "folds": [Scores, ...]}.
        holdout: kept apart, so that nobody shows it by mistake.
        threshold: from which probability on a row was predicted positive.
        search: the trials, where the config asked for a search.
        gaps: by how much train is better than test, of every metric, as 95 % intervals.
        warnings: what a reader should know.
    """

    train: Scores
    cross_validation: dict[str, Any]
    test: Scores
    holdout: Scores
    threshold: float
    fit_seconds: float
    gaps: dict[str, Interval]
    search: SearchRecord | None = None
    warnings: tuple[RunWarning, ...] = ()


@dataclass(frozen=True, eq=False)
class Evaluated:
    """An evaluation, with the pipeline fitted on train that it speaks of.

    Attributes:
        config: with the hyperparameters that the search found, if there was one.
        test_probability: of the positive class, shape (n_test_rows,).
        holdout_probability: the same of the hidden rows, shape (n_holdout_rows,).
        out_of_fold: of every train row by models that had not seen it, the mean where
            there were several, NaN where there was none, shape (n_train_rows,).
    """

    evaluation: Evaluation
    pipeline: Any
    config: ExperimentConfig
    test_probability: np.ndarray = field(repr=False)
    holdout_probability: np.ndarray = field(repr=False)
    out_of_fold: np.ndarray = field(repr=False)


def scorer(costs: Costs | None) -> Callable[..., Scores]:
    """The function (y, probability, threshold) → every metric of the problem."""
    if costs is None:
        return runtime_helpers.scores
    return partial(runtime_helpers.scores_and_cost, costs=costs.model_dump())


def threshold_value(tune_for: str, costs: Costs | None) -> Callable[..., np.ndarray]:
    """The function that a tuned threshold maximises: arrays of confusion counts → values."""
    if tune_for == "expected_cost":
        if costs is None:
            raise CannotRun("no_costs")
        value: Callable[..., np.ndarray] = runtime_helpers.cost_value(costs.model_dump())
        return value
    value = getattr(runtime_helpers, f"{tune_for}_value")
    return value


def make_folds(
    config: ExperimentConfig, schema: Schema, train: pd.DataFrame, y: np.ndarray
) -> Folds:
    """Positions of the rows to fit and to check, for every fold.

    Raises:
        CannotRun: a class has fewer rows than there are folds, or is missing in one.
    """
    splitter = build(validation_spec(config, schema))
    rarest = int(min(np.bincount(y, minlength=2)))
    if schema.split.kind != "time" and rarest < config.validation.folds:
        raise CannotRun("folds_exceed_class", folds=config.validation.folds, rows=rarest)
    groups = train[schema.split.column] if schema.split.kind == "group" else None
    with learner_errors():
        folds = list(splitter.split(train, y, groups))
    for number, rows in enumerate(folds, start=1):
        if any(len(np.unique(y[part])) < 2 for part in rows):
            raise CannotRun("class_vanishes_in_fold", fold=number)
    return folds


def fit(config: ExperimentConfig, schema: Schema, frame: pd.DataFrame, rows: np.ndarray) -> Any:
    """The config's pipeline fitted on these rows."""
    part = frame.iloc[rows]
    X = part[source_columns(config, schema)]
    with naming_columns(config, schema, X), learner_errors():
        return build_pipeline(config, schema).fit(X, schema.encode_target(part))


def evaluate(
    config: ExperimentConfig,
    schema: Schema,
    frame: pd.DataFrame,
    split: Split,
    *,
    replay: Replay | None = None,
    on_progress: OnProgress = lambda fraction: None,
) -> Evaluated:
    """Search if asked for, fit on train, cross-validate within train, score on every part.

    Args:
        frame: the canonical frame, shape (n_rows, n_columns).
        replay: how far the search came the first time, when this repeats a run.
        on_progress: called between fits with the share of the work done, 0 to 1.

    Raises:
        CannotRun: the data does not allow what the config asks for.
    """
    names = source_columns(config, schema)
    train = frame.iloc[split.train]
    X, y = train[names], schema.encode_target(train)
    check_size(config, schema, len(train))
    folds = make_folds(config, schema, train, y)
    warnings = column_warnings(config, schema, X)
    record, asked = None, config
    with naming_columns(config, schema, X), library_warnings(warnings), learner_errors():
        if config.search.is_on:
            report = lambda share: on_progress(share * share_before_fits(asked))  # noqa: E731
            record = run_search(config, schema, X, y, folds, replay=replay, on_progress=report)
            config = record.chosen(config)
        started = time.perf_counter()
        pipeline = build_pipeline(config, schema).fit(X, y)
        fit_seconds = time.perf_counter() - started
        on_progress(share_done(asked, 1, len(folds)))
        predicted = []
        for found in runtime_helpers.cross_predict(build_pipeline(config, schema), X, y, folds):
            predicted.append(found)
            on_progress(share_done(asked, 1 + len(predicted), len(folds)))
    _check_probabilities([found for _rows, found in predicted])
    score = scorer(schema.costs)
    threshold, each = _fold_scores(config, schema.costs, y, predicted, score)
    probability = {
        part: runtime_helpers.positive_probability(
            pipeline, frame.iloc[getattr(split, part)][names]
        )
        for part in ("train", "test", "holdout")
    }
    _check_probabilities(probability.values())
    parts = {
        part: score(schema.encode_target(frame.iloc[getattr(split, part)]), found, threshold)
        for part, found in probability.items()
    }
    judged = {
        part: Judged(
            schema.encode_target(frame.iloc[rows]),
            Predictions(probability[part], threshold),
            costs=schema.costs,
            rows=rows_of(frame.iloc[rows], schema.split),
            scores=parts[part],
        )
        for part, rows in (("train", split.train), ("test", split.test))
    }
    evaluation = Evaluation(
        train=parts["train"],
        cross_validation=runtime_helpers.summary(pd.DataFrame(each)),
        test=parts["test"],
        holdout=parts["holdout"],
        threshold=threshold,
        fit_seconds=fit_seconds,
        gaps=gaps(judged["train"], judged["test"]),
        search=record,
        warnings=tuple(warnings),
    )
    return Evaluated(
        evaluation,
        pipeline,
        config,
        test_probability=probability["test"],
        holdout_probability=probability["holdout"],
        out_of_fold=_mean_per_row(predicted, len(y)),
    )


def _check_probabilities(found: Iterable[np.ndarray]) -> None:
    """A naive Bayes divides by the variance of its columns, which may be none.

    Raises:
        CannotRun: a row has no probability.
    """
    if not all(np.isfinite(probability).all() for probability in found):
        raise CannotRun("no_probability")


def _fold_scores(
    config: ExperimentConfig,
    costs: Costs | None,
    y: np.ndarray,
    predicted: list[tuple[np.ndarray, np.ndarray]],
    score: Callable[..., Scores],
) -> tuple[float, list[Scores]]:
    """The threshold, and every fold's scores; a tuned one is for each fold the others' choice."""
    if config.threshold.tune_for == "none":
        fixed = config.threshold.value
        return fixed, [score(y[rows], probability, fixed) for rows, probability in predicted]
    value = threshold_value(config.threshold.tune_for, costs)
    each = []
    for rows, probability in predicted:
        others = runtime_helpers.tuned_threshold(y, predicted, value, without=rows)
        each.append(score(y[rows], probability, others))
    return runtime_helpers.tuned_threshold(y, predicted, value), each


def _mean_per_row(predicted: list[tuple[np.ndarray, np.ndarray]], rows: int) -> np.ndarray:
    total, count = np.zeros(rows), np.zeros(rows)
    for places, probability in predicted:
        total[places] += probability
        count[places] += 1
    with np.errstate(invalid="ignore"):
        mean: np.ndarray = total / count
    return mean
