"""Ranks beyond chance: the same draws for everyone, ties where rows cannot tell."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.engine.bootstrap import Predictions
from experiments.engine.comparison import compare
from experiments.engine.standings import climbs, is_ahead, places, resampled_scores

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


def test_it_agrees_with_the_comparison_of_two_runs() -> None:
    y = truth()
    first, second = model(y, 1.0, 1), model(y, 1.2, 1)
    scores = resampled_scores(y, [first, second], metric="roc_auc")
    pair = compare(
        y, first, second, metric="roc_auc", higher_is_better=True, expected_effect=None
    ).differences["roc_auc"]
    low, high = np.percentile(scores[1] - scores[0], [2.5, 97.5])
    assert (low, high) == pytest.approx((pair.low, pair.high))
    # Draws of their own for each would make the difference look far less certain.
    alone = resampled_scores(y, [second], metric="roc_auc", seed=1)[0]
    assert np.std(scores[1] - scores[0]) < 0.5 * np.std(alone - scores[0])


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
    scores = resampled_scores(y, list(people.values()), metric="roc_auc")
    ahead = is_ahead(scores, higher_is_better=True)
    assert not (ahead & ahead.T).any()
    shuffled = list(people)
    random.shuffle(shuffled)
    options = {"metric": "roc_auc", "higher_is_better": True}
    again = places(y, {name: people[name] for name in shuffled}, **options)
    assert again == places(y, people, **options)
    assert min(place.rank for place in again.values()) == 1


def test_the_ladder_moves_on_clear_progress_only() -> None:
    y = truth()
    start, same, better, best = (model(y, skill, n) for n, skill in enumerate((0.5, 0.52, 1.5, 4)))
    options = {"metric": "roc_auc", "higher_is_better": True}
    assert climbs(y, start, [same], **options) == []
    assert climbs(y, start, [same, better], **options) == [1]
    assert climbs(y, start, [better, same, best], **options) == [0, 2]
    assert climbs(y, start, [best, better], **options) == [0]
    assert climbs(y, start, [], **options) == []


def test_nobody_has_no_ranks() -> None:
    assert places(truth(), {}, metric="roc_auc", higher_is_better=True) == {}
