"""Rates by group: as counted by hand, and silent where there are too few rows."""

import json
from math import sqrt

import numpy as np
import pandas as pd
import pytest
import sklearn.metrics as skm

from engine.explain.mistakes.fairness import MAX_GROUPS, Group, rates_by_group


def people(rows: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    probability = rng.random(rows)
    y = (rng.random(rows) < probability).astype(int)
    return y, (probability >= 0.5).astype(int), probability


def test_rates_are_scikit_learn_s_of_each_group() -> None:
    y, said, probability = people(400)
    groups = pd.Series(np.where(np.arange(400) % 4, "many", "few"), dtype=object)
    found = rates_by_group(groups, y, said, probability)
    assert [(group.value, group.size) for group in found.groups] == [("many", 300), ("few", 100)]
    for group in found.groups:
        rows = (groups == group.value).to_numpy()
        true, predicted = y[rows], said[rows]
        expected = {
            "base_rate": true.mean(),
            "selection": predicted.mean(),
            "true_positive": skm.recall_score(true, predicted),
            "false_positive": 1 - skm.recall_score(true, predicted, pos_label=0),
            "precision": skm.precision_score(true, predicted),
            "error": 1 - skm.accuracy_score(true, predicted),
        }
        assert {name: share.rate for name, share in group.rates.items()} == pytest.approx(expected)
        assert group.mean_probability == pytest.approx(probability[rows].mean())
    json.dumps(found.to_dict(), allow_nan=False)


def test_a_share_has_wilson_s_interval() -> None:
    y = np.array([1] * 12 + [0] * 28)
    group = rates_by_group(pd.Series(["a"] * 40), y, y, y.astype(float)).groups[0]
    share, z = group.rates["base_rate"], 1.959963984540054
    centre = (12 + z**2 / 2) / (40 + z**2)
    half = z / (40 + z**2) * sqrt(12 * 28 / 40 + z**2 / 4)
    assert (share.count, share.of, share.rate) == (12, 40, 0.3)
    assert (share.low, share.high) == pytest.approx((centre - half, centre + half))


def test_a_small_group_and_a_small_denominator_are_flagged_and_make_no_gap() -> None:
    y, said, probability = people(320)
    groups = pd.Series(["a"] * 150 + ["b"] * 150 + ["tiny"] * 20, dtype=object)
    y[300:], said[300:] = 1, 0
    y[150:290] = 0
    found = rates_by_group(groups, y, said, probability)
    by_name = {group.value: group for group in found.groups}
    assert [group.is_small for group in found.groups] == [False, False, True]
    # Of ten positives or fewer nobody can say how many are found.
    assert by_name["b"].rates["true_positive"].is_small
    assert not by_name["b"].rates["error"].is_small
    assert "true_positive" not in found.gaps
    # Everybody of the tiny group is misjudged; the largest gap is still told of the others.
    assert by_name["tiny"].rates["error"].rate == 1.0
    assert found.groups[found.gaps["error"].highest].value != "tiny"


def test_a_rate_of_no_row_is_not_a_number_but_nothing() -> None:
    y = np.zeros(40, dtype=int)
    share = rates_by_group(pd.Series(["a"] * 40), y, y, np.zeros(40)).groups[0].rates
    assert (share["true_positive"].rate, share["precision"].low) == (None, None)
    assert share["true_positive"].is_small
    assert share["false_positive"].rate == 0.0


def test_the_gap_is_newcombe_s_example() -> None:
    """Newcombe 1998, table II, example (a): 56/70 − 48/80, method 10: 0.0524 to 0.3339."""
    groups = pd.Series(["a"] * 70 + ["b"] * 80)
    y = np.zeros(150, dtype=int)
    said = np.array([1] * 56 + [0] * 14 + [1] * 48 + [0] * 32)
    gap = rates_by_group(groups, y, said, said.astype(float)).gaps["selection"]
    assert gap.difference == pytest.approx(56 / 70 - 48 / 80)
    assert (round(gap.low, 4), round(gap.high, 4)) == (0.0524, 0.3339)
    assert gap.is_clear


def test_the_largest_of_many_gaps_between_like_groups_is_rarely_called_clear() -> None:
    clear = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        groups = pd.Series(rng.choice(list("abcdefgh"), 1_600), dtype=object)
        said = (rng.random(1_600) < 0.3).astype(int)
        gaps = rates_by_group(groups, said * 0, said, said.astype(float)).gaps
        clear += gaps["selection"].is_clear
    assert clear <= 3, "uncorrected it is most of them"


def bounds(group: Group) -> tuple[float | None, float | None]:
    return group.low, group.high


def test_numbers_are_cut_into_quartiles_and_missing_ones_are_a_group() -> None:
    y, said, probability = people(400)
    age = pd.Series(np.random.default_rng(1).permutation(np.arange(400.0)))
    age[age >= 360] = np.nan
    found = rates_by_group(age, y, said, probability)
    assert [group.kind for group in found.groups] == ["range"] * 4 + ["missing"]
    assert [group.size for group in found.groups] == [90, 90, 90, 90, 40]
    expected = [(0.0, 89.0), (90.0, 179.0), (180.0, 269.0), (270.0, 359.0), (None, None)]
    assert [bounds(group) for group in found.groups] == expected
    flag = rates_by_group(pd.Series(np.arange(400) % 2 * 1.0), y, said, probability)
    assert [bounds(group) for group in flag.groups] == [(0.0, 0.0), (1.0, 1.0)]


def test_many_categories_keep_the_frequent_and_join_the_rest() -> None:
    y, said, probability = people(1_000)
    rank = np.minimum(np.random.default_rng(2).geometric(0.15, 1_000), 30)
    groups = pd.Series([f"c{n:02d}" for n in rank], dtype=object)
    groups[:7] = None
    found = rates_by_group(groups, y, said, probability)
    kinds = [group.kind for group in found.groups]
    assert kinds == ["value"] * (MAX_GROUPS - 1) + ["others", "missing"]
    assert sum(group.size for group in found.groups) == 1_000
    assert found.groups[-1].size == 7
