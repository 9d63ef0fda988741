"""The outcome of an experiment: the only reading of its verdict.

Page, log, notebook, slides, board, summary, API, coach and rules read it from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from classrooms.dojos.settings.margins import margin_of
from engine.judge import verdict as judging
from engine.judge.numbers import Interval
from engine.judge.verdict import Direction, Forecast, Guard, Verdict
from engine.spec.metrics import METRICS, Metric
from experiments.forecasts.belief import is_believed
from experiments.forecasts.registering import forecast_from
from experiments.models import Experiment


@dataclass(frozen=True)
class Guardrail:
    """What became of the second metric that was not to get worse."""

    metric: Metric
    allowed: float
    guard: Guard
    interval: Interval


@dataclass(frozen=True)
class Outcome:
    """What a result says of what was forecast.

    Attributes:
        metric: of the forecast; the Dojo's primary one without a forecast.
        forecast: None where nothing was forecast.
        verdict: None where nothing was forecast.
        estimate, interval: of the difference; of the score where there is no reference.
        margin: as little as this does not matter.
        direction: None of a score.
        rows_needed: with which the forecast effect would be seen; None where that is no
            question.
        is_same: the metric reads the same of both runs' predictions.
    """

    metric: Metric
    forecast: Forecast | None
    verdict: Verdict | None
    estimate: float
    interval: Interval
    margin: float
    direction: Direction | None
    rows: int
    rows_needed: int | None = None
    guardrail: Guardrail | None = None
    is_same: bool = False

    @property
    def is_right(self) -> bool:
        return self.verdict in judging.RIGHT

    @property
    def is_missed(self) -> bool:
        return self.verdict in judging.MISSED

    @property
    def is_decided(self) -> bool:
        return self.verdict in judging.DECIDED


def metric_of(experiment: Experiment) -> Metric:
    """The metric that the hypothesis speaks of."""
    return METRICS[experiment.forecast_metric or experiment.seat.dojo.primary_metric]


def forecast_of(experiment: Experiment) -> Forecast | None:
    """What was forecast; None where nothing was."""
    return forecast_from(experiment.forecast_fields)


def outcome_of(experiment: Experiment) -> Outcome | None:
    """The outcome; None before there is one to speak of."""
    if experiment.compared_to_id is None:
        return _of_score(experiment)
    return _of_difference(
        experiment,
        metric_of(experiment),
        forecast_of(experiment),
        experiment.run.comparison.get("differences", {}),
    )


def outcome_against(
    experiment: Experiment, other: Experiment, differences: dict[str, Any]
) -> Outcome | None:
    """The outcome against any other run.

    A forecast counts only against the run that it was made for: beside another one, the
    interval speaks for itself, of the Dojo's primary metric.

    Args:
        differences: from that run, by metric, as a comparison of the two found them.
    """
    if experiment.compared_to_id == other.pk:
        return outcome_of(experiment)
    metric = METRICS[experiment.seat.dojo.primary_metric]
    return _of_difference(experiment, metric, None, differences)


def _of_difference(
    experiment: Experiment,
    metric: Metric,
    forecast: Forecast | None,
    found: dict[str, Any],
) -> Outcome | None:
    if metric.name not in found:
        return None
    interval, dojo = _interval(found[metric.name]), experiment.seat.dojo
    margin = margin_of(dojo, metric.name)
    rows = int(dojo.dataset.part_sizes.get("test", 0))
    verdict, needed, guard = None, None, None
    if forecast is not None:
        believed = is_believed(experiment)
        verdict = judging.verdict_on(interval, forecast, margin=margin, is_believed=believed)
        guard = _guardrail(experiment, found)
    if forecast is not None and verdict == "cannot_tell":
        needed = judging.rows_needed(interval, forecast, margin=margin, rows=rows)
    return Outcome(
        metric=metric,
        forecast=forecast,
        verdict=verdict,
        estimate=found[metric.name].get("estimate", sum(interval) / 2),
        interval=interval,
        margin=margin,
        direction=judging.direction(interval, higher_is_better=metric.higher_is_better),
        rows=rows,
        rows_needed=needed,
        guardrail=guard,
        is_same=interval[0] == interval[1],
    )


def _of_score(experiment: Experiment) -> Outcome | None:
    metric, run = metric_of(experiment), experiment.run
    ends, value = run.intervals.get(metric.name), run.score("test", metric.name)
    forecast = forecast_of(experiment)
    if not ends or value is None or forecast is None:
        return None
    dojo = experiment.seat.dojo
    margin, interval = margin_of(dojo, metric.name), (ends[0], ends[1])
    return Outcome(
        metric=metric,
        forecast=forecast,
        verdict=judging.verdict_on(
            interval, forecast, margin=margin, is_believed=is_believed(experiment)
        ),
        estimate=value,
        interval=interval,
        margin=margin,
        direction=None,
        rows=int(dojo.dataset.part_sizes.get("test", 0)),
    )


def _guardrail(experiment: Experiment, differences: dict[str, Any]) -> Guardrail | None:
    name, allowed = experiment.guardrail_metric, experiment.guardrail_allowed
    if not name or allowed is None or name not in differences:
        return None
    metric, interval = METRICS[name], _interval(differences[name])
    guard = judging.guardrail(interval, allowed, higher_is_better=metric.higher_is_better)
    return Guardrail(metric, allowed, guard, interval)


def _interval(difference: dict[str, float]) -> Interval:
    return difference["low"], difference["high"]
