"""The difference that matters in a Dojo, and what its test set can tell."""

from __future__ import annotations

from django.template.defaultfilters import floatformat
from django.utils.translation import gettext as _

from classrooms.models import Dataset, Dojo
from engine.judge.power import (
    LEAST_MARGIN,
    assumed_single_error,
    default_margin,
    smallest_visible,
    standard_error,
)
from engine.spec.metrics import METRICS


def size_of_test(dojo: Dojo) -> tuple[int, int]:
    """Rows of the test set, and how many of them are positive, as far as shares tell."""
    dataset = dojo.dataset
    rows = int(dataset.part_sizes.get("test", 0))
    positives = round(rows * dataset.positive_rate)
    return rows, min(max(positives, 1), max(rows - 1, 1))


def usual_error_of(dojo: Dojo, metric: str) -> float | None:
    """The standard error of a score here, before any run; None without test rows.

    That of the plain model that was measured when the dataset was prepared; where there is
    none, of a model as one usually gets.
    """
    if measured := dojo.dataset.reference_errors.get(metric):
        return float(measured)
    rows, positives = size_of_test(dojo)
    if rows < 2:
        return None
    return assumed_single_error(metric, rows=rows, positives=positives)


def default_margin_of(dojo: Dojo, metric: str) -> float:
    """The margin where the facilitator set none."""
    error = usual_error_of(dojo, metric)
    if error is None:
        return LEAST_MARGIN if METRICS[metric].is_share else 0.0
    # Two digits: a rule is read and compared by people.
    return float(f"{default_margin(metric, single=error):.2g}")


def basis_sentence(dataset: Dataset) -> str:
    """What the margins that nobody set are counted from."""
    if dataset.reference_errors:
        return _(
            "Computed from a logistic regression that was measured on this dataset when it "
            "was prepared, without columns that may know the answer."
        )
    return _(
        "Computed from a model with a ROC AUC of 0.8, for want of one that was measured on "
        "this dataset."
    )


def margin_of(dojo: Dojo, metric: str) -> float:
    """As little as this is no difference that matters, by the rules of the Dojo."""
    chosen: float | None = dojo.rules.margins.get(metric)
    return default_margin_of(dojo, metric) if chosen is None else chosen


def room_sentence(dojo: Dojo) -> str:
    """What the test set of a Dojo cannot tell apart; empty before there is one."""
    single = usual_error_of(dojo, dojo.primary_metric)
    if single is None:
        return ""
    error = standard_error("model", dojo.primary_metric, single=single)
    return _(
        "Differences in %(metric)s under about %(effect)s between two models cannot be told apart "
        "here, as a rule: that takes more test rows, or larger steps."
    ) % {
        "metric": dojo.get_primary_metric_display(),
        "effect": floatformat(smallest_visible(error.value), 3),
    }
