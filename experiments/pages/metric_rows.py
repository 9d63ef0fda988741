"""The metrics of a run over the parts of the data, as tables show them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from engine.judge.checks.check import is_notable_gap
from engine.spec.metrics import METRICS, Metric
from experiments.models import Run


@dataclass(frozen=True)
class MetricRow:
    """One metric over the parts of the data.

    Attributes:
        interval: of the test score, 95 %; `gap_interval` of the train–test gap.
    """

    metric: Metric
    train: float | None
    cv_mean: float | None
    cv_std: float | None
    test: float | None
    interval: list[float] | None
    gap_interval: list[float] | None
    is_primary: bool

    @property
    def label(self) -> str:
        return _(self.metric.label)

    @property
    def gap(self) -> float | None:
        """Train–test gap; a positive gap means overfitting."""
        if self.train is None or self.test is None:
            return None
        difference = self.train - self.test
        return difference if self.metric.higher_is_better else -difference

    @property
    def gap_is_notable(self) -> bool:
        """Whether train is better than test by more than chance and a little."""
        ends = self.gap_interval
        return self.metric.is_share and ends is not None and is_notable_gap(ends[0])


def metric_rows(run: Run, primary: str) -> list[MetricRow]:
    """The metrics of a run, in the order of the engine's registry."""
    if not run.metrics:
        return []
    validation = run.metrics["cross_validation"]
    return [
        MetricRow(
            metric=metric,
            train=run.score("train", name),
            cv_mean=validation["mean"].get(name),
            cv_std=validation["std"].get(name),
            test=run.score("test", name),
            interval=run.intervals.get(name),
            gap_interval=run.gaps.get(name),
            is_primary=name == primary,
        )
        for name, metric in METRICS.items()
        if run.score("test", name) is not None
    ]
