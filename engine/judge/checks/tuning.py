"""Checks of the hyperparameters; imports no scientific library."""

from __future__ import annotations

import math
from collections.abc import Mapping

from engine.judge.checks.check import (
    EDGE_OF_SEARCH,
    NOTHING_TUNED,
    Check,
    found_if,
    not_applicable,
)
from engine.spec.config import ExperimentConfig
from engine.spec.models import ModelSpec
from engine.spec.search import Range, is_whole

# Within this share of a range, as the search draws from it, a value is at its edge.
EDGE = 0.05


def within_ranges(config: ExperimentConfig, best: Mapping[str, float]) -> Check:
    """Whether the best values of a search lie at the edge of what was tried.

    Args:
        config: as it was submitted, with the search.
        best: the hyperparameters that won; empty where nothing was searched.
    """
    if not config.search.is_on or not best:
        return not_applicable(EDGE_OF_SEARCH)
    model = type(config.model)
    at_edge = []
    for name, drawn in config.search.ranges.items():
        if name in best and (end := _end_near(best[name], drawn, whole=is_whole(model, name))):
            bound = drawn.low if end == "low" else drawn.high
            at_edge.append({"name": name, "value": best[name], "bound": bound, "end": end})
    return found_if(EDGE_OF_SEARCH, bool(at_edge), model=config.model.name, parameters=at_edge)


def _end_near(value: float, drawn: Range, *, whole: bool) -> str:
    """“low” or “high” where a value lies at an end of its range; else empty."""
    if drawn.low == drawn.high:
        return ""
    if whole:
        return "low" if value <= drawn.low else "high" if value >= drawn.high else ""
    low, high = drawn.low, drawn.high
    if drawn.log:
        value, low, high = (math.log(one) for one in (value, low, high))
    place = (value - low) / (high - low)
    return "low" if place <= EDGE else "high" if place >= 1 - EDGE else ""


def anything_tuned(config: ExperimentConfig) -> Check:
    """Whether some hyperparameter is not as the library has it, or was searched for."""
    members = [m for m in getattr(config.model, "members", [config.model]) if _has_choices(m)]
    if not members:
        return not_applicable(NOTHING_TUNED)
    is_tuned = config.search.is_on or any(member != type(member)() for member in members)
    return found_if(NOTHING_TUNED, not is_tuned, model=config.model.name)


def _has_choices(model: ModelSpec) -> bool:
    return set(type(model).model_fields) > {"name"}
