"""Intervals, differences and verdicts, against computations of others."""

import numpy as np
import pytest
import sklearn.metrics as skm

from engine.build.runtime_helpers import scores_and_cost
from engine.judge.comparison import compare, mcnemar
from engine.judge.numbers import Difference
from engine.judge.uncertainty.dependence import INDEPENDENT, Rows
from engine.judge.uncertainty.differences import paired_differences
from engine.judge.uncertainty.intervals import intervals
from engine.judge.uncertainty.predictions import Predictions
from engine.judge.uncertainty.ranks import ranking
from engine.spec.metrics import METRICS
from engine.spec.schema import Costs

COSTS = Costs(false_positive=3, false_negative=20, true_positive=-1)
ROWS = 160


def made_up(seed: int, *, decimals: int) -> tuple[np.ndarray, Predictions, Predictions]:
    """Classes and two runs' predictions; few decimals make many ties."""
    rng = np.random.default_rng(seed)
    y = (rng.random(ROWS) < 0.3).astype(int)
    first = np.clip(0.4 * y + 0.6 * rng.random(ROWS), 0, 1).round(decimals)
    second = np.clip(0.6 * y + 0.5 * rng.random(ROWS), 0, 1).round(decimals)
    return y, Predictions(first, 0.5), Predictions(second, 0.35)


@pytest.mark.parametrize("decimals", [1, 2, 12])
def test_intervals_hold_the_number_of_scikit_learn(decimals: int) -> None:
    y, first, second = made_up(decimals, decimals=decimals)
    before, after = (
        scores_and_cost(y, side.probability, side.threshold, costs=COSTS.model_dump())
        for side in (first, second)
    )
    found = intervals(y, first, costs=COSTS)
    assert set(found) == set(METRICS)
    for name, (low, high) in found.items():
        assert low <= before[name] <= high, name
        assert low < high, name
    for name, difference in paired_differences(y, first, second, costs=COSTS).items():
        assert difference.estimate == after[name] - before[name], name
        assert difference.low <= difference.estimate <= difference.high, name
        assert difference.low < difference.high, name


@pytest.mark.parametrize("decimals", [1, 12])
def test_influences_are_the_derivatives_of_scikit_learns_numbers(decimals: int) -> None:
    y, first, _second = made_up(decimals, decimals=decimals)
    found = ranking(y, first.probability)
    for row in (0, 5, int(np.argmax(y)), int(np.argmin(y))):
        weights = np.ones(ROWS)
        weights[row] += 1e-6 * ROWS
        for measure, influence in (
            (skm.roc_auc_score, found.auc_influence),
            (skm.average_precision_score, found.ap_influence),
        ):
            moved = measure(y, first.probability, sample_weight=weights)
            slope = (moved - measure(y, first.probability)) / 1e-6
            assert slope == pytest.approx(influence[row], abs=1e-3)


def test_an_interval_holds_what_is_true_about_as_often_as_it_says() -> None:
    """Of 200 samples of a recall of 0.7, about 95 % of the intervals hold 0.7."""
    rng = np.random.default_rng(0)
    y = np.repeat([1, 0], 75)
    held = 0
    for _sample in range(200):
        said = np.where(y == 1, rng.random(150) < 0.7, rng.random(150) < 0.2)
        low, high = intervals(y, Predictions(said.astype(float), 0.5))["recall"]
        held += low <= 0.7 <= high
    assert 180 <= held <= 198


def test_the_same_predictions_differ_in_nothing() -> None:
    y, first, _second = made_up(3, decimals=2)
    for difference in paired_differences(y, first, first).values():
        assert difference == Difference(0.0, 0.0, 0.0)
        assert difference.is_certain


def test_other_probabilities_on_the_same_side_of_the_threshold_are_the_same_predictions() -> None:
    y, first, _second = made_up(3, decimals=12)
    moved = first.probability**1.01
    moved[(moved >= 0.5) != (first.probability >= 0.5)] = 0.5
    found = paired_differences(y, first, Predictions(moved, 0.5))
    assert not found["log_loss"].is_certain
    assert found["recall"].is_certain == bool(np.array_equal(first.said, moved >= 0.5))


def test_two_perfect_rankings_are_not_the_same_predictions() -> None:
    """Other rows may tell them apart; that both are perfect here is no proof."""
    y = np.repeat([1, 0], [6, 40])
    rng = np.random.default_rng(0)
    one, other = (Predictions(0.6 * y + 0.3 * rng.random(46), 0.5) for _run in range(2))
    for name in ("roc_auc", "average_precision"):
        found = paired_differences(y, one, other)[name]
        assert found.estimate == 0.0
        assert found.low < -0.05
        assert found.high > 0.05
    # The same order by other probabilities is the same ranking.
    squared = Predictions(one.probability**2, 0.5)
    assert paired_differences(y, one, squared)["roc_auc"].is_certain


def test_few_positives_make_a_wide_interval_and_never_one_without_width() -> None:
    y = np.r_[np.ones(6, int), np.zeros(194, int)]
    found = intervals(y, Predictions(np.linspace(1, 0, 200), 0.5))
    low, high = found["recall"]
    assert high == 1.0
    assert low < 0.75
    low, high = found["roc_auc"]
    assert high == 1.0
    assert low < 0.9


def test_rows_that_go_together_tell_less() -> None:
    """Every row five times, as a group of its own: no more is known than from one of each."""
    y, first, second = made_up(4, decimals=12)
    group = np.repeat(np.arange(ROWS), 5)
    often = [
        Predictions(np.repeat(side.probability, 5), side.threshold) for side in (first, second)
    ]

    def widths(rows: Rows) -> dict[str, float]:
        found = paired_differences(np.repeat(y, 5), *often, rows=rows)
        return {name: one.high - one.low for name, one in found.items()}

    known = {n: d.high - d.low for n, d in paired_differences(y, first, second).items()}
    for name, width in widths(Rows("groups", group)).items():
        assert width == pytest.approx(known[name], rel=0.12), name
        assert widths(INDEPENDENT)[name] < 0.6 * width, name
        # As neighbours in time, the same rows are seen to repeat each other.
        assert widths(Rows("series"))[name] > 0.8 * width, name


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


def test_a_comparison_finds_the_better_run() -> None:
    y, first, second = made_up(8, decimals=12)
    found = compare(y, first, second)
    estimate = skm.roc_auc_score(y, second.probability) - skm.roc_auc_score(y, first.probability)
    assert found.differences["roc_auc"].estimate == pytest.approx(estimate)
    assert found.differences["roc_auc"].low > 0
