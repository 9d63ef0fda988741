"""The metrics of a run, by name. Imports no scientific library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from experiments.engine.messages import N_


@dataclass(frozen=True)
class Metric:
    """A number that says how good predictions are.

    Attributes:
        is_share: between 0 and 1 (or −1 and 1), so that a gap of five points means something.
    """

    name: str
    label: str
    summary: str
    higher_is_better: bool = True
    is_share: bool = True
    needs_costs: bool = False

    def is_better(self, score: float, other: float) -> bool:
        """Whether the first score beats the second."""
        return score > other if self.higher_is_better else score < other


METRICS = {
    metric.name: metric
    for metric in (
        Metric("accuracy", N_("Accuracy"), N_("Share of right answers.")),
        Metric(
            "balanced_accuracy",
            N_("Balanced accuracy"),
            N_("Share of right answers, both classes weighing the same."),
        ),
        Metric("f1", N_("F1"), N_("Precision and recall in one number.")),
        Metric("precision", N_("Precision"), N_("Of those predicted positive, how many are.")),
        Metric("recall", N_("Recall"), N_("Of those that are positive, how many are found.")),
        Metric(
            "roc_auc",
            N_("ROC AUC"),
            N_("How often a positive row is ranked above a negative one."),
        ),
        Metric(
            "average_precision",
            N_("Average precision"),
            N_("Precision over all recalls; strict where positives are rare."),
        ),
        Metric(
            "log_loss",
            N_("Log loss"),
            N_("How much the probabilities are surprised by the truth."),
            higher_is_better=False,
            is_share=False,
        ),
        Metric(
            "brier",
            N_("Brier score"),
            N_("Mean squared distance of the probabilities from the truth."),
            higher_is_better=False,
        ),
        Metric("mcc", N_("MCC"), N_("Correlation of predictions and truth; 0 is chance.")),
        Metric(
            "expected_cost",
            N_("Expected cost"),
            N_("Mean cost of a row in euros, by what this Dojo's errors cost."),
            higher_is_better=False,
            is_share=False,
            needs_costs=True,
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
