"""A forecast as it is registered: what was typed, and a default for all that was not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from classrooms.dojos.settings.margins import margin_of
from classrooms.models import Dojo
from engine.judge.verdict import Forecast, Kind
from engine.spec.metrics import METRICS

# Of a forecast without a range: from half to one and a half times the size.
NEAR = 0.5
# Of a forecast score without one.
AROUND_SCORE = 0.05
AROUND_OTHER = 0.25


@dataclass(frozen=True)
class Typed:
    """What somebody filled in; all but the size may be left out.

    Attributes:
        size: the expected difference with its sign, or the score where there is no reference;
            with "stays", 0 or the margin.
    """

    size: float | None = None
    metric: str = ""
    kind: str = ""
    low: float | None = None
    high: float | None = None
    chance: float | None = None
    guardrail_metric: str = ""
    guardrail_allowed: float | None = None


def kind_of(typed: Typed, *, has_reference: bool) -> Kind:
    """The kind of a forecast: as chosen, or by the sign of its size."""
    if not has_reference:
        return "score"
    match typed.kind:
        case "rises" | "falls" | "stays":
            return typed.kind
    if not typed.size:
        return "stays"
    return "rises" if typed.size > 0 else "falls"


def registered(typed: Typed, dojo: Dojo, *, has_reference: bool) -> dict[str, Any]:
    """The fields of an experiment; without a size there is no forecast."""
    if typed.size is None:
        return {"expected_effect": None}
    kind = kind_of(typed, has_reference=has_reference)
    metric = typed.metric or dojo.primary_metric
    margin = None
    size = typed.size
    if kind == "stays":
        margin = abs(typed.size) or margin_of(dojo, metric)
        size = 0.0
    low, high = _range(kind, metric, size, margin or 0.0)
    return {
        "expected_effect": size,
        "forecast_metric": metric,
        "forecast_kind": kind,
        "forecast_low": low if typed.low is None else typed.low,
        "forecast_high": high if typed.high is None else typed.high,
        "forecast_chance": typed.chance,
        "forecast_margin": margin,
        "guardrail_metric": typed.guardrail_metric if has_reference else "",
        "guardrail_allowed": typed.guardrail_allowed if has_reference else None,
    }


def _range(kind: Kind, metric: str, size: float, margin: float) -> tuple[float, float]:
    """The 80 % range that goes with a size."""
    if kind == "stays":
        return -margin, margin
    if kind == "score":
        reach = AROUND_SCORE if METRICS[metric].is_share else AROUND_OTHER * abs(size)
        return size - reach, size + reach
    ends = (size * (1 - NEAR), size * (1 + NEAR))
    return min(ends), max(ends)


def forecast_from(fields: dict[str, Any]) -> Forecast | None:
    """The forecast in an experiment's fields; None where there is none."""
    kind, size = fields.get("forecast_kind"), fields.get("expected_effect")
    if not kind or size is None:
        return None
    return Forecast(
        kind=kind,
        size=size,
        low=fields["forecast_low"],
        high=fields["forecast_high"],
        chance=fields["forecast_chance"],
        margin=fields["forecast_margin"] or 0.0,
    )
