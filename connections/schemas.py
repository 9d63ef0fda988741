"""What the API takes and gives."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Schema
from pydantic import ConfigDict, Field

from experiments.engine.messages import N_


class DojoItem(Schema):
    """A Dojo that you take part in."""

    id: str
    title: str
    language: str
    state: str = Field(description=N_("draft, running, paused or ended."))
    role: str = Field(description=N_("participant or facilitator: who facilitates cannot submit."))
    can_submit: bool
    page: str = Field(description=N_("Its address for people."))


class ColumnItem(Schema):
    """A column that a config may use."""

    name: str
    type: str


class DojoDetail(DojoItem):
    """A Dojo, and what a config needs to know of it."""

    experiments_left: int | None = Field(description=N_("null where nobody counts."))
    metric: str = Field(description=N_("The metric that counts here."))
    success_threshold: float
    target: str
    positive_class: str
    columns: list[ColumnItem]
    models: list[str] = Field(description=N_("The models that this Dojo allows."))
    config: dict[str, Any] = Field(
        description=N_("A config to begin with: that of your latest experiment, or a baseline.")
    )


class Submission(Schema):
    """A hypothesis, and the config that tests it."""

    model_config = ConfigDict(extra="forbid")

    claim: str = Field(
        min_length=1, max_length=1000, description=N_("What you test: one change, in one sentence.")
    )
    rationale: str = Field(min_length=1, max_length=2000, description=N_("Why it should work."))
    expected_effect: float | None = Field(
        None,
        ge=-10,
        le=10,
        strict=True,
        allow_inf_nan=False,
        description=N_(
            "The change of the metric on test that you predict; of a first experiment, the score. "
            "Required with compared_to."
        ),
    )
    compared_to: int | None = Field(
        None,
        ge=1,
        le=100_000,
        strict=True,
        description=N_("The number of your earlier experiment that this one is measured against."),
    )
    config: dict[str, Any] | str = Field(
        description=N_("The config: an object, or a text in YAML. What is left out has a default.")
    )
    without_baseline: bool = Field(
        False,
        strict=True,
        description=N_("Run it although it is your first and no baseline, where the Dojo allows."),
    )


class Scores(Schema):
    """Metrics by name; an empty object before there is one."""

    train: dict[str, float | None]
    cross_validation: dict[str, float | None] = Field(description=N_("The mean of the folds."))
    test: dict[str, float | None]
    holdout: dict[str, float | None] | None = Field(
        description=N_("null until the facilitator reveals it.")
    )


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
    page: str = Field(description=N_("Its address for people."))


class ExperimentDetail(ExperimentItem):
    """One of your experiments, with its result."""

    rationale: str
    expected_effect: float | None
    compared_to: int | None
    config: dict[str, Any]
    scores: Scores
    intervals: dict[str, list[float] | None] = Field(description=N_("Of the test scores, at 95 %."))
    difference: float | None = Field(
        description=N_("Of the metric that counts on test, against compared_to.")
    )
    sentence: str = Field(description=N_("What happened, in one sentence."))
    failure: str = Field(description=N_("Why there is no result, where there is none."))
    warnings: list[str]
    fit_seconds: float | None
    fingerprint: str = Field(description=N_("Equal fingerprints give equal results."))
    decision: str = Field(description=N_("keep, reject, iterate, or empty: written on its page."))
