"""Honest evaluation: train, cross-validation, test and hidden holdout."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import (
    accuracy_score,
    f1_score,
    log_loss,
    precision_score,
    recall_score,
    roc_auc_score,
)
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline

from experiments.engine.config import ExperimentConfig
from experiments.engine.pipeline import build_pipeline
from experiments.engine.schema import Schema
from experiments.engine.split import Split

Scores = dict[str, float]
OnProgress = Callable[[float], None]

THRESHOLD = 0.5


@dataclass(frozen=True)
class Evaluation:
    """The numbers of a run; plain floats, ready for JSON.

    Attributes:
        cross_validation: {"mean": Scores, "std": Scores, "folds": [Scores, ...]}.
        holdout: kept apart, so that nobody shows it by mistake.
        warnings: codes, such as "not_converged".
    """

    train: Scores
    cross_validation: dict[str, Any]
    test: Scores
    holdout: Scores
    fit_seconds: float
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Evaluated:
    """An evaluation, with the pipeline fitted on train that it speaks of."""

    evaluation: Evaluation
    pipeline: Pipeline


def scores(y: np.ndarray, probability: np.ndarray) -> Scores:
    """Every metric of `metrics.METRICS`.

    Args:
        y: true classes, shape (n_rows,), 1 for the positive class.
        probability: of the positive class, shape (n_rows,).
    """
    prediction = (probability >= THRESHOLD).astype(int)
    return {
        "accuracy": float(accuracy_score(y, prediction)),
        "f1": float(f1_score(y, prediction, zero_division=0)),
        "precision": float(precision_score(y, prediction, zero_division=0)),
        "recall": float(recall_score(y, prediction, zero_division=0)),
        "roc_auc": float(roc_auc_score(y, probability)),
        "log_loss": float(log_loss(y, probability, labels=[0, 1])),
    }


def fit(
    config: ExperimentConfig, schema: Schema, frame: pd.DataFrame, rows: np.ndarray
) -> Pipeline:
    """The config's pipeline fitted on these rows."""
    part = frame.iloc[rows]
    return build_pipeline(config, schema).fit(part[config.features], schema.encode_target(part))


def evaluate(
    config: ExperimentConfig,
    schema: Schema,
    frame: pd.DataFrame,
    split: Split,
    *,
    on_progress: OnProgress = lambda fraction: None,
) -> Evaluated:
    """Fit on train, cross-validate within train, score on every part.

    Args:
        frame: the canonical frame, shape (n_rows, n_columns).
        on_progress: called between fits with the share of the work done, 0 to 1.
    """
    fits = config.validation.folds + 1
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ConvergenceWarning)
        started = time.perf_counter()
        pipeline = fit(config, schema, frame, split.train)
        fit_seconds = time.perf_counter() - started
        on_progress(1 / fits)
        folds = _cross_validate(
            pipeline,
            config,
            schema,
            frame.iloc[split.train],
            on_progress=lambda done: on_progress((1 + done) / fits),
        )
    parts = {
        part: _score_rows(pipeline, config, schema, frame.iloc[rows])
        for part, rows in (("train", split.train), ("test", split.test), ("holdout", split.holdout))
    }
    evaluation = Evaluation(
        train=parts["train"],
        cross_validation=_summary(folds),
        test=parts["test"],
        holdout=parts["holdout"],
        fit_seconds=fit_seconds,
        warnings=_warning_codes(caught),
    )
    return Evaluated(evaluation, pipeline)


def _cross_validate(
    pipeline: Pipeline,
    config: ExperimentConfig,
    schema: Schema,
    train: pd.DataFrame,
    *,
    on_progress: Callable[[int], None],
) -> list[Scores]:
    X, y = train[config.features], schema.encode_target(train)
    splitter = StratifiedKFold(config.validation.folds, shuffle=True, random_state=config.seed)
    folds = []
    for done, (fit_rows, check_rows) in enumerate(splitter.split(X, y), start=1):
        model = clone(pipeline).fit(X.iloc[fit_rows], y[fit_rows])
        probability = model.predict_proba(X.iloc[check_rows])[:, 1]
        folds.append(scores(y[check_rows], probability))
        on_progress(done)
    return folds


def _score_rows(
    pipeline: Pipeline, config: ExperimentConfig, schema: Schema, part: pd.DataFrame
) -> Scores:
    probability = pipeline.predict_proba(part[config.features])[:, 1]
    return scores(schema.encode_target(part), probability)


def _summary(folds: list[Scores]) -> dict[str, Any]:
    return {
        "mean": {name: float(np.mean([fold[name] for fold in folds])) for name in folds[0]},
        "std": {name: float(np.std([fold[name] for fold in folds])) for name in folds[0]},
        "folds": folds,
    }


def _warning_codes(caught: list[warnings.WarningMessage]) -> tuple[str, ...]:
    converged = not any(issubclass(w.category, ConvergenceWarning) for w in caught)
    return () if converged else ("not_converged",)
