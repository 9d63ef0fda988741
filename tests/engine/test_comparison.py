"""Intervals, differences and verdicts, against computations of others."""

import numpy as np
import pytest
import sklearn.metrics as skm

from experiments.engine.bootstrap import (
    Difference,
    Predictions,
    draw_counts,
    intervals,
    paired_differences,
)
from experiments.engine.comparison import compare, mcnemar
from experiments.engine.judgement import judge, judge_score
from experiments.engine.metrics import METRICS
from experiments.engine.portable import scores_and_cost
from experiments.engine.schema import Costs

COSTS = Costs(false_positive=3, false_negative=20, true_positive=-1)
ROWS, RESAMPLES, SEED = 160, 60, 5


def made_up(seed: int, *, decimals: int) -> tuple[np.ndarray, Predictions, Predictions]:
    """Classes and two runs' predictions; few decimals make many ties."""
    rng = np.random.default_rng(seed)
    y = (rng.random(ROWS) < 0.3).astype(int)
    first = np.clip(0.4 * y + 0.6 * rng.random(ROWS), 0, 1).round(decimals)
    second = np.clip(0.6 * y + 0.5 * rng.random(ROWS), 0, 1).round(decimals)
    return y, Predictions(first, 0.5), Predictions(second, 0.35)


def by_hand(y: np.ndarray, found: Predictions) -> list[dict[str, float]]:
    """The same resamples, each row as often as it was drawn, scored by scikit-learn."""
    every = []
    for counts in draw_counts(ROWS, RESAMPLES, SEED):
        for count in counts:
            rows = np.repeat(np.arange(ROWS), count)
            probability = found.probability[rows]
            every.append(
                scores_and_cost(y[rows], probability, found.threshold, costs=COSTS.model_dump())
            )
    return every


@pytest.mark.parametrize("decimals", [1, 2, 12])
def test_a_difference_is_that_of_scikit_learn_on_the_same_resamples(decimals: int) -> None:
    y, first, second = made_up(decimals, decimals=decimals)
    found = paired_differences(y, first, second, costs=COSTS, resamples=RESAMPLES, seed=SEED)
    before, after = by_hand(y, first), by_hand(y, second)
    assert set(found) == set(METRICS)
    for name, difference in found.items():
        values = [later[name] - earlier[name] for earlier, later in zip(before, after, strict=True)]
        expected = np.percentile(values, [2.5, 97.5])
        assert [difference.low, difference.high] == pytest.approx(expected, abs=1e-9), name


def test_an_interval_is_that_of_scikit_learn_on_as_many_resamples() -> None:
    y, found, _second = made_up(1, decimals=12)
    order = np.argsort(-found.probability, kind="stable")
    ordered = Predictions(found.probability[order], found.threshold)
    theirs = by_hand(y[order], ordered)
    ours = intervals(y, found, costs=COSTS, resamples=RESAMPLES, seed=SEED)
    for name, pair in ours.items():
        expected = np.percentile([scores[name] for scores in theirs], [2.5, 97.5])
        assert pair == pytest.approx(tuple(expected), abs=1e-9), name


def test_an_interval_holds_what_is_true_about_as_often_as_it_says() -> None:
    """Of 200 samples of a coin of 0.7, about 95 % of the intervals hold 0.7."""
    rng = np.random.default_rng(0)
    held = 0
    for _sample in range(200):
        y = np.ones(150, dtype=int)
        right = rng.random(150) < 0.7
        low, high = intervals(y, Predictions(right.astype(float), 0.5), resamples=300)["accuracy"]
        held += low <= 0.7 <= high
    assert 180 <= held <= 198


def test_the_same_predictions_differ_in_nothing() -> None:
    y, first, _second = made_up(3, decimals=2)
    for difference in paired_differences(y, first, first, resamples=50).values():
        assert difference == Difference(0.0, 0.0, 0.0)


def test_resamples_of_one_class_are_left_out() -> None:
    y = np.array([1] + [0] * 12)
    found = intervals(y, Predictions(np.linspace(0, 1, 13), 0.5), resamples=400)
    assert all(np.isfinite(pair).all() for pair in found.values())


def test_mcnemar_counts_rows_that_changed_sides() -> None:
    """The exact test where few changed; Edwards's chi-square beyond (Edwards 1948)."""
    y = np.ones(300, dtype=int)
    before = np.zeros(300)
    few = before.copy()
    few[:9] = 1
    found = mcnemar(y, Predictions(before, 0.5), Predictions(few, 0.5))
    assert (found.wrong_to_right, found.right_to_wrong) == (9, 0)
    assert found.p_value == pytest.approx(2 / 2**9)
    before[:59] = 1  # right, then wrong; the next 121 the other way round
    after = np.zeros(300)
    after[59:180] = 1
    found = mcnemar(y, Predictions(before, 0.5), Predictions(after, 0.5))
    assert (found.right_to_wrong, found.wrong_to_right) == (59, 121)
    assert found.p_value == pytest.approx(5.4e-6, rel=0.01)
    assert mcnemar(y, Predictions(after, 0.5), Predictions(after, 0.5)).p_value == 1.0


@pytest.mark.parametrize(
    ("low", "high", "expected", "verdict", "effect"),
    [
        (0.01, 0.05, 0.03, "supported", "as_predicted"),
        (0.01, 0.02, 0.05, "supported", "smaller_than_predicted"),
        (0.06, 0.09, 0.05, "supported", "larger_than_predicted"),
        (-0.01, 0.05, 0.03, "inconclusive", "none"),
        (-0.01, 0.02, 0.03, "refuted", "none"),
        (-0.05, -0.01, 0.03, "refuted", "none"),
        (-0.05, -0.01, -0.03, "supported", "as_predicted"),
        (-0.01, 0.02, -0.03, "refuted", "none"),
        (-0.01, 0.02, 0.0, "inconclusive", "none"),
        (0.01, 0.02, 0.0, "refuted", "none"),
        (-0.01, 0.02, None, None, "none"),
    ],
)
def test_verdicts(low: float, high: float, expected: float, verdict: str, effect: str) -> None:
    middle = Difference((low + high) / 2, low, high)
    found = judge(middle, expected, higher_is_better=True)
    assert (found.verdict, found.effect) == (verdict, effect)


@pytest.mark.parametrize(
    ("low", "high", "higher_is_better", "direction"),
    [
        (0.01, 0.02, True, "better"),
        (0.01, 0.02, False, "worse"),
        (-0.02, -0.01, False, "better"),
        (-0.02, 0.01, True, "unclear"),
    ],
)
def test_directions(low: float, high: float, higher_is_better: bool, direction: str) -> None:
    found = judge(Difference(0.0, low, high), None, higher_is_better=higher_is_better)
    assert found.direction == direction


def test_a_predicted_score_is_judged_too() -> None:
    assert judge_score((0.81, 0.9), 0.8, higher_is_better=True) == "supported"
    assert judge_score((0.7, 0.79), 0.8, higher_is_better=True) == "refuted"
    assert judge_score((0.7, 0.9), 0.8, higher_is_better=True) == "inconclusive"
    assert judge_score((0.2, 0.3), 0.35, higher_is_better=False) == "supported"


def test_a_comparison_finds_the_better_run() -> None:
    y, first, second = made_up(8, decimals=12)
    found = compare(y, first, second, metric="roc_auc", higher_is_better=True, expected_effect=0.05)
    estimate = skm.roc_auc_score(y, second.probability) - skm.roc_auc_score(y, first.probability)
    assert found.differences["roc_auc"].estimate == pytest.approx(estimate)
    assert found.judgement.direction == "better"
    assert found.judgement.verdict == "supported"
