"""Apply the rules of a Dojo to an experiment."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.dispatch import receiver

from classrooms.dojos.settings.rules import BASELINE_MODELS, rules_changed, runs_are_asked_for
from classrooms.models import Dojo, Seat
from classrooms.models.rules import BaselineRule
from engine.spec.config import Columns, ExperimentConfig, FieldError, default_config
from engine.spec.models import ENSEMBLES, MODELS, SINGLE_MODELS
from experiments.forecasts.belief import leaks_of, traps_of
from experiments.leaderboard.requests import request_leaderboard
from experiments.models import Experiment, Run
from jobs.models import UNFINISHED, JobStatus


@receiver(runs_are_asked_for, dispatch_uid="runs of a Dojo")
def dojo_has_runs(dojo: Dojo, **_kwargs: Any) -> bool:
    """Return whether anything was submitted in this Dojo."""
    return Run.objects.filter(experiment__seat__dojo=dojo).exists()


@receiver(rules_changed, dispatch_uid="leaderboard by other rules")
def stand_otherwise(dojo: Dojo, **_kwargs: Any) -> None:
    """By another metric, other runs are the best."""
    request_leaderboard(dojo)


def refused_models(config: ExperimentConfig, allowed: Collection[str]) -> list[FieldError]:
    """Which models of a config a Dojo does not allow, those inside an ensemble included.

    Args:
        allowed: names of models; all where empty.
    """
    model = config.model
    members = getattr(model, "members", ()) if model.name in ENSEMBLES else ()
    named = [(("model", "name"), model.name)] + [
        (("model", "members", str(place), "name"), member.name)
        for place, member in enumerate(members)
    ]
    context = {"models": [name for name in MODELS if name in allowed]}
    return [
        FieldError(path, "model_not_allowed", context)
        for path, name in named
        if allowed and name not in allowed
    ]


def allowed_model(preferred: str, allowed: Collection[str]) -> str:
    """The preferred model where it is allowed; else the simplest single one that is."""
    if not allowed or preferred in allowed:
        return preferred
    return next((name for name in SINGLE_MODELS if name in allowed), preferred)


def baseline_model(allowed: Collection[str]) -> str:
    """The model of a first experiment: a logistic regression, or what there is instead."""
    return allowed_model("logistic_regression", allowed)


def simple_models(allowed: Collection[str]) -> frozenset[str]:
    """Models that are a baseline where nothing has run before; one at least is allowed."""
    return BASELINE_MODELS | {baseline_model(allowed)}


def first_config(dojo: Dojo, model: str) -> ExperimentConfig:
    """The default config of this Dojo: every column but identifiers, and but those that are
    recorded after the outcome and are no trap to find."""
    schema, hidden = dojo.schema, leaks_of(dojo) - traps_of(dojo)
    config = default_config(schema, model)
    kept = [name for name in config.columns.chosen(schema) if name not in hidden]
    return config.model_copy(update={"columns": Columns(include=kept)}) if kept else config


def starting_config(dojo: Dojo, previous: Experiment | None) -> ExperimentConfig:
    """The config that a new experiment starts from: the previous one's, as far as it is allowed."""
    default = first_config(dojo, baseline_model(dojo.rules.allowed_models))
    if previous is None:
        return default
    config = previous.parsed_config
    if refused_models(config, dojo.rules.allowed_models):
        return config.model_copy(update={"model": default.model, "search": default.search})
    return config


def experiments_left(seat: Seat) -> int | None:
    """Number of experiments that this person may still submit; None if there is no limit.

    Those that have a result count, or that will have one: a run that failed or was cancelled
    has taught nobody anything.
    """
    most = seat.dojo.rules.max_experiments
    if most is None:
        return None
    counting = UNFINISHED | {JobStatus.SUCCEEDED}
    used = Run.objects.results().filter(experiment__seat=seat, status__in=counting).count()
    return max(most - used, 0)


def lacks_baseline(seat: Seat, config: ExperimentConfig, *, is_waived: bool) -> bool:
    """Whether a baseline has to come before this config.

    Args:
        is_waived: the participant confirmed that the first experiment is none, which
            counts only where a baseline is merely asked for.
    """
    simple = simple_models(seat.dojo.rules.allowed_models)
    if config.model.name in simple:
        return False
    earlier = Experiment.objects.filter(seat=seat)
    if seat.dojo.rules.baseline_rule == BaselineRule.REQUIRE:
        return not earlier.filter(config__model__name__in=simple).exists()
    return not is_waived and not earlier.exists()
