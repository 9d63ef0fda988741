"""Configs that can be run here: what only the installation and the Dojo know."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.conf import settings

from experiments.engine.config import ConfigInvalid, ExperimentConfig, FieldError, validate_config
from experiments.engine.schema import Schema
from experiments.rules import refused_models


def runnable_config(data: Any, schema: Schema, allowed: Collection[str] = ()) -> ExperimentConfig:
    """A valid config of allowed models whose search leaves half of a run's time for the run.

    Args:
        allowed: names of models; all where empty.

    Raises:
        ConfigInvalid: with every error that was found.
    """
    config = validate_config(data, schema)
    if path := _null_character(data, ()):
        raise ConfigInvalid([FieldError(path, "null_character")])
    most = settings.RUN_SOFT_TIME_LIMIT_SECONDS // 2
    if config.search.is_on and config.search.seconds > most:
        raise ConfigInvalid([FieldError(("search", "seconds"), "less_than_equal", {"le": most})])
    if refused := refused_models(config, allowed):
        raise ConfigInvalid(refused)
    return config


def _null_character(value: Any, path: tuple[str, ...]) -> tuple[str, ...]:
    """Where a text has one, which not every database can hold; empty where none has."""
    match value:
        case str():
            return path if "\0" in value else ()
        case dict():
            inner = [(str(key), one) for key, one in value.items()]
        case list():
            inner = [(str(place), one) for place, one in enumerate(value)]
        case _:
            return ()
    found = (_null_character(one, (*path, key)) for key, one in inner)
    return next((place for place in found if place), ())
