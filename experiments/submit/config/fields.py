"""Django form fields generated from the engine's declarations.

Types, bounds, defaults and explanations stand once, in the pydantic models of
`engine`; here each becomes the field that accepts the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Le
from django import forms
from django.utils.translation import gettext
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from experiments.wording.options import option_label
from posting.numbers import NumberField, WholeNumberField

# A union of a number and None is an optional number.
UNION_ORIGINS = (Union, UnionType)


def form_field(info: FieldInfo, name: str = "", *, columns: list[str] | None = None) -> forms.Field:
    """The field that accepts what the declared one accepts.

    Args:
        name: of the field, where an option's word depends on it.
        columns: what a field that names columns may name.
    """
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
        return forms.ChoiceField(choices=_options(annotation, name), **common)
    if get_origin(annotation) is list:
        options = _options(get_args(annotation)[0], name) if columns is None else _named(columns)
        return forms.MultipleChoiceField(
            choices=options,
            widget=forms.CheckboxSelectMultiple,
            **common | {"required": columns is not None},
        )
    if annotation is bool:
        return forms.BooleanField(**common | {"required": False})
    lowest, highest = bounds(info)
    if annotation is int:
        return WholeNumberField(min_value=lowest, max_value=highest, **common)
    if annotation is float:
        return NumberField(min_value=lowest, max_value=highest, **common)
    if columns is not None:
        return forms.ChoiceField(choices=_named(columns), **common)
    return forms.CharField(max_length=200, strip=False, **common)


def _options(annotation: Any, name: str) -> list[tuple[Any, str]]:
    return [(value, option_label(value, name)) for value in get_args(annotation)]


def _named(names: list[str]) -> list[tuple[str, str]]:
    return [(name, name) for name in names]


def bounds(info: FieldInfo) -> tuple[Any, Any]:
    constraints: list[Any] = list(info.metadata)
    for argument in get_args(info.annotation):
        constraints += getattr(argument, "__metadata__", ())
    lowest = next((c.ge for c in constraints if isinstance(c, Ge)), None)
    highest = next((c.le for c in constraints if isinstance(c, Le)), None)
    return lowest, highest


def leaves(
    model: type[BaseModel], prefix: str, *, without: frozenset[str] = frozenset()
) -> Iterator[tuple[str, FieldInfo]]:
    """Dotted path and declaration of every value of a flat declaration."""
    for name, info in model.model_fields.items():
        if name not in without:
            yield f"{prefix}.{name}", info


def flatten(value: Any, prefix: str = "") -> dict[str, Any]:
    """{"a": {"b": 1}, "c": [{"d": 2}]} → {"a.b": 1, "c.0.d": 2}; lists of plain values stay."""
    flat: dict[str, Any] = {}
    items = value.items() if isinstance(value, Mapping) else enumerate(value)
    for key, item in items:
        path = f"{prefix}{key}"
        if isinstance(item, Mapping) or (isinstance(item, list) and _holds_mappings(item)):
            flat |= flatten(item, f"{path}.")
        else:
            flat[path] = item
    return flat


def _holds_mappings(items: list[Any]) -> bool:
    return bool(items) and all(isinstance(item, Mapping) for item in items)


def nest(flat: Mapping[str, Any]) -> dict[str, Any]:
    """{"a.b": 1, "c.0.d": 2} → {"a": {"b": 1}, "c": [{"d": 2}]}"""
    nested: dict[str, Any] = {}
    for path, value in flat.items():
        *parents, name = path.split(".")
        node = nested
        for parent in parents:
            node = node.setdefault(parent, {})
        node[name] = value
    return {key: _listed(value) for key, value in nested.items()}


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {key: _listed(item) for key, item in value.items()}
    if inner and all(key.isdecimal() for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner
