"""Sentences for what the engine and the workers say by code.

The engine and the database keep codes and values; here they become words, in the
reader's language, that say what to do.
"""

from __future__ import annotations

from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from classrooms.messages import describe_failure
from experiments.engine.config import Change, ExperimentConfig, FieldError
from experiments.engine.models import MODELS

__all__ = ["describe_change", "describe_config_error", "describe_failure", "describe_warning"]

OPTION_LABELS: dict[Any, str | Promise] = {
    True: gettext_lazy("yes"),
    False: gettext_lazy("no"),
    None: gettext_lazy("no limit"),
    "none": gettext_lazy("none"),
    "balanced": gettext_lazy("balanced"),
    "median": gettext_lazy("median"),
    "mean": gettext_lazy("mean"),
    "most_frequent": gettext_lazy("most frequent"),
    "zero": gettext_lazy("zero"),
    "category": gettext_lazy("a category of their own"),
    "standard": gettext_lazy("standard"),
    "one_hot": gettext_lazy("one-hot"),
    "prior": gettext_lazy("shares of the classes"),
    "stratified": gettext_lazy("at random, with the classes' shares"),
    "uniform": gettext_lazy("at random, half and half"),
    "sqrt": gettext_lazy("square root of their number"),
    "log2": gettext_lazy("logarithm of their number"),
    "all": gettext_lazy("all"),
}

CONFIG_ERRORS: dict[str, str | Promise] = {
    "unknown_column": gettext_lazy("There is no column “%(name)s”."),
    "unusable_column": gettext_lazy(
        "“%(name)s” is free text or a date, which no model here can use yet: leave it out."
    ),
    "target_as_feature": gettext_lazy("“%(name)s” is what you predict: it cannot be a feature."),
    "duplicate_column": gettext_lazy("“%(name)s” stands there twice: keep one."),
    "too_short": gettext_lazy("Choose at least one feature."),
    "too_long": gettext_lazy("Fewer entries are allowed: %(max_length)s at most."),
    "missing": gettext_lazy("This is missing."),
    "extra_forbidden": gettext_lazy("There is no such setting: remove it or correct its name."),
    "greater_than_equal": gettext_lazy("Must be %(ge)s or more."),
    "less_than_equal": gettext_lazy("Must be %(le)s or less."),
    "tiny_number": gettext_lazy("Must be 0, or %(least)s or more."),
    "finite_number": gettext_lazy("Must be a finite number."),
    "int_type": gettext_lazy("Must be a whole number, without quotes."),
    "int_from_float": gettext_lazy("Must be a whole number."),
    "float_type": gettext_lazy("Must be a number, without quotes."),
    "bool_type": gettext_lazy("Must be true or false."),
    "string_type": gettext_lazy("Must be text; put it in quotes."),
    "list_type": gettext_lazy("Must be a list."),
    "literal_error": gettext_lazy("Must be one of: %(expected)s."),
    "union_tag_invalid": gettext_lazy(
        "There is no model “%(tag)s”. Choose one of: %(expected_tags)s."
    ),
    "union_tag_not_found": gettext_lazy("Name the model: one of %(expected_tags)s."),
    "yaml_syntax": gettext_lazy(
        "Line %(line)s is not plain YAML: check indentation, quotes, repeated names and aliases."
    ),
    "yaml_too_long": gettext_lazy("The config is too long: %(limit)s characters at most."),
    "yaml_not_a_mapping": gettext_lazy("Write the config as “name: value” lines."),
}

WARNINGS: dict[str, str | Promise] = {
    "not_converged": gettext_lazy(
        "The model stopped before it converged: scale the columns, or allow more iterations."
    ),
}


def option_label(value: Any) -> str:
    """An option's value in words; numbers by the locale, names as they are."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(number_format(value))
    return str(OPTION_LABELS.get(value, value))


def describe_config_error(error: FieldError) -> str:
    """What is wrong with a field, and what is allowed."""
    if error.code == "unknown_column" and error.context.get("suggestion"):
        return _("There is no column “%(name)s”. Did you mean “%(suggestion)s”?") % error.context
    sentence = CONFIG_ERRORS.get(error.code)
    if sentence is None:
        return _("This value cannot be used here.")
    return str(sentence) % error.context


def describe_warning(code: str) -> str:
    """What a run warns of."""
    return str(WARNINGS.get(code, code))


def describe_change(change: Change) -> str:
    """One difference between two configs, in words."""
    if change.path == ("features",):
        if change.before is None:
            return _("+ column %(name)s") % {"name": change.after}
        return _("− column %(name)s") % {"name": change.before}
    if change.path == ("model", "name"):
        before, after = _(MODELS[change.before].label), _(MODELS[change.after].label)
        return _("model: %(before)s → %(after)s") % {"before": before, "after": after}
    return _("%(name)s: %(before)s → %(after)s") % {
        "name": _field_title(change.path),
        "before": option_label(change.before),
        "after": option_label(change.after),
    }


def _field_title(path: tuple[str, ...]) -> str:
    """The declared title of a config field; its name where the model knows it better."""
    if path[0] == "model":
        for model in MODELS.values():
            if path[1] in model.model_fields and model.model_fields[path[1]].title:
                return _(str(model.model_fields[path[1]].title))
    fields = ExperimentConfig.model_fields
    for name in path[:-1]:
        fields = fields[name].annotation.model_fields  # type: ignore[union-attr]
    return _(fields[path[-1]].title or path[-1])
