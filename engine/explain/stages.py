"""Stages of a run's interpretation: each returns JSON, charts included.

The first stage is what a learner looks at first; the others are slower. Every one is
bounded in time: it takes samples where rows are many or the model is slow, and its views
say how many rows they are about.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from engine.build.spec_builder import source_columns
from engine.charts import catalogue as charts
from engine.explain import curves, learning
from engine.explain.features import FeatureModel
from engine.explain.mistakes import errors, limits
from engine.explain.mistakes.fairness import rates_by_group
from engine.explain.mistakes.slices import find_slices
from engine.explain.reasons import effects, importance, words
from engine.explain.reasons import shap_values as contributions
from engine.judge.leaks import needed_columns
from engine.run.split import Split
from engine.spec.config import ExperimentConfig
from engine.spec.schema import Schema

Content = dict[str, Any]

PERMUTATION_REPEATS = 5
# Each with its two charts is some 40 KB; a page shows one at a time.
EFFECTS = 15


@dataclass(frozen=True, eq=False)
class FinishedRun:
    """A run with its fitted pipeline and its rows: what every stage looks at.

    Attributes:
        config: with the hyperparameters that a search found.
        frame: the canonical frame, shape (n_rows, n_columns).
        metric: the Dojo's primary one.
        threshold: of the run.
        out_of_fold: probabilities of the train rows, shape (n_train_rows,), NaN where none.
        fit_seconds: that one fit on all train rows took.
        train_score, test_score: of the primary metric; `interval` is the test score's, `gap`
            that of how much better train is.
        stored_importance: `evidence(run)["importance"]` where that stage has been computed.
    """

    pipeline: Any
    config: ExperimentConfig
    schema: Schema
    frame: pd.DataFrame
    split: Split
    metric: str
    threshold: float
    out_of_fold: np.ndarray = field(repr=False)
    fit_seconds: float
    train_score: float
    test_score: float
    interval: tuple[float, float]
    stored_importance: Content | None = None
    gap: tuple[float, float] | None = None

    @cached_property
    def model(self) -> FeatureModel:
        return FeatureModel(self.pipeline, self.config, self.schema)

    @cached_property
    def columns(self) -> list[str]:
        """The dataset's columns that the model reads."""
        return source_columns(self.config, self.schema)

    @cached_property
    def train(self) -> pd.DataFrame:
        return self.frame.iloc[self.split.train]

    @cached_property
    def test(self) -> pd.DataFrame:
        return self.frame.iloc[self.split.test]

    @cached_property
    def y_train(self) -> np.ndarray:
        return self.schema.encode_target(self.train)

    @cached_property
    def y_test(self) -> np.ndarray:
        return self.schema.encode_target(self.test)

    @cached_property
    def train_table(self) -> pd.DataFrame:
        """Features of the train rows, new ones included."""
        return self.model.table(self.train[self.columns])

    @cached_property
    def test_table(self) -> pd.DataFrame:
        return self.model.table(self.test[self.columns])

    @cached_property
    def probability(self) -> np.ndarray:
        """Of the positive class, of the test rows."""
        return self.model.positive(self.model.encode(self.test_table))

    @cached_property
    def prediction(self) -> np.ndarray:
        found: np.ndarray = (self.probability >= self.threshold).astype(int)
        return found

    @cached_property
    def importance(self) -> importance.Importance:
        if self.stored_importance is not None:
            return importance.Importance.from_dict(self.stored_importance)
        return importance.permutation_importance_view(
            self.model,
            self.test_table,
            self.y_test,
            metric=self.metric,
            threshold=self.threshold,
            costs=self.schema.costs,
            repeats=PERMUTATION_REPEATS,
            seed=self.config.seed,
        )


# --- What it uses, where it is wrong, how it ranks ------------------------------------------
def evidence(run: FinishedRun) -> Content:
    """Importance, errors, the curves over thresholds, ranks and probabilities, and alarms."""
    y, probability, costs = run.y_test, run.probability, run.schema.costs
    curve = curves.threshold_curve(y, probability, costs=costs).to_dict()
    best = curves.best_thresholds(run.y_train, run.out_of_fold, costs=costs).to_dict()
    found = run.importance.to_dict()
    roc, recall = curves.roc(y, probability), curves.precision_recall(y, probability)
    reliability = curves.reliability(y, probability).to_dict()
    drawn_best = best["by_metric"]["f1" if costs is None else "expected_cost"]
    return {
        "importance": found,
        "errors": errors.error_table(
            run.test, y, probability, schema=run.schema, threshold=run.threshold, costs=costs
        ).to_dict(),
        "threshold_curve": curve,
        "best_thresholds": best,
        "ranking": {
            "auc": roc.auc,
            "average_precision": recall.average_precision,
            "base_rate": recall.base_rate,
        },
        "reliability": reliability,
        "charts": _stored(
            importance=charts.importance_chart(found),
            threshold=charts.threshold_chart(curve, threshold=run.threshold, best=drawn_best),
            roc=charts.roc_chart(roc.to_dict()),
            precision_recall=charts.precision_recall_chart(recall.to_dict()),
            reliability=charts.reliability_chart(reliability),
        ),
        "alarms": [alarm.to_dict() for alarm in needed_columns(run)],
    }


# --- What more rows, and more iterations, would do -------------------------------------------
def learning_curves(run: FinishedRun) -> Content:
    """The score over the number of rows and, for models that learn in rounds, the loss."""
    predictions = len(run.train) * run.model.microseconds_per_row() / 1e6
    folds, shares = learning.affordable(run.fit_seconds + predictions)
    curve = learning.learning_curve_view(
        run.config,
        run.schema,
        run.frame,
        run.split,
        metric=run.metric,
        threshold=run.threshold,
        folds=folds,
        shares=shares,
    ).to_dict()
    loss = learning.loss_per_iteration(
        run.pipeline,
        run.config,
        run.train[run.columns],
        run.y_train,
        run.test[run.columns],
        run.y_test,
    )
    drawn = {}
    if len(curve["points"]) > 1:
        drawn["learning"] = charts.learning_chart(curve)
    if loss is not None:
        drawn["loss"] = charts.loss_chart(loss.to_dict())
    return {
        "learning": curve,
        "loss": loss.to_dict() if loss else None,
        "charts": _stored(**drawn),
    }


# --- Why it decides --------------------------------------------------------------------------
def reasons(run: FinishedRun) -> Content:
    """Contributions beside importance, weights of linear models, and the features' effects."""
    rows, explained = _explained(run, "probability")
    by_size = contributions.summary(explained)
    found = run.importance
    weights = importance.coefficients(run.model, run.train_table)
    apart = importance.disagreement(found, by_size, found.groups)
    return _contributions_content(run, explained) | {
        "disagreements": [one.to_dict() for one in apart],
        "coefficients": weights.to_dict() if weights else None,
        "effects": _effects(run, (rows, explained), [name for name, _size in by_size]),
    }


def contributions_in(run: FinishedRun, unit: contributions.Unit) -> Content:
    """Of `reasons` the contributions and their chart, in this unit where the model has it."""
    _rows, explained = _explained(run, unit)
    return _contributions_content(run, explained)


def _explained(
    run: FinishedRun, unit: contributions.Unit
) -> tuple[pd.DataFrame, contributions.Contributions]:
    """Test rows drawn by the run's seed, and their contributions."""
    table, seed = run.test_table, run.config.seed
    count = min(len(table), contributions.EXPLAINED_ROWS)
    chosen = np.sort(np.random.default_rng(seed).choice(len(table), count, replace=False))
    rows = table.iloc[chosen]
    return rows, contributions.explain_rows(run.model, rows, run.train_table, seed=seed, unit=unit)


def _contributions_content(run: FinishedRun, explained: contributions.Contributions) -> Content:
    sizes = [{"name": name, "mean_abs": size} for name, size in contributions.summary(explained)]
    chart = charts.importance_chart(run.importance.to_dict(), sizes, unit=explained.unit)
    return {
        "contributions": {
            "unit": explained.unit,
            "method": explained.method,
            "units": list(contributions.units_of(run.model)),
            "rows": len(explained.values),
            "background_rows": explained.background_rows,
            "margin": explained.margin,
            "features": sizes,
        },
        "charts": _stored(importance=chart),
    }


def _effects(
    run: FinishedRun, explained: tuple[pd.DataFrame, contributions.Contributions], names: list[str]
) -> list[Content]:
    """Of the features that matter most, each with its charts."""
    by_importance = [column.name for column in run.importance.columns if column.mean > 0]
    ranked = list(dict.fromkeys([*by_importance, *names]))[:EFFECTS]
    found = []
    for name in ranked:
        if run.model.kinds[name] == "text":
            found += _effect_of_words(run, name)
            continue
        effect = effects.feature_effect(
            run.model, run.test_table, name, seed=run.config.seed, explained=explained
        )
        if effect is None:
            continue
        by_hour = effects.hour_effect(run.model, run.test_table, name, seed=run.config.seed)
        found.append(_told_effect(effect) | {"keeps_hour": by_hour is not None})
        if by_hour:
            found.append(_told_effect(by_hour, "hour"))
    return found


def _told_effect(effect: effects.Effect, part: str = "") -> Content:
    """An effect and its charts; of a part of a date where one is named."""
    told = effect.to_dict()
    drawn = {"effect": charts.effect_chart(told)}
    if effect.dependence is not None:
        drawn["dependence"] = charts.dependence_chart(told)
    return {
        "feature": effect.feature,
        "part": part,
        "kind": effect.kind,
        "rows": effect.rows,
        "curves": len(effect.curves),
        "missing": effect.missing,
        "held_fixed": list(effect.held_fixed),
        "unit": effect.dependence.unit if effect.dependence else None,
        "charts": _stored(**drawn),
    }


def _effect_of_words(run: FinishedRun, name: str) -> list[Content]:
    """A text has no value to be varied: its words have."""
    told = words.effects_over_rows(run.model, run.test_table, name, seed=run.config.seed)
    if not told:
        return []
    shown = [one.to_dict() for one in told[: words.SHOWN_WORDS]]
    return [
        {
            "feature": name,
            "kind": "text",
            "rows": len(run.test_table),
            "words": len(told),
            "held_fixed": list(run.model.derived[name]),
            "charts": _stored(effect=charts.words_chart(shown)),
        }
    ]


# --- For whom it is wrong, and what it cannot be trusted for ---------------------------------
def subgroups(
    run: FinishedRun,
    *,
    sensitive: Sequence[str],
    findings: Sequence[Mapping[str, Any]],
    warnings: Sequence[Mapping[str, Any]],
    suspects: Collection[str] = (),
) -> Content:
    """Subgroups with more errors, rates by sensitive column, and all limitations.

    Args:
        sensitive: columns of the dataset by which people are not to be treated differently;
            the model may use them or not.
        findings: of the dataset's health report.
        warnings: of the run, {"code", "context"}.
        suspects: columns that may know the outcome: nothing is said in their terms.
    """
    names = [column.name for column in run.schema.features if column.name not in suspects]
    known = run.test[names]
    slices = find_slices(
        known, run.y_test, run.prediction, schema=run.schema, seed=run.config.seed
    ).to_dict()
    groups = {
        name: rates_by_group(run.test[name], run.y_test, run.prediction, run.probability).to_dict()
        for name in sensitive
    }
    sound = [name for name in run.columns if name not in suspects]
    outside = limits.extrapolation(run.train[sound], run.test[sound], run.schema)
    counts = np.bincount(run.y_test, minlength=2)
    found = limits.find_limits(
        limits.Evidence(
            schema=run.schema,
            columns=tuple(run.columns),
            metric=run.metric,
            train=run.train_score,
            test=run.test_score,
            interval=run.interval,
            gap=run.gap,
            class_rows={
                run.schema.negative_class: int(counts[0]),
                run.schema.positive_class: int(counts[1]),
            },
            reliability=curves.reliability(run.y_test, run.probability).to_dict(),
            slices=slices,
            groups=groups,
            outside=outside,
            importance={column.name: column.mean for column in run.importance.columns},
            findings=findings,
            warnings=warnings,
            suspects=suspects,
        )
    )
    return {
        "slices": slices,
        "groups": groups,
        "limits": [limit.to_dict() for limit in found],
        "charts": _drawn_slices(slices),
    }


def _drawn_slices(slices: Content) -> dict[str, Any]:
    if not slices["found"]:
        return {}
    # Worded by who shows it, in the reader's language.
    told = [one | {"label": str(place)} for place, one in enumerate(slices["found"])]
    rate = slices["errors"] / slices["rows"]
    return _stored(slices=charts.slices_chart({"overall_rate": rate, "slices": told}))


def _stored(**drawn: Any) -> dict[str, Any]:
    return {name: chart.to_dict() for name, chart in drawn.items()}
