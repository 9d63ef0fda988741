"""The metrics of a run, by name. Imports no scientific library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.messages import N_


@dataclass(frozen=True)
class Metric:
    """A number that says how good predictions are.

    Attributes:
        lowest, highest: what its scores can be; None where there is no bound.
        is_share: between 0 and 1 (or −1 and 1), so that a gap of five points means something.
    """

    name: str
    label: str
    summary: str
    higher_is_better: bool = True
    is_share: bool = True
    needs_costs: bool = False
    lowest: float | None = 0.0
    highest: float | None = 1.0

    def is_better(self, score: float, other: float) -> bool:
        """Return whether the first score beats the second."""
        return score > other if self.higher_is_better else score < other


METRICS = {
    metric.name: metric
    for metric in (
        Metric("accuracy", N_("Accuracy"), N_("Share of correct predictions.")),
        Metric(
            "balanced_accuracy",
            N_("Balanced accuracy"),
            N_("Share of correct predictions, with both classes weighted equally."),
        ),
        Metric("f1", N_("F1"), N_("Precision and recall in one number.")),
        Metric(
            "precision",
            N_("Precision"),
            N_("Share of predicted positives that are actually positive."),
        ),
        Metric("recall", N_("Recall"), N_("Share of actual positives that the model finds.")),
        Metric(
            "roc_auc",
            N_("ROC AUC"),
            N_("How often the model ranks a positive row above a negative one."),
        ),
        Metric(
            "average_precision",
            N_("Average precision"),
            N_("Precision averaged over all recall levels; strict when positives are rare."),
        ),
        Metric(
            "log_loss",
            N_("Log loss"),
            N_("How much the outcomes surprise the model; confident errors cost most."),
            higher_is_better=False,
            is_share=False,
            highest=None,
        ),
        Metric(
            "brier",
            N_("Brier score"),
            N_("Mean squared difference between probabilities and outcomes."),
            higher_is_better=False,
        ),
        Metric(
            "mcc",
            N_("MCC"),
            N_("Correlation between predictions and outcomes; 0 is chance."),
            lowest=-1.0,
        ),
        Metric(
            "expected_cost",
            N_("Expected cost"),
            N_("Mean cost per row in euros, from the costs of errors in this Dojo."),
            higher_is_better=False,
            is_share=False,
            needs_costs=True,
            # A right answer may earn something: costs below zero.
            lowest=None,
            highest=None,
        ),
    )
}

ThresholdMetric = Literal["none", "f1", "accuracy", "balanced_accuracy", "mcc", "expected_cost"]
SearchMetric = Literal[
    "roc_auc",
    "average_precision",
    "log_loss",
    "brier",
    "accuracy",
    "balanced_accuracy",
    "f1",
    "mcc",
]
