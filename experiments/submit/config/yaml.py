"""The config form as YAML text."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from engine.spec.config import ConfigInvalid, ExperimentConfig, FieldError
from engine.spec.schema import Schema
from engine.spec.yaml_text import MAX_CHARACTERS, dump_yaml, parse_yaml
from experiments.submit.config.limits import runnable_config
from experiments.wording.messages import describe_config_error


class YamlForm(forms.Form):
    """The same config as text."""

    yaml = forms.CharField(
        label=_("Config as YAML"),
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
        cls, config: ExperimentConfig, schema: Schema, allowed: Collection[str] = ()
    ) -> YamlForm:
        return cls(schema=schema, allowed=allowed, initial={"yaml": dump_yaml(config)})

    def clean_yaml(self) -> str:
        text: str = self.cleaned_data["yaml"]
        try:
            self.config = runnable_config(parse_yaml(text), self.schema, self.allowed)
        except ConfigInvalid as invalid:
            raise forms.ValidationError(
                [_located(error, describe_config_error(error)) for error in invalid.errors]
            ) from invalid
        return text


def _located(error: FieldError, sentence: str) -> str:
    """The sentence after the path that it is about."""
    path = ".".join(error.path)
    return (
        gettext("%(path)s: %(sentence)s") % {"path": path, "sentence": sentence}
        if path
        else sentence
    )
