"""The config form as YAML text."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from engine.spec.config import ConfigInvalid, ExperimentConfig, FieldError
from engine.spec.schema import Schema
from engine.spec.yaml_text import MAX_CHARACTERS, dump_short_yaml, line_of, parse_yaml
from experiments.submit.config.limits import runnable_config
from experiments.wording.messages import describe_config_error


@dataclass(frozen=True)
class Problem:
    """What is wrong with the text, and in which line; 1 where it is in none alone."""

    line: int
    message: str


class YamlForm(forms.Form):
    """The same config as text: what differs from the defaults, and comments."""

    yaml = forms.CharField(
        label=_("Config as YAML"),
        help_text=_("What differs from the defaults. Comments stay as long as you work on it."),
        strip=False,
        max_length=MAX_CHARACTERS,
        widget=forms.Textarea(attrs={"class": "yaml", "spellcheck": "false", "rows": 24}),
    )

    def __init__(
        self, *args: Any, schema: Schema, allowed: Collection[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.schema, self.allowed = schema, allowed
        self.config: ExperimentConfig | None = None

    @classmethod
    def for_config(
        cls,
        config: ExperimentConfig,
        schema: Schema,
        allowed: Collection[str] = (),
        *,
        typed: str = "",
    ) -> YamlForm:
        """
        Args:
            typed: the text from which the config came, as somebody typed it.
        """
        text = typed if _says(typed, config) else dump_short_yaml(config)
        return cls(schema=schema, allowed=allowed, initial={"yaml": text})

    def clean_yaml(self) -> str:
        text: str = self.cleaned_data["yaml"]
        self.config, problems = read_config(text, self.schema, self.allowed)
        if problems:
            words = gettext("Line %(line)s: %(message)s")
            raise forms.ValidationError(
                [words % {"line": one.line, "message": one.message} for one in problems]
            )
        return text


def read_config(
    text: str, schema: Schema, allowed: Collection[str] = ()
) -> tuple[ExperimentConfig | None, list[Problem]]:
    """The config that a text says, or everything that is wrong with it."""
    try:
        data = parse_yaml(text)
    except ConfigInvalid as invalid:
        return None, [
            Problem(error.context.get("line", 1), describe_config_error(error))
            for error in invalid.errors
        ]
    try:
        return runnable_config(data, schema, allowed), []
    except ConfigInvalid as invalid:
        return None, [
            Problem(line_of(text, error.path), _located(error)) for error in invalid.errors
        ]


def _says(text: str, config: ExperimentConfig) -> bool:
    """Whether a text is this config's."""
    try:
        return bool(text) and ExperimentConfig.model_validate(parse_yaml(text)) == config
    except (ConfigInvalid, ValueError):
        return False


def _located(error: FieldError) -> str:
    """The sentence after the path that it is about."""
    sentence, path = describe_config_error(error), ".".join(error.path)
    if not path:
        return sentence
    return gettext("%(path)s: %(sentence)s") % {"path": path, "sentence": sentence}
