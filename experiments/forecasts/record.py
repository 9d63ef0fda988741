"""How somebody's forecasts did: skill, ranges that held, and how sure they were."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from classrooms.dojos.settings.margins import usual_error_of
from engine.judge.power import single_error, usual_change
from engine.judge.skill import (
    CalibrationPoint,
    Scored,
    calibration_curve,
    mean_skill,
    score_forecast,
)
from experiments.forecasts.outcomes import outcome_of
from experiments.models import Experiment

# From so many forecasts with a chance on, a person has a curve of their own.
FEWEST_FOR_CURVE = 10


@dataclass(frozen=True)
class ForecastRecord:
    """The scored forecasts of a person, or of a room."""

    scored: tuple[Scored, ...]

    @property
    def count(self) -> int:
        return len(self.scored)

    @property
    def held(self) -> int:
        """Forecast ranges that the measured difference lay in."""
        return sum(one.is_held for one in self.scored)

    @property
    def skill(self) -> float | None:
        """Mean skill, −1 to 1; None before three scored forecasts."""
        return mean_skill(self.scored)

    @property
    def curve(self) -> list[CalibrationPoint]:
        """How sure against how often, once there are enough."""
        known = [one for one in self.scored if one.chance is not None]
        return calibration_curve(known) if len(known) >= FEWEST_FOR_CURVE else []


def forecast_record(experiments: Iterable[Experiment]) -> ForecastRecord:
    """The scored forecasts of these experiments.

    Not scored: a score without a reference, a baseline, and what somebody of the Dojo had a
    result of when it was submitted.
    """
    scored = (_scored(one) for one in experiments)
    return ForecastRecord(tuple(one for one in scored if one is not None))


def _scored(experiment: Experiment) -> Scored | None:
    if experiment.compared_to_id is None or experiment.is_baseline or experiment.run.was_known:
        return None
    outcome = outcome_of(experiment)
    if outcome is None or outcome.forecast is None or outcome.verdict == "not_believed":
        return None
    forecast, metric = outcome.forecast, outcome.metric.name
    single = _error_of_score(experiment, metric)
    if not single:
        return None
    return score_forecast(
        forecast.kind,
        (forecast.low, forecast.high),
        outcome.estimate,
        error=usual_change(experiment.run.comparison.get("kind", ""), metric, single=single),
        margin=forecast.margin if forecast.kind == "stays" else outcome.margin,
        chance=forecast.chance,
    )


def _error_of_score(experiment: Experiment, metric: str) -> float | None:
    """Of the run's own score, by its interval: the scale of differences on this test set."""
    ends = experiment.run.intervals.get(metric)
    if ends:
        return single_error((ends[0], ends[1]))
    return usual_error_of(experiment.seat.dojo, metric)
