"""The config form: field names are the dotted paths of the config.

Which fields there are depends on what is chosen (the model, the method of selection,
the new features): that is the form's shape. A form is posted to be reshaped, to be
shown as YAML, or to be submitted; what was typed stays.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from pydantic import BaseModel

from engine.spec.config import ConfigInvalid, ExperimentConfig, FieldError, Threshold, Validation
from engine.spec.models import ENSEMBLES, MODELS, SINGLE_MODELS, ModelSpec
from engine.spec.schema import Schema
from engine.spec.search import Range, Search, searchable_fields
from engine.spec.steps.new_features import OPERATIONS, Equals
from engine.spec.steps.preparation import TREATMENTS, Preparation
from engine.spec.steps.selection import REDUCTIONS, SELECTIONS
from experiments.submit.config.fields import flatten, form_field, leaves, nest
from experiments.submit.config.layout import ConfigLayout
from experiments.submit.config.limits import runnable_config
from experiments.submit.config.shape import (
    Shape,
    extended,
    is_another,
    shape_shown,
    ways_to_prepare,
    without_entry,
)
from experiments.wording.messages import describe_config_error
from experiments.wording.options import option_label
from posting.numbers import plain_number

NAME = frozenset({"name"})
METHOD = frozenset({"method"})

# Choosing another one changes which fields there are.
RESHAPES = {"hx-post": "", "hx-trigger": "change", "hx-vals": '{"action": "reshape"}'}


class ConfigForm(ConfigLayout):
    """A config as fields; of models, it offers those that are allowed (all where empty)."""

    def __init__(
        self,
        *args: Any,
        schema: Schema,
        shape: Shape,
        allowed: Collection[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.schema, self.shape, self.allowed = schema, shape, allowed
        self.config: ExperimentConfig | None = None
        self.model_class = MODELS[shape.model]
        for path, field in self._declared_fields():
            self.fields[path] = field

    # --- Making ---------------------------------------------------------------------
    @classmethod
    def for_config(
        cls, config: ExperimentConfig, schema: Schema, allowed: Collection[str] = ()
    ) -> ConfigForm:
        """An untouched form that shows this config."""
        flat = _flat(config, schema)
        return cls(schema=schema, shape=Shape.of(flat), allowed=allowed, initial=flat)

    @classmethod
    def posted(cls, post: QueryDict, schema: Schema, allowed: Collection[str] = ()) -> ConfigForm:
        """The posted config, to be validated."""
        return cls(post, schema=schema, shape=Shape.of(post), allowed=allowed)

    @classmethod
    def reshaped(
        cls, post: QueryDict, schema: Schema, action: str, allowed: Collection[str] = ()
    ) -> ConfigForm:
        """What was typed, in the shape that an action asks for; what is new has its defaults.

        Args:
            action: "reshape" where a choice was changed, "remove:new_features.0",
                "add_feature", "add_prepared" or "add_member".
        """
        before = shape_shown(post)
        shown = cls(schema=schema, shape=before)
        typed = {
            path: field.widget.value_from_datadict(post, {}, path)
            for path, field in shown.fields.items()
        }
        verb, _colon, place = action.partition(":")
        if verb == "remove":
            typed = without_entry(typed, place)
            shape = Shape.of(typed).within(allowed)
        else:
            shape = extended(Shape.of(post), post, schema, verb).within(allowed)
            typed = {p: v for p, v in typed.items() if not is_another(p, before, shape)}
        form = cls(schema=schema, shape=shape, allowed=allowed)
        form.initial = {**form.defaults(), **typed, **shape.choices()}
        return form

    def _declared_fields(self) -> Iterator[tuple[str, forms.Field]]:
        shape, schema = self.shape, self.schema
        names = [column.name for column in schema.features]
        yield (
            "columns.include",
            forms.MultipleChoiceField(
                label=gettext("Columns"),
                choices=[(name, name) for name in names],
                widget=forms.CheckboxSelectMultiple,
                required=False,
            ),
        )
        for kind, info in Preparation.model_fields.items():
            if kind != "columns" and kind in self.kinds:
                yield from _fields(info.annotation, f"preparation.{kind}")
        for place, (operation, _name) in enumerate(shape.operations):
            made = [name for _operation, name in shape.operations[:place]]
            yield from self._new_feature_fields(place, operation, [*names, *made])
        for place, (column, treat_as) in enumerate(shape.prepared):
            yield f"prepared.{place}.column", forms.CharField(widget=forms.HiddenInput, strip=False)
            ways = ways_to_prepare(column, shape, schema) or (treat_as,)
            yield f"prepared.{place}.treat_as", _choice(gettext("Override"), ways)
            without = frozenset({"treat_as"})
            yield from _fields(TREATMENTS[treat_as], f"prepared.{place}", without)
        yield "selection.method", _choice(gettext("Feature selection"), SELECTIONS)
        yield from _fields(SELECTIONS[shape.selection], "selection", METHOD)
        yield "reduction.method", _choice(gettext("Dimensionality reduction"), REDUCTIONS)
        yield from _fields(REDUCTIONS[shape.reduction], "reduction", METHOD)
        yield from self._model_fields()
        yield "calibration", form_field(ExperimentConfig.model_fields["calibration"])
        yield from _fields(Threshold, "threshold")
        yield from _fields(Validation, "validation")
        yield from self._search_fields()
        yield "seed", form_field(ExperimentConfig.model_fields["seed"])

    def _new_feature_fields(
        self, place: int, operation: str, names: list[str]
    ) -> Iterator[tuple[str, forms.Field]]:
        yield f"new_features.{place}.operation", forms.CharField(widget=forms.HiddenInput)
        for path, info in leaves(OPERATIONS[operation], f"new_features.{place}"):
            key = path.rpartition(".")[2]
            if key == "operation":
                continue
            is_source = key not in ("name", "value", "bins")
            yield path, form_field(info, columns=names if is_source else None)

    def _model_fields(self) -> Iterator[tuple[str, forms.Field]]:
        summary = gettext(self.model_class.summary)
        yield "model.name", self._model_choice(gettext("Model"), MODELS, summary)
        yield from _fields(self.model_class, "model", frozenset({"name", "members"}))
        for place, member in enumerate(self.shape.members):
            label = gettext("Member model %(number)s") % {"number": place + 1}
            prefix = f"model.members.{place}"
            yield f"{prefix}.name", self._model_choice(label, SINGLE_MODELS)
            yield from _fields(SINGLE_MODELS[member], prefix, NAME)

    def _model_choice(
        self, label: str, models: Mapping[str, type[ModelSpec]], help_text: str = ""
    ) -> forms.ChoiceField:
        """The field by which a model is chosen, among those of the Dojo."""
        offered = [name for name in models if not self.allowed or name in self.allowed]
        refused = FieldError(("model", "name"), "model_not_allowed", {"models": offered})
        return forms.ChoiceField(
            label=label,
            choices=[(name, gettext(models[name].label)) for name in offered],
            help_text=help_text,
            error_messages={"invalid_choice": describe_config_error(refused)},
            widget=forms.Select(attrs=RESHAPES),
        )

    def _search_fields(self) -> Iterator[tuple[str, forms.Field]]:
        if self.shape.model in ENSEMBLES:
            return
        method = form_field(Search.model_fields["method"])
        method.widget.attrs |= RESHAPES
        yield "search.method", method
        if self.shape.search == "none":
            return
        yield from _fields(Search, "search", frozenset({"method", "ranges"}))
        for name in searchable_fields(self.model_class):
            for path, info in leaves(Range, f"search.ranges.{name}"):
                field = form_field(info)
                field.required = False
                yield path, field

    def defaults(self) -> dict[str, Any]:
        """The declared default of every field that has one."""
        shape = self.shape
        base = ExperimentConfig.model_validate({"model": {"name": "dummy"}})
        flat = flatten(base.model_dump(mode="json"))
        sections: list[tuple[str, type[BaseModel]]] = [
            ("model", self.model_class),
            ("selection", SELECTIONS[shape.selection]),
            ("reduction", REDUCTIONS[shape.reduction]),
        ]
        sections += [
            (f"model.members.{place}", SINGLE_MODELS[name])
            for place, name in enumerate(shape.members)
        ]
        sections += [
            (f"prepared.{place}", TREATMENTS[treat_as])
            for place, (_column, treat_as) in enumerate(shape.prepared)
        ]
        sections += [
            (f"new_features.{place}", OPERATIONS[operation])
            for place, (operation, _name) in enumerate(shape.operations)
        ]
        for prefix, declared in sections:
            for name, info in declared.model_fields.items():
                if not info.is_required():
                    flat[f"{prefix}.{name}"] = info.get_default(call_default_factory=True)
        return flat

    # --- Reading --------------------------------------------------------------------
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        try:
            self.config = runnable_config(self._data(cleaned), self.schema, self.allowed)
        except ConfigInvalid as invalid:
            for error in invalid.errors:
                self.add_error(self._field_of(error), describe_config_error(error))
        return cleaned

    def _data(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        data = nest({"version": 2, **cleaned})
        prepared = data.pop("prepared", [])
        columns = {item.pop("column"): item for item in prepared}
        data.setdefault("preparation", {})["columns"] = columns
        for feature in data.get("new_features", []):
            if feature["operation"] == Equals.model_fields["operation"].default:
                feature["value"] = self._compared(feature)
        ranges = data.get("search", {}).get("ranges", {})
        given = {n: r for n, r in ranges.items() if r["low"] is not None or r["high"] is not None}
        if "search" in data:
            data["search"]["ranges"] = {
                name: {key: value for key, value in drawn.items() if value is not None}
                for name, drawn in given.items()
            }
        return data

    def _compared(self, feature: dict[str, Any]) -> str | float:
        """The value as a number where the column has numbers."""
        column = self.schema.by_name.get(feature["column"])
        if column is None or not column.numeric:
            return str(feature["value"])
        try:
            return float(plain_number(str(feature["value"])))
        except forms.ValidationError:
            return str(feature["value"])

    def _field_of(self, error: FieldError) -> str | None:
        """The form field nearest to the error's path; None for one of the whole config."""
        path = list(error.path)
        if path[:2] == ["preparation", "columns"] and len(path) > 2:
            names = [column for column, _treat_as in self.shape.prepared]
            if path[2] in names:
                path = ["prepared", str(names.index(path[2])), *path[3:]]
        for length in range(len(path), 0, -1):
            name = ".".join(path[:length])
            if name in self.fields and not self.fields[name].widget.is_hidden:
                return name
        # Of a group that has no field of its own, the first that is seen.
        prefix = ".".join(path[:2]) + "."
        seen = (n for n, f in self.fields.items() if n.startswith(prefix))
        return next((n for n in seen if not self.fields[n].widget.is_hidden), None)

    @property
    def shape_field(self) -> SafeString:
        """The form's present shape, so that the next post shows what changed in it."""
        return format_html(
            '<input type="hidden" name="shape" value="{}">', json.dumps(self.shape.choices())
        )


def _fields(
    declared: Any, prefix: str, without: frozenset[str] = frozenset()
) -> Iterator[tuple[str, forms.Field]]:
    for path, info in leaves(declared, prefix, without=without):
        yield path, form_field(info, path.rpartition(".")[2])


def _choice(label: str, registry: Iterable[str]) -> forms.ChoiceField:
    """The field by which a member of a union is chosen; choosing reshapes the form."""
    choices = [(key, option_label(key)) for key in registry]
    return forms.ChoiceField(label=label, choices=choices, widget=forms.Select(attrs=RESHAPES))


def _flat(config: ExperimentConfig, schema: Schema) -> dict[str, Any]:
    """A config by the form's field names; columns as they are chosen."""
    values = config.model_dump(mode="json")
    prepared = values["preparation"].pop("columns")
    flat = flatten(values)
    flat["columns.include"] = config.columns.chosen(schema)
    for place, (column, settings) in enumerate(prepared.items()):
        flat |= flatten({"column": column, **settings}, f"prepared.{place}.")
    return flat
