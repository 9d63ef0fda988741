"""The search over hyperparameters: what is declared, and its candidates as a spec."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, Field

from engine.messages import N_
from engine.spec.columns import STRICT
from engine.spec.estimators import EstimatorSpec
from engine.spec.metrics import SearchMetric
from engine.spec.models import MODELS, ModelSpec

# Each round of a halving search keeps one candidate in so many, and learns from so many
# times the rows.
HALVING_FACTOR = 3
HALVING_ROUNDS = 3
LEAST_ROWS = 20


class Range(BaseModel):
    """The range of a hyperparameter: uniform between two bounds, or on a log scale."""

    model_config = STRICT

    low: float = Field(title=N_("From"), description=N_("Smallest value to try."))
    high: float = Field(title=N_("To"), description=N_("Largest value to try."))
    log: bool = Field(
        False,
        title=N_("Log scale"),
        description=N_("Tries as many values from 0.01 to 0.1 as from 0.1 to 1."),
    )


class Search(BaseModel):
    """Tries drawn hyperparameters on cross-validation within train, before the run proper."""

    model_config = STRICT

    method: Literal["none", "random", "halving"] = Field(
        "none",
        title=N_("Search"),
        description=N_(
            "Random: every trial uses all rows. Halving: weak trials drop out early, on few rows."
        ),
    )
    trials: int = Field(
        20,
        ge=2,
        le=200,
        title=N_("Max trials"),
        description=N_("How many combinations to try."),
    )
    seconds: int = Field(
        60,
        ge=5,
        le=600,
        title=N_("Max seconds"),
        description=N_("No trial starts after this time; the best so far wins."),
    )
    metric: SearchMetric = Field(
        "roc_auc",
        title=N_("Metric"),
        description=N_("The metric that picks the best trial, in cross-validation."),
    )
    ranges: dict[str, Range] = Field(
        default_factory=dict,
        max_length=8,
        title=N_("Ranges"),
        description=N_("Hyperparameters to search, each with its bounds."),
    )

    @property
    def is_on(self) -> bool:
        return self.method != "none"


@dataclass(frozen=True)
class Replay:
    """How far a search came within its budget of seconds, so that it can be repeated exactly.

    Attributes:
        candidates: how many draws were tried.
        rounds: of each round, every how many rows of a class it learned from.
    """

    candidates: int
    rounds: tuple[int, ...]


def searchable_fields(model: type[ModelSpec]) -> list[str]:
    """Hyperparameters that a search may draw: numbers that the estimator knows by their name."""
    return [
        name
        for name, info in model.model_fields.items()
        if name not in model.translated and _is_number(info.annotation)
    ]


def _is_number(annotation: Any) -> bool:
    return annotation in (int, float, int | None, float | None)


def is_whole(model: type[ModelSpec], name: str) -> bool:
    """Return whether a hyperparameter only accepts whole numbers."""
    return model.model_fields[name].annotation in (int, int | None)


def distributions(search: Search, model_name: str) -> dict[str, EstimatorSpec]:
    """The distribution of each hyperparameter, as scipy.stats knows it."""
    model = MODELS[model_name]
    return {name: _distribution(r, is_whole(model, name)) for name, r in search.ranges.items()}


def _distribution(drawn: Range, whole: bool) -> EstimatorSpec:
    if whole:
        return EstimatorSpec("scipy.stats", "randint", (int(drawn.low), int(drawn.high) + 1))
    if drawn.log:
        return EstimatorSpec("scipy.stats", "loguniform", (drawn.low, drawn.high))
    return EstimatorSpec("scipy.stats", "uniform", (drawn.low, drawn.high - drawn.low))


def search_rounds(search: Search, rarest: int) -> list[int]:
    """In each round, every how many rows of a class are learned from.

    Args:
        rarest: rows of the rarer class in train; a round that would leave too few is left out.
    """
    if search.method == "random":
        return [1]
    powers = reversed(range(HALVING_ROUNDS))
    rounds = [HALVING_FACTOR**power for power in powers]
    return [every for every in rounds if every == 1 or rarest / every >= LEAST_ROWS]
