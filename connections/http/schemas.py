"""Schemas of the API's requests and responses."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from engine.messages import N_
from engine.spec.text import is_storable


def _storable(text: Any) -> Any:
    if isinstance(text, str) and not is_storable(text):
        # Put into words where errors of the config are.
        raise PydanticCustomError("unstorable_text", "text that cannot be stored")
    return text


# What a body says in words. A config is checked whole, by the engine.
Text = Annotated[str, BeforeValidator(_storable)]
FiniteNumber = Annotated[float | None, Field(ge=-10, le=10, strict=True, allow_inf_nan=False)]


class DojoItem(Schema):
    """A Dojo that you take part in."""

    id: str
    title: str
    language: str
    state: str = Field(description=N_("draft, running, paused or ended."))
    role: str = Field(description=N_("participant or facilitator: facilitators can't submit."))
    can_submit: bool
    page: str = Field(description=N_("The Dojo's web address."))


class ColumnItem(Schema):
    """A column that a config may use."""

    name: str
    type: str


class DojoDetail(DojoItem):
    """A Dojo, and what a config needs to know of it."""

    experiments_left: int | None = Field(description=N_("null if there is no limit."))
    metric: str = Field(description=N_("The primary metric."))
    success_threshold: float
    target: str
    positive_class: str
    columns: list[ColumnItem]
    models: list[str] = Field(description=N_("The models that this Dojo allows."))
    config: dict[str, Any] = Field(
        description=N_("A config to start from: that of your latest experiment, or a baseline.")
    )


class Submission(Schema):
    """A hypothesis, and the config that tests it."""

    model_config = ConfigDict(extra="forbid")

    claim: Text = Field(
        min_length=1,
        max_length=1000,
        description=N_("The claim you are testing: one change, in one sentence."),
    )
    rationale: Text = Field(min_length=1, max_length=2000, description=N_("Why it should work."))
    expected_effect: float | None = Field(
        None,
        ge=-10,
        le=10,
        strict=True,
        allow_inf_nan=False,
        description=N_(
            "Your forecast of the change in the metric on the test set; for a first "
            "experiment, of the score. Required with compared_to."
        ),
    )
    forecast_metric: str = Field(
        "", max_length=20, description=N_("Metric of the forecast; empty: the primary one.")
    )
    forecast_kind: Literal["", "rises", "falls", "stays"] = Field(
        "", description=N_("What the metric does; empty: by the sign of expected_effect.")
    )
    forecast_low: FiniteNumber = Field(
        None, description=N_("Low end of the range that holds the result 4 times in 5.")
    )
    forecast_high: FiniteNumber = Field(None, description=N_("Its high end."))
    forecast_chance: FiniteNumber = Field(
        None, description=N_("How sure you are of rises, falls or stays, from 0.01 to 0.99.")
    )
    guardrail_metric: str = Field(
        "", max_length=20, description=N_("A metric that is not to get worse.")
    )
    guardrail_allowed: FiniteNumber = Field(
        None, description=N_("By how much it may get worse all the same.")
    )
    compared_to: int | None = Field(
        None,
        ge=1,
        le=100_000,
        strict=True,
        description=N_("The number of your earlier experiment to compare this one with."),
    )
    config: dict[str, Any] | str = Field(
        description=N_("The config: an object, or YAML text. Settings left out get their default.")
    )
    without_baseline: bool = Field(
        False,
        strict=True,
        description=N_(
            "Run it even though it is your first experiment and not a baseline, if "
            "the Dojo allows it."
        ),
    )


class Scores(Schema):
    """Metrics by name; an empty object before there is one."""

    train: dict[str, float | None]
    cross_validation: dict[str, float | None] = Field(description=N_("Mean over the folds."))
    test: dict[str, float | None]
    holdout: dict[str, float | None] | None = Field(
        description=N_("null until the facilitator reveals it.")
    )


class Forecast(Schema):
    """What was said before the run."""

    metric: str
    kind: str = Field(description=N_("rises, falls, stays, or score without compared_to."))
    low: float
    high: float
    chance: float | None
    margin: float | None = Field(description=N_("With stays: as little as this is no change."))


class Verdict(Schema):
    """What the 95% interval says of the forecast."""

    code: str = Field(
        description=N_(
            "not_believed, equivalent, refuted, opposite, too_small, as_forecast, smaller, "
            "larger or cannot_tell."
        )
    )
    reason: str
    interval: list[float]
    margin: float
    rows_needed: int | None
    guardrail: str = Field(description=N_("held, broken, not_shown, or empty without one."))


class ExperimentItem(Schema):
    """One of your experiments."""

    id: str
    number: int
    claim: str
    status: str = Field(
        description=N_("queued, running, succeeded, failed, timed_out or cancelled.")
    )
    is_finished: bool
    submitted_at: datetime
    page: str = Field(description=N_("The Dojo's web address."))


class ExperimentDetail(ExperimentItem):
    """One of your experiments, with its result."""

    rationale: str
    expected_effect: float | None
    forecast: Forecast | None
    compared_to: int | None
    config: dict[str, Any]
    scores: Scores
    intervals: dict[str, list[float] | None] = Field(
        description=N_("95% intervals of the test scores.")
    )
    difference: float | None = Field(
        description=N_("Difference in the primary metric on the test set, vs compared_to.")
    )
    verdict: Verdict | None = Field(
        description=N_("What the result says of the forecast; null before there is one.")
    )
    sentence: str = Field(description=N_("What happened, in one sentence."))
    failure: str = Field(description=N_("Why there is no result, if there is none."))
    may_be_restarted: bool = Field(
        description=N_("The run failed through no fault of yours: call restart.")
    )
    warnings: list[str]
    fit_seconds: float | None
    fingerprint: str = Field(description=N_("Equal fingerprints give equal results."))
    claims: list[str] = Field(description=N_("What the conclusion claims, a sentence each."))
    decision: str = Field(
        description=N_("keep, reject, iterate, or empty. Set on the experiment's page.")
    )
