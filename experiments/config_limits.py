"""Configs that this installation can run: what only its settings know."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from experiments.engine.config import ConfigInvalid, ExperimentConfig, FieldError, validate_config
from experiments.engine.schema import Schema


def runnable_config(data: Any, schema: Schema) -> ExperimentConfig:
    """A valid config whose search leaves half of a run's time for the run itself.

    Raises:
        ConfigInvalid: with every error that was found.
    """
    config = validate_config(data, schema)
    most = settings.RUN_SOFT_TIME_LIMIT_SECONDS // 2
    if config.search.is_on and config.search.seconds > most:
        raise ConfigInvalid([FieldError(("search", "seconds"), "less_than_equal", {"le": most})])
    return config
