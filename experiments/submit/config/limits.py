"""Limits on configs that only the server and the Dojo know."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.conf import settings

from engine.spec.config import ConfigInvalid, ExperimentConfig, FieldError, validate_config
from engine.spec.schema import Schema
from experiments.submit.rules import refused_models


def runnable_config(data: Any, schema: Schema, allowed: Collection[str] = ()) -> ExperimentConfig:
    """A valid config of allowed models whose search leaves half of a run's time for the run.

    Args:
        allowed: names of models; all where empty.

    Raises:
        ConfigInvalid: with every error that was found.
    """
    config = validate_config(data, schema)
    most = settings.RUN_SOFT_TIME_LIMIT_SECONDS // 2
    if config.search.is_on and config.search.seconds > most:
        raise ConfigInvalid([FieldError(("search", "seconds"), "less_than_equal", {"le": most})])
    if refused := refused_models(config, allowed):
        raise ConfigInvalid(refused)
    return config
