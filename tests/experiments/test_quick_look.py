"""The short look before a run: four questions, none of which blocks."""

import pytest
from django.utils import translation

from experiments.forecasts.before import Told
from experiments.forecasts.registering import Typed
from experiments.forecasts.ruler import Ruler
from experiments.models import Experiment
from experiments.submit.changes_bar import ChangesBar
from experiments.submit.quick_look import quick_look

EMPTY = Ruler(-1.0, 1.0, 50.0)


@pytest.mark.parametrize(
    ("size", "count", "chance", "marks"),
    [
        (0.03, 1, 0.9, [True, True, None, True]),
        (0.03, 4, 0.6, [False, True, None, None]),
        (None, 0, 0.3, [False, None, False]),
    ],
)
def test_it_looks_at_changes_number_reason_and_power(
    size: float | None, count: int, chance: float, marks: list[bool | None]
) -> None:
    changes = ChangesBar(Experiment(number=2), count, [])
    told = Told("ROC AUC", EMPTY, (), chance)
    for language in ("en", "fr"):
        with translation.override(language):
            points = quick_look(Typed(size), changes, told)
            assert [point.is_fine for point in points] == marks
            assert not any("%(" in point.text for point in points)
            words = " ".join(point.text for point in points)
            assert len(words.split()) < 75, "it is read in less than half a minute"


def test_a_first_experiment_is_asked_for_a_number_and_a_reason() -> None:
    assert [point.is_fine for point in quick_look(Typed(0.8), None, None)] == [True, None]
