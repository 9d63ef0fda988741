"""The comparison with which a notebook says that its numbers are those of the log."""

import copy

import numpy as np
import pytest

from engine.build.runtime_helpers import largest_difference

RECORDED = {
    "test": {"roc_auc": 0.75, "expected_cost": 1_200.0},
    "cross_validation": {"folds": [{"roc_auc": 0.7}, {"roc_auc": 0.8}]},
}


def changed(part: str, value: object) -> dict:
    found = copy.deepcopy(RECORDED)
    found[part] = value
    return found


def test_equal_numbers_do_not_differ() -> None:
    assert largest_difference(RECORDED, RECORDED) == 0


@pytest.mark.parametrize(
    ("part", "value", "expected"),
    [
        ("test", {"roc_auc": 0.76, "expected_cost": 1_200.0}, 0.01),
        # Euros are compared by their share: their last digits are worth less.
        ("test", {"roc_auc": 0.75, "expected_cost": 1_212.0}, 0.01),
        ("cross_validation", {"folds": [{"roc_auc": 0.7}, {"roc_auc": 0.5}]}, 0.3),
        ("cross_validation", {"folds": [{"roc_auc": 0.7}]}, np.inf),
        ("test", {"roc_auc": 0.75}, np.inf),
    ],
)
def test_the_largest_difference_is_found_wherever_it_is(
    part: str, value: object, expected: float
) -> None:
    assert largest_difference(changed(part, value), RECORDED) == pytest.approx(expected)
