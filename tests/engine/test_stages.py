"""What is computed of a finished run, stage by stage."""

import json
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from engine.explain import learning, stages
from engine.explain.mistakes import slices
from engine.explain.stages import FinishedRun
from engine.run.evaluate import evaluate
from engine.spec.config import ExperimentConfig, default_config
from tests.engine.conftest import Table

NAME = 'odd [name] <of>, {a} "column": \\ é'


def finished(table: Table, config: ExperimentConfig) -> FinishedRun:
    done = evaluate(config, table.schema, table.frame, table.split)
    scores = done.evaluation
    return FinishedRun(
        pipeline=done.pipeline,
        config=config,
        schema=table.schema,
        frame=table.frame,
        split=table.split,
        metric="roc_auc",
        threshold=scores.threshold,
        out_of_fold=done.out_of_fold,
        fit_seconds=scores.fit_seconds,
        train_score=scores.train["roc_auc"],
        test_score=scores.test["roc_auc"],
        interval=(0.5, 0.9),
    )


@pytest.fixture(scope="module", params=["dummy", "logistic_regression", "lightgbm"])
def run(request: pytest.FixtureRequest, table: Table) -> FinishedRun:
    return finished(table, default_config(table.schema, request.param))


LEAK = {"code": "leak_suspected", "columns": ["signal"], "values": {}}
WARNING = {"code": "not_converged", "context": {}}


@pytest.fixture(scope="module")
def found(run: FinishedRun) -> dict[str, Any]:
    """What every stage computes of the run."""
    return {
        "evidence": stages.evidence(run),
        "learning": stages.learning_curves(run),
        "reasons": stages.reasons(run),
        "subgroups": stages.subgroups(
            run, sensitive=["colour"], findings=[LEAK], warnings=[WARNING]
        ),
    }


def test_every_stage_gives_json_with_its_charts(run: FinishedRun, found: dict[str, Any]) -> None:
    name = run.config.model.name
    charts = {
        "evidence": {"importance", "threshold", "roc", "precision_recall", "reliability"},
        "learning": {"learning", "loss"} if name == "lightgbm" else {"learning"},
        "reasons": {"importance"},
    }
    for stage, content in found.items():
        assert json.dumps(content, allow_nan=False)
        assert set(content["charts"]) == charts.get(stage, set(content["charts"]))
    assert bool(found["reasons"]["coefficients"]) == (name == "logistic_regression")
    effects = {effect["feature"]: effect for effect in found["reasons"]["effects"]}
    if name == "dummy":
        assert not effects
    else:
        assert set(effects[NAME]["charts"]) == {"effect", "dependence"}
    assert set(found["subgroups"]["groups"]) == {"colour"}


def test_the_curve_and_the_errors_are_those_of_the_run(
    run: FinishedRun, found: dict[str, Any]
) -> None:
    errors = found["evidence"]["errors"]
    curve = found["evidence"]["threshold_curve"]
    place = curve["threshold"].index(0.5)
    assert run.threshold == 0.5
    assert (curve["fp"][place], curve["fn"][place]) == (
        errors["false_positives"],
        errors["false_negatives"],
    )


def test_later_stages_take_the_importance_that_was_found(
    run: FinishedRun, found: dict[str, Any]
) -> None:
    stored = json.loads(json.dumps(found["evidence"]["importance"]))
    again = replace(run, stored_importance=stored)
    assert again.importance == run.importance
    assert stages.reasons(again) == found["reasons"]


def test_limits_say_what_the_views_found(found: dict[str, Any]) -> None:
    codes = {limit["code"] for limit in found["subgroups"]["limits"]}
    assert {"leak_suspected", "not_converged", "small_test"} <= codes


def test_subgroups_are_not_made_of_columns_that_may_know_the_outcome(
    run: FinishedRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []

    def find(table: pd.DataFrame, *arguments: Any, **options: Any) -> slices.Slices:
        seen.append(list(table.columns))
        return slices.find_slices(table, *arguments, **options)

    monkeypatch.setattr(stages, "find_slices", find)
    content = stages.subgroups(run, sensitive=[], findings=[], warnings=[], suspects={"signal"})
    assert "signal" not in seen[0]
    assert '"signal"' not in json.dumps([content["slices"], content["limits"]])


def test_a_learning_curve_takes_what_time_there_is() -> None:
    assert learning.affordable(0.0) == (3, learning.SHARES)
    assert learning.affordable(learning.SECONDS / 3.2 - learning.SCORING_SECONDS) == (
        1,
        learning.SHARES,
    )
    assert learning.affordable(learning.SECONDS / 2 - learning.SCORING_SECONDS) == (
        1,
        learning.SHARES[:3],
    )
    assert learning.affordable(1e6) == (1, learning.SHARES[:2])


def test_sizes_that_would_take_too_long_are_told(table: Table, monkeypatch) -> None:
    run = finished(table, default_config(table.schema, "dummy"))
    monkeypatch.setattr(learning, "SECONDS", 0.0)
    curve = stages.learning_curves(run)["learning"]
    assert len(curve["points"]) == 2
    assert [size["reason"] for size in curve["left_out"]] == ["too_slow"] * 3
