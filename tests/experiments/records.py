"""Somebody whose record a test of the findings writes."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from classrooms.models import Dojo, Seat
from engine.spec.config import ExperimentConfig
from experiments.findings import (
    Record,
    Severity,
    findings_of,
    setting_of,
)
from experiments.models import Experiment
from experiments.pages.reads import experiments_of
from tests import factories

CLAIM = "Gradient boosting finds interactions that a line cannot."
WHY = "Radius and texture probably act together."
KEEP, REJECT = "keep", "reject"


# By what they say of a forecast rise of 0.02, and by their direction.
INTERVALS = {
    ("right", "better"): (0.01, 0.2),
    ("right", "worse"): (-0.2, -0.01),
    ("right", "unclear"): (-0.2, 0.2),
    ("missed", "worse"): (-0.2, -0.01),
    ("missed", "better"): (0.01, 0.2),
    ("missed", "unclear"): (-0.001, 0.001),
    ("cannot tell", "unclear"): (-0.2, 0.2),
    ("cannot tell", "better"): (0.001, 0.2),
}


class Participant:
    """Somebody whose record a test writes."""

    def __init__(self, **dojo: Any) -> None:
        self.seat = factories.join(factories.make_dojo(**dojo))
        self.has_framing = True

    @property
    def dojo(self) -> Dojo:
        return self.seat.dojo

    def config(self, model: str, changes: dict[str, Any]) -> ExperimentConfig:
        values = factories.config_of(self.seat, model).model_dump(mode="json")
        return ExperimentConfig.model_validate(values | changes)

    def tries(
        self,
        model: str = "logistic_regression",
        *,
        result: bool = True,
        train: float = 0.95,
        judgement: tuple[str, str] | None = None,
        **fields: Any,
    ) -> Experiment:
        """A submitted experiment, with a result and what the comparison said of it.

        Args:
            judgement: what the interval is to say of a forecast rise, and its direction.
        """
        config = self.config(model, fields.pop("config", {}))
        values = {"claim": CLAIM, "rationale": WHY, "expected_effect": 0.02, "config": config}
        experiment = factories.submit(self.seat, **values | fields)
        if not result:
            return experiment
        run = factories.finish(experiment, test=0.94)
        run.metrics["train"]["roc_auc"] = train
        run.intervals = {"roc_auc": [0.9, 0.97]}
        run.gaps = {"roc_auc": [train - 0.97, train - 0.91]}
        if judgement:
            low, high = INTERVALS[judgement]
            difference = {"low": low, "high": high, "estimate": (low + high) / 2}
            run.comparison = {"differences": {"roc_auc": difference}}
        run.save()
        return Experiment.objects.get(pk=experiment.pk)

    def concludes(self, experiment: Experiment, decision: str, analysis: str) -> None:
        Experiment.objects.filter(pk=experiment.pk).update(
            decision=decision, analysis=analysis, concluded_at=timezone.now()
        )

    def record(self, **setting: Any) -> Record:
        dojo = Dojo.objects.get(pk=self.dojo.pk)
        found = setting_of(dojo, names_columns=True)
        for name, value in setting.items():
            object.__setattr__(found, name, value)
        experiments = tuple(experiments_of(Seat.objects.get(pk=self.seat.pk)))
        return Record(found, experiments, self.has_framing)

    def severity(self, code: str, **setting: Any) -> Severity | None:
        """The gravest of this kind of finding; None where there is none."""
        found = [f.severity for f in findings_of(self.record(**setting)) if f.code == code]
        return max(found, default=None)
