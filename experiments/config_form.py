"""The form of a config, built from the engine's own declaration.

Types, bounds, defaults and explanations stand once, in the pydantic models of
`experiments.engine`; here they become Django form fields whose names are the
dotted paths of the config: `preparation.numeric.impute`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import NoneType
from typing import Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from experiments.engine.config import (
    ConfigInvalid,
    ExperimentConfig,
    FieldError,
    Preparation,
    Validation,
    validate_config,
)
from experiments.engine.models import MODELS
from experiments.engine.schema import Schema
from experiments.engine.yaml_text import dump_yaml, parse_yaml
from experiments.messages import describe_config_error, option_label

# A union of a number and None is an optional number.
UNION_ORIGINS = (Union, type(int | None))


def _form_field(info: FieldInfo) -> forms.Field:
    """The Django field that accepts what the pydantic field accepts."""
    annotation: Any = info.annotation
    optional = get_origin(annotation) in UNION_ORIGINS and NoneType in get_args(annotation)
    if optional:
        annotation = next(arg for arg in get_args(annotation) if arg is not NoneType)
    common: dict[str, Any] = {
        "label": gettext(str(info.title)) if info.title else "",
        "help_text": gettext(str(info.description)) if info.description else "",
        "required": not optional,
    }
    if get_origin(annotation) is Literal:
        choices = [(value, option_label(value)) for value in get_args(annotation)]
        return forms.ChoiceField(choices=choices, **common)
    if annotation is bool:
        return forms.BooleanField(**common | {"required": False})
    lowest, highest = _bounds(info)
    if annotation is int:
        return forms.IntegerField(min_value=lowest, max_value=highest, **common)
    if annotation is float:
        widget = forms.NumberInput(attrs={"step": "any"})
        return forms.FloatField(min_value=lowest, max_value=highest, widget=widget, **common)
    raise TypeError(f"No form field for {annotation!r}")


def _bounds(info: FieldInfo) -> tuple[Any, Any]:
    """Inclusive bounds; an exclusive one is left to the engine's own check."""
    constraints: list[Any] = list(info.metadata)
    for argument in get_args(info.annotation):
        constraints += getattr(argument, "__metadata__", ())
    lowest: Any = next((c.ge for c in constraints if isinstance(c, Ge)), None)
    highest: Any = next((c.le for c in constraints if isinstance(c, Le)), None)
    if lowest is None and any(isinstance(c, Gt) for c in constraints):
        lowest = next(c.gt for c in constraints if isinstance(c, Gt))
    if highest is None and any(isinstance(c, Lt) for c in constraints):
        highest = next(c.lt for c in constraints if isinstance(c, Lt))
    return lowest, highest


def _leaves(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, FieldInfo]]:
    """Dotted path and declaration of every value below a pydantic model."""
    for name, info in model.model_fields.items():
        path = f"{prefix}.{name}"
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            yield from _leaves(info.annotation, path)
        else:
            yield path, info


def _flatten(value: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """{"a": {"b": 1}} → {"a.b": 1}"""
    flat: dict[str, Any] = {}
    for key, item in value.items():
        path = f"{prefix}{key}"
        flat |= _flatten(item, f"{path}.") if isinstance(item, Mapping) else {path: item}
    return flat


def _nest(flat: Mapping[str, Any]) -> dict[str, Any]:
    """{"a.b": 1} → {"a": {"b": 1}}"""
    nested: dict[str, Any] = {}
    for path, value in flat.items():
        *parents, name = path.split(".")
        node = nested
        for parent in parents:
            node = node.setdefault(parent, {})
        node[name] = value
    return nested


class ConfigForm(forms.Form):
    """A config as fields. The hyperparameters are those of `model_name`."""

    features = forms.MultipleChoiceField(
        label=_("Features"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one feature.")},
    )

    def __init__(self, *args: Any, schema: Schema, model_name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.schema = schema
        self.model_class = MODELS.get(model_name, next(iter(MODELS.values())))
        self.config: ExperimentConfig | None = None
        self.fields["features"].choices = [  # type: ignore[attr-defined]
            (column.name, column.name) for column in schema.usable_features
        ]
        for section, model in (("preparation", Preparation), ("validation", Validation)):
            for path, info in _leaves(model, section):
                self.fields[path] = _form_field(info)
        self.fields["seed"] = _form_field(ExperimentConfig.model_fields["seed"])
        self.fields["model.name"] = forms.ChoiceField(
            label=gettext("Model"),
            choices=[(name, gettext(model.label)) for name, model in MODELS.items()],
            help_text=gettext(self.model_class.summary),
        )
        for path, info in _leaves(self.model_class, "model"):
            if path != "model.name":
                self.fields[path] = _form_field(info)

    @classmethod
    def for_config(cls, config: ExperimentConfig, schema: Schema) -> ConfigForm:
        """An untouched form that shows this config."""
        values = config.model_dump(mode="json")
        return cls(schema=schema, model_name=values["model"]["name"], initial=_flatten(values))

    @classmethod
    def with_model(cls, posted: QueryDict, schema: Schema, model_name: str) -> ConfigForm:
        """What was typed, with the default hyperparameters of another model."""
        form = cls(schema=schema, model_name=model_name)
        defaults = form.model_class(name=model_name).model_dump(mode="json")
        initial = _flatten({"model": defaults})
        for path, field in form.fields.items():
            if path not in initial:
                initial[path] = field.widget.value_from_datadict(posted, {}, path)
        form.initial = initial
        return form

    @property
    def model_name(self) -> str:
        return str(self.model_class.model_fields["name"].default)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        try:
            self.config = validate_config(_nest({"version": 1, **cleaned}), self.schema)
        except ConfigInvalid as invalid:
            for error in invalid.errors:
                path = _field_of(error, self.fields)
                self.add_error(path, describe_config_error(error))
        return cleaned

    def section(self, prefix: str) -> list[BoundField]:
        return [self[path] for path in self.fields if path.startswith(prefix)]

    @property
    def numeric_fields(self) -> list[BoundField]:
        return self.section("preparation.numeric")

    @property
    def categorical_fields(self) -> list[BoundField]:
        return self.section("preparation.categorical")

    @property
    def hyperparameters(self) -> list[BoundField]:
        return [field for field in self.section("model.") if field.name != "model.name"]

    @property
    def model_field(self) -> BoundField:
        return self["model.name"]

    @property
    def protocol_fields(self) -> list[BoundField]:
        return [*self.section("validation."), self["seed"]]


def _field_of(error: FieldError, fields: Mapping[str, Any]) -> str | None:
    """The form field nearest to the error's path; None for one of the whole config."""
    for length in range(len(error.path), 0, -1):
        path = ".".join(error.path[:length])
        if path in fields:
            return path
    return None


class YamlForm(forms.Form):
    """The same config as text."""

    yaml = forms.CharField(
        label=_("Config as YAML"),
        strip=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"class": "yaml", "spellcheck": "false", "rows": 24}),
    )

    def __init__(self, *args: Any, schema: Schema, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.schema = schema
        self.config: ExperimentConfig | None = None

    @classmethod
    def for_config(cls, config: ExperimentConfig, schema: Schema) -> YamlForm:
        return cls(schema=schema, initial={"yaml": dump_yaml(config)})

    def clean_yaml(self) -> str:
        text: str = self.cleaned_data["yaml"]
        try:
            self.config = validate_config(parse_yaml(text), self.schema)
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
