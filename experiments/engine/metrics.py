"""The metrics of a run, by name. Imports no scientific library."""

from dataclasses import dataclass

from experiments.engine.messages import N_


@dataclass(frozen=True)
class Metric:
    name: str
    label: str
    higher_is_better: bool = True

    def is_better(self, score: float, other: float) -> bool:
        """Whether the first score beats the second."""
        return score > other if self.higher_is_better else score < other


METRICS = {
    metric.name: metric
    for metric in (
        Metric("accuracy", N_("Accuracy")),
        Metric("f1", N_("F1")),
        Metric("precision", N_("Precision")),
        Metric("recall", N_("Recall")),
        Metric("roc_auc", N_("ROC AUC")),
        Metric("log_loss", N_("Log loss"), higher_is_better=False),
    )
}
