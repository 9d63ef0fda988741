"""A careful colleague's checks: each finds what it is for, and is silent otherwise."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.explain.reasons.importance import metric_function
from engine.judge.checks import check as codes
from engine.judge.checks.columns import columns_of_use, rows_that_agree
from engine.judge.checks.gap import gaps
from engine.judge.checks.models import Reference, against_baseline, against_boosting, speed
from engine.judge.checks.tuning import anything_tuned, within_ranges
from engine.judge.checks.validation import folds_alike, gap_beyond_chance, grubbs_limit
from engine.judge.uncertainty.intervals import Judged
from engine.judge.uncertainty.predictions import Predictions
from engine.spec.config import ExperimentConfig
from engine.spec.metrics import METRICS

ROWS = 400


def test_codes_stay_what_they_are() -> None:
    assert {name: value for name, value in vars(codes).items() if name.isupper()} == {
        "NO_BETTER_THAN_BASELINE": "MLX01",
        "ODD_FOLD": "MLX02",
        "WORSE_THAN_BOOSTING": "MLX03",
        "SLOW_TO_PREDICT": "MLX04",
        "EDGE_OF_SEARCH": "MLX05",
        "COLUMN_WITHOUT_USE": "MLX06",
        "NOTHING_TUNED": "MLX07",
        "BETTER_ON_TRAIN": "MLX08",
        "CONTRADICTORY_ROWS": "MLX09",
        "LEAST_GAP": 0.02,
    }


# --- Against other models --------------------------------------------------------------------
def outcomes(rng: np.random.Generator) -> np.ndarray:
    return (rng.random(ROWS) < 0.3).astype(int)


def predicted(y: np.ndarray, rng: np.random.Generator, skill: float) -> np.ndarray:
    found: np.ndarray = 1 / (1 + np.exp(1 - skill * (2 * y - 1) - rng.normal(size=len(y))))
    return found


def judged(y: np.ndarray, probability: np.ndarray) -> Judged:
    return Judged(y, Predictions(probability, 0.5))


@pytest.mark.parametrize("metric", ["roc_auc", "average_precision", "log_loss", "brier"])
def test_a_model_without_skill_is_found_and_one_with_skill_is_not(metric: str) -> None:
    rng = np.random.default_rng(0)
    states = {0.0: [], 1.5: []}  # type: dict[float, list[str]]
    for _time in range(20):
        y = outcomes(rng)
        for skill, found in states.items():
            run = judged(y, predicted(y, rng, skill))
            found.append(against_baseline(metric, run, 0.3).state)
    assert states[0.0].count("found") >= 19
    assert states[1.5].count("fine") == 20


@pytest.mark.parametrize("metric", ["f1", "recall", "accuracy"])
def test_always_saying_the_larger_class_is_no_better_than_the_baseline(metric: str) -> None:
    y = outcomes(np.random.default_rng(1))
    nothing = judged(y, np.full(ROWS, 0.2))
    assert against_baseline(metric, nothing, 0.3).state == "found"


def test_only_what_is_worse_than_boosting_beyond_chance_is_found() -> None:
    rng = np.random.default_rng(2)
    y = outcomes(rng)
    strong, weak = predicted(y, rng, 2.0), predicted(y, rng, 0.3)
    boosted = Reference(strong, 0.5, 0.01)
    found = against_boosting("roc_auc", judged(y, weak), boosted)
    assert found.state == "found"
    assert found.context["high"] < 0 < found.context["boosting"] - found.context["score"]
    as_good = judged(y, predicted(y, rng, 2.0))
    assert against_boosting("roc_auc", as_good, boosted).state == "fine"
    better = against_boosting("log_loss", judged(y, strong), boosted)
    assert better.state == "fine"
    assert against_boosting("roc_auc", as_good, None).state == "not_applicable"


@pytest.mark.parametrize(
    ("seconds", "boosting", "state"),
    [
        (0.5, 0.01, "found"),
        (0.05, 0.001, "fine"),  # nobody waits for it
        (0.5, 0.1, "fine"),  # boosting takes its time, too
        (0.5, 0.0, "not_applicable"),
    ],
)
def test_slow_is_what_somebody_would_wait_for(seconds: float, boosting: float, state: str) -> None:
    assert speed(seconds, Reference(np.zeros(1), 0.5, boosting)).state == state


# --- Folds -----------------------------------------------------------------------------------
def test_the_limit_is_that_of_published_tables() -> None:
    """Grubbs 1969, two-sided 1 %."""
    for count, limit in ((4, 1.496), (5, 1.764), (10, 2.482), (20, 3.001)):
        assert grubbs_limit(count) == pytest.approx(limit, abs=2e-3)


def test_one_fold_far_from_the_others_is_named() -> None:
    found = folds_alike("roc_auc", [0.80, 0.81, 0.55, 0.79, 0.80])
    assert found.state == "found"
    assert found.context == {
        "metric": "roc_auc", "fold": 3, "folds": 5, "score": 0.55, "low": 0.79, "high": 0.81
    }  # fmt: skip


def test_folds_that_are_alike_are_hardly_ever_told_of() -> None:
    rng = np.random.default_rng(3)
    found = [folds_alike("f1", scores).state for scores in rng.normal(0.8, 0.03, (3_000, 5))]
    assert 0.004 < found.count("found") / 3_000 < 0.018


@pytest.mark.parametrize("scores", [[0.8, 0.8, 0.1], [0.8, math.nan, 0.8, 0.8, 0.8]])
def test_few_folds_say_nothing(scores: list[float]) -> None:
    assert folds_alike("f1", scores).state == "not_applicable"
    assert folds_alike("f1", [0.8] * 9 + [0.1], is_repeated=True).state == "not_applicable"


def test_folds_that_are_equal_are_fine() -> None:
    assert folds_alike("f1", [0.8] * 5).state == "fine"


# --- Train against test -----------------------------------------------------------------------
def resampled_gap(
    metric: str, parts: list[tuple[np.ndarray, np.ndarray]], rng: np.random.Generator
) -> tuple[float, float]:
    score = metric_function(metric, 0.5, None)
    drawn = []
    for _time in range(600):
        train, test = (
            score(y[rows], p[rows]) for y, p in parts for rows in [rng.integers(0, len(y), len(y))]
        )
        drawn.append(train - test if METRICS[metric].higher_is_better else test - train)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(low), float(high)


@pytest.mark.parametrize("metric", ["roc_auc", "accuracy", "f1", "brier"])
def test_the_gap_is_that_of_rows_resampled_apart(metric: str) -> None:
    rng = np.random.default_rng(4)
    parts = []
    for skill, rows in ((2.0, 900), (0.8, 300)):
        y = (rng.random(rows) < 0.3).astype(int)
        parts.append((y, predicted(y, rng, skill)))
    (y_train, p_train), (y_test, p_test) = parts
    found = gaps(judged(y_train, p_train), judged(y_test, p_test))[metric]
    low, high = resampled_gap(metric, parts, rng)
    width = high - low
    assert found[0] == pytest.approx(low, abs=0.15 * width)
    assert found[1] == pytest.approx(high, abs=0.15 * width)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 2), st.floats(0, 2))
def test_a_gap_is_turned_round_with_its_parts(seed: int, first: float, second: float) -> None:
    rng = np.random.default_rng(seed)
    y, z = outcomes(rng), outcomes(rng)[:150]
    one, other = judged(y, predicted(y, rng, first)), judged(z, predicted(z, rng, second))
    there, back = gaps(one, other), gaps(other, one)
    assert there.keys() == back.keys()
    for name, (low, high) in there.items():
        assert low <= high
        assert back[name] == pytest.approx((-high, -low), abs=1e-9)


def test_a_gap_has_to_be_beyond_chance_and_a_little() -> None:
    assert gap_beyond_chance("roc_auc", (0.021, 0.2), is_share=True).state == "found"
    assert gap_beyond_chance("roc_auc", (0.019, 0.2), is_share=True).state == "fine"
    assert gap_beyond_chance("roc_auc", (-0.1, 0.3), is_share=True).state == "fine"
    assert gap_beyond_chance("log_loss", (0.5, 0.6), is_share=False).state == "not_applicable"
    assert gap_beyond_chance("roc_auc", None, is_share=True).state == "not_applicable"


# --- Hyperparameters -------------------------------------------------------------------------
def config(model: dict[str, Any], **search: Any) -> ExperimentConfig:
    data: dict[str, Any] = {"columns": {"include": ["a"]}, "model": model}
    if search:
        data["search"] = {"method": "random", "ranges": search}
    return ExperimentConfig.model_validate(data)


@pytest.mark.parametrize(
    ("drawn", "best", "end"),
    [
        ({"low": 0.01, "high": 100.0, "log": True}, 0.011, "low"),
        ({"low": 0.01, "high": 100.0, "log": True}, 90.0, "high"),
        # In the middle of the scale, though near the low end of the numbers.
        ({"low": 0.01, "high": 100.0, "log": True}, 1.0, ""),
        ({"low": 0.0, "high": 10.0}, 0.4, "low"),
        ({"low": 0.0, "high": 10.0}, 5.0, ""),
    ],
)
def test_the_edge_is_that_of_the_scale_drawn_from(
    drawn: dict[str, Any], best: float, end: str
) -> None:
    searched = config({"name": "logistic_regression"}, C=drawn)
    found = within_ranges(searched, {"C": best})
    assert [one["end"] for one in found.context["parameters"]] == ([end] if end else [])
    assert found.state == ("found" if end else "fine")


def test_of_whole_numbers_only_the_last_ones_are_the_edge() -> None:
    searched = config({"name": "decision_tree"}, max_depth={"low": 2, "high": 6})
    states = {depth: within_ranges(searched, {"max_depth": depth}).state for depth in range(2, 7)}
    assert states == {2: "found", 3: "fine", 4: "fine", 5: "fine", 6: "found"}


def test_without_a_search_there_is_no_edge() -> None:
    assert within_ranges(config({"name": "decision_tree"}), {}).state == "not_applicable"


@pytest.mark.parametrize(
    ("model", "state"),
    [
        ({"name": "decision_tree"}, "found"),
        ({"name": "decision_tree", "max_depth": 4}, "fine"),
        ({"name": "voting", "members": [{"name": "decision_tree"}] * 2}, "found"),
        (
            {"name": "voting", "members": [{"name": "decision_tree"}, {"name": "random_forest",
             "max_depth": 5}]},
            "fine",
        ),
    ],
)  # fmt: skip
def test_anything_that_is_no_default_was_tuned(model: dict[str, Any], state: str) -> None:
    assert anything_tuned(config(model)).state == state


def test_a_search_tunes() -> None:
    searched = config({"name": "logistic_regression"}, C={"low": 0.1, "high": 10.0})
    assert anything_tuned(searched).state == "fine"


# --- Columns ---------------------------------------------------------------------------------
def test_a_column_whose_loss_is_within_what_shuffling_varies_is_without_use() -> None:
    found = columns_of_use(
        {
            "used": [0.1, 0.11, 0.09, 0.1, 0.1],
            "noise": [0.001, -0.002, 0.0, 0.001, -0.001],
            "unread": [0.0] * 5,
            "weak": [0.004, 0.005, 0.006, 0.004, 0.005],
        }
    )
    assert found.context["names"] == ["noise", "unread"]
    assert found.state == "found"


def test_more_names_than_are_told_are_counted() -> None:
    found = columns_of_use({f"c{number}": [0.0] * 5 for number in range(9)})
    assert (len(found.context["names"]), found.context["more"]) == (5, 4)


def test_a_single_column_cannot_be_left_out() -> None:
    assert columns_of_use({"only": [0.0] * 5}).state == "not_applicable"


@given(
    st.lists(
        st.tuples(st.sampled_from(["x", "y", None]), st.sampled_from([0.0, 1.0, math.nan]),
                  st.integers(0, 1)),
        min_size=1, max_size=60,
    )
)  # fmt: skip
def test_contradictory_rows_are_those_that_equal_one_of_the_other_class(
    rows: list[tuple[str | None, float, int]],
) -> None:
    kinds = [(text, None if math.isnan(number) else number) for text, number, _y in rows]
    classes = [y for _text, _number, y in rows]
    contradicting = sum(
        any(kind == other and y != other_y for other, other_y in zip(kinds, classes, strict=True))
        for kind, y in zip(kinds, classes, strict=True)
    )
    right = sum(
        max(
            sum(k == kind and y == one for k, y in zip(kinds, classes, strict=True))
            for one in (0, 1)
        )
        for kind in set(kinds)
    )
    table = pd.DataFrame({"text": [row[0] for row in rows], "number": [row[1] for row in rows]})
    found = rows_that_agree(table, np.array(classes))
    assert found.context["rows"] == contradicting
    assert found.context["best"] == pytest.approx(right / len(rows))
    is_notable = contradicting >= max(2, 0.01 * len(rows))
    assert found.state == ("found" if is_notable else "fine")
