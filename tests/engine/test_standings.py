"""Ranks beyond chance: everyone on the same rows, ties where these cannot tell."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.judge.comparison import compare
from engine.judge.ranking import UNKNOWN, Place, compare_pairs, places
from engine.judge.uncertainty.dependence import INDEPENDENT, Rows
from engine.judge.uncertainty.differences import differences
from engine.judge.uncertainty.intervals import Judged, metric_names
from engine.judge.uncertainty.predictions import Predictions
from engine.spec.metrics import METRICS
from engine.spec.schema import Costs

ROWS = 300
COSTS = Costs(false_positive=1, false_negative=8)
DEPENDENCE = {
    "independent": INDEPENDENT,
    "series": Rows("series"),
    "groups": Rows("groups", np.arange(ROWS) // 7),
}
AUC = {"metric": "roc_auc", "higher_is_better": True}


def truth(seed: int = 0) -> np.ndarray:
    return (np.random.default_rng(seed).random(ROWS) < 0.4).astype(int)


def model(y: np.ndarray, skill: float, seed: int) -> Predictions:
    noise = np.random.default_rng(seed).normal(size=len(y))
    return Predictions(1 / (1 + np.exp(-(skill * (2 * y - 1) + noise))), 0.5)


def ranked(y: np.ndarray, sides: Mapping[str, Predictions], **options) -> dict[str, Place]:
    pairs = compare_pairs([Judged(y, side) for side in sides.values()], **options)
    return dict(zip(sides, places(pairs), strict=True))


def test_who_is_clearly_better_is_ahead_and_who_is_alike_is_tied() -> None:
    y = truth()
    same = model(y, 1.0, 1)
    sides = {"best": model(y, 3.0, 0), "one": same, "other": same, "chance": model(y, 0.0, 3)}
    assert ranked(y, sides, **AUC) == {
        "best": Place(1, 0),
        "one": Place(2, 1),
        "other": Place(2, 1),
        "chance": Place(4, 0),
    }


@pytest.mark.parametrize("skill", [1.0, 1.2, 1.6, 2.0])
def test_it_agrees_with_the_comparison_of_two_runs(skill: float) -> None:
    y = truth()
    first, second = model(y, 1.0, 1), model(y, skill, 2)
    pairs = compare_pairs([Judged(y, first), Judged(y, second)], **AUC)
    pair = compare(y, first, second).differences["roc_auc"]
    assert pairs[1, 0] == int(pair.low > 0) - int(pair.high < 0)


def test_lower_is_better_where_it_is() -> None:
    y = truth()
    sides = {"good": model(y, 3.0, 0), "poor": model(y, 0.5, 1)}
    found = ranked(y, sides, metric="log_loss", higher_is_better=False)
    assert (found["good"].rank, found["poor"].rank) == (1, 2)


@settings(max_examples=6, deadline=None)
@given(
    st.lists(st.floats(0.0, 3.0), min_size=2, max_size=5),
    st.randoms(use_true_random=False),
)
def test_nobody_is_ahead_both_ways_and_the_order_of_people_does_not_matter(skills, random) -> None:
    y = truth(1)
    people = {f"p{n}": model(y, skill, n) for n, skill in enumerate(skills)}
    pairs = compare_pairs([Judged(y, side) for side in people.values()], **AUC)
    assert (pairs == -pairs.T).all()
    shuffled = list(people)
    random.shuffle(shuffled)
    again = ranked(y, {name: people[name] for name in shuffled}, **AUC)
    assert again == ranked(y, people, **AUC)
    assert min(place.rank for place in again.values()) == 1


def test_nobody_has_no_ranks() -> None:
    assert ranked(truth(), {}, **AUC) == {}


# --- Only what is unknown ------------------------------------------------------------------
@settings(max_examples=15, deadline=None)
@given(
    metric=st.sampled_from(sorted(METRICS)),
    kind=st.sampled_from(sorted(DEPENDENCE)),
    skills=st.lists(st.floats(0.0, 2.0), min_size=2, max_size=6),
    decimals=st.sampled_from([1, 2, 12]),
    data=st.data(),
)
def test_pairs_that_are_known_and_pairs_that_are_new_are_what_all_at_once_gives(
    metric, kind, skills, decimals, data
) -> None:
    y = truth(2)
    sides = [
        Judged(
            y,
            Predictions(model(y, skill, n).probability.round(decimals), 0.5),
            costs=COSTS,
            rows=DEPENDENCE[kind],
        )
        for n, skill in enumerate(skills)
    ]
    options = {"metric": metric, "higher_is_better": METRICS[metric].higher_is_better}
    at_once = compare_pairs(sides, **options)
    known, count = at_once.copy(), len(sides)
    for new in data.draw(st.sets(st.integers(0, count - 1))):
        known[new], known[:, new] = UNKNOWN, UNKNOWN
        known[new, new] = 0
    assert (compare_pairs(sides, **options, known=known) == at_once).all()
    assert places(at_once) == places(compare_pairs(sides, **options))


@pytest.mark.parametrize("kind", DEPENDENCE)
def test_a_difference_does_not_depend_on_the_others_or_on_the_side(kind: str) -> None:
    y = truth(3)
    sides = [
        Judged(y, model(y, 0.5 + n / 10, n % 4), costs=COSTS, rows=DEPENDENCE[kind])
        for n in range(6)
    ]
    for metric in metric_names(COSTS):
        together = differences(metric, sides[0], sides)
        assert together[0].is_certain
        for place, side in enumerate(sides):
            assert differences(metric, sides[0], [side])[0] == together[place], metric
            back = differences(metric, side, [sides[0]])[0]
            assert back.low == pytest.approx(-together[place].high, abs=1e-9), metric
            assert back.high == pytest.approx(-together[place].low, abs=1e-9), metric
