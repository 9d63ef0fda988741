"""What the rules of a Dojo mean for an experiment."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.dispatch import receiver

from classrooms.models import Dojo, Membership
from classrooms.models.dojos import BaselineRule
from classrooms.rules import BASELINE_MODELS, rules_changed, runs_are_asked_for
from experiments.board.asking import request_standings
from experiments.engine.config import ExperimentConfig, FieldError, default_config
from experiments.engine.models import ENSEMBLES, MODELS, SINGLE_MODELS
from experiments.models import Experiment, Run


@receiver(runs_are_asked_for, dispatch_uid="runs of a Dojo")
def dojo_has_runs(dojo: Dojo, **_kwargs: Any) -> bool:
    """Whether anything was submitted in this Dojo."""
    return Run.objects.filter(experiment__membership__dojo=dojo).exists()


@receiver(rules_changed, dispatch_uid="standings by other rules")
def stand_otherwise(dojo: Dojo, **_kwargs: Any) -> None:
    """What counts may be another run, as with the ladder."""
    request_standings(dojo)


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


def starting_config(dojo: Dojo, previous: Experiment | None) -> ExperimentConfig:
    """What a new experiment starts from: the config of the one before, as far as it is allowed."""
    default = default_config(dojo.schema, baseline_model(dojo.allowed_models))
    if previous is None:
        return default
    config = previous.parsed_config
    if refused_models(config, dojo.allowed_models):
        return config.model_copy(update={"model": default.model, "search": default.search})
    return config


def experiments_left(membership: Membership) -> int | None:
    """How many experiments this person may still submit; None where nobody counts."""
    most = membership.dojo.max_experiments
    if most is None:
        return None
    return max(most - Experiment.objects.filter(membership=membership).count(), 0)


def lacks_baseline(membership: Membership, config: ExperimentConfig, *, is_waived: bool) -> bool:
    """Whether a baseline has to come before this config.

    Args:
        is_waived: the participant confirmed that the first experiment is none, which
            counts only where a baseline is merely asked for.
    """
    if config.model.name in BASELINE_MODELS:
        return False
    earlier = Experiment.objects.filter(membership=membership)
    if membership.dojo.baseline_rule == BaselineRule.REQUIRE:
        return not earlier.filter(config__model__name__in=BASELINE_MODELS).exists()
    return not is_waived and not earlier.exists()
