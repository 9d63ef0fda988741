"""Ranks beyond chance: everyone on the same rows, ties where these cannot tell."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.judge.comparison import compare
from engine.judge.ranking import is_ahead, places
from engine.judge.uncertainty.intervals import Judged
from engine.judge.uncertainty.predictions import Predictions

ROWS = 300


def truth(seed: int = 0) -> np.ndarray:
    return (np.random.default_rng(seed).random(ROWS) < 0.4).astype(int)


def model(y: np.ndarray, skill: float, seed: int) -> Predictions:
    noise = np.random.default_rng(seed).normal(size=len(y))
    return Predictions(1 / (1 + np.exp(-(skill * (2 * y - 1) + noise))), 0.5)


def test_who_is_clearly_better_is_ahead_and_who_is_alike_is_tied() -> None:
    y = truth()
    same = model(y, 1.0, 1)
    found = places(
        y,
        {"best": model(y, 3.0, 0), "one": same, "other": same, "chance": model(y, 0.0, 3)},
        metric="roc_auc",
        higher_is_better=True,
    )
    assert {name: (place.rank, place.tied) for name, place in found.items()} == {
        "best": (1, 0),
        "one": (2, 1),
        "other": (2, 1),
        "chance": (4, 0),
    }


@pytest.mark.parametrize("skill", [1.0, 1.2, 1.6, 2.0])
def test_it_agrees_with_the_comparison_of_two_runs(skill: float) -> None:
    y = truth()
    first, second = model(y, 1.0, 1), model(y, skill, 2)
    ahead = is_ahead([Judged(y, first), Judged(y, second)], metric="roc_auc", higher_is_better=True)
    pair = compare(y, first, second).differences["roc_auc"]
    assert bool(ahead[1, 0]) == (pair.low > 0)
    assert bool(ahead[0, 1]) == (pair.high < 0)


def test_lower_is_better_where_it_is() -> None:
    y = truth()
    sides = {"good": model(y, 3.0, 0), "poor": model(y, 0.5, 1)}
    found = places(y, sides, metric="log_loss", higher_is_better=False)
    assert (found["good"].rank, found["poor"].rank) == (1, 2)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.floats(0.0, 3.0), min_size=2, max_size=5),
    st.randoms(use_true_random=False),
)
def test_nobody_is_ahead_both_ways_and_the_order_of_people_does_not_matter(skills, random) -> None:
    y = truth(1)
    people = {f"p{n}": model(y, skill, n) for n, skill in enumerate(skills)}
    judged = [Judged(y, side) for side in people.values()]
    ahead = is_ahead(judged, metric="roc_auc", higher_is_better=True)
    assert not (ahead & ahead.T).any()
    shuffled = list(people)
    random.shuffle(shuffled)
    options = {"metric": "roc_auc", "higher_is_better": True}
    again = places(y, {name: people[name] for name in shuffled}, **options)
    assert again == places(y, people, **options)
    assert min(place.rank for place in again.values()) == 1


def test_nobody_has_no_ranks() -> None:
    assert places(truth(), {}, metric="roc_auc", higher_is_better=True) == {}
