"""The settings of an experiment as a reference lists them, from their declarations."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from django.utils.translation import gettext as _
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from engine.spec.columns import Columns
from engine.spec.config import ExperimentConfig, Threshold, Validation
from engine.spec.models import MODELS, SINGLE_MODELS
from engine.spec.search import Range, Search, searchable_fields
from engine.spec.steps.new_features import OPERATIONS
from engine.spec.steps.preparation import TREATMENTS, Preparation
from engine.spec.steps.selection import REDUCTIONS, SELECTIONS
from experiments.submit.config.fields import UNION_ORIGINS, bounds
from experiments.wording.options import option_label

Section = tuple[int, str, str, str, type[BaseModel] | None, frozenset[str]]


def sections() -> Iterator[Section]:
    """Level, heading, sentence, path, declaration and what it is shown without."""
    nothing: frozenset[str] = frozenset()
    yield 2, _("Columns"), "", "columns", Columns, nothing
    features = ExperimentConfig.model_fields["new_features"]
    yield 2, _("New features"), _(str(features.description)), "", None, nothing
    for key, operation in OPERATIONS.items():
        heading = f"{_(operation.label)} (`operation: {key}`)"
        path = "new_features[]"
        yield 3, heading, _(operation.summary), path, operation, frozenset({"operation"})
    yield 2, _("Preprocessing"), "", "", None, nothing
    for kind, info in Preparation.model_fields.items():
        if kind != "columns":
            declared: Any = info.annotation
            yield 3, option_label(kind), "", f"preparation.{kind}", declared, nothing
    for kind, treatment in TREATMENTS.items():
        heading = f"{_('Override')}: {option_label(kind)} (`treat_as: {kind}`)"
        path = "preparation.columns.{…}"
        yield 3, heading, "", path, treatment, frozenset({"treat_as"})
    for group, heading, registry in (
        ("selection", _("Feature selection"), SELECTIONS),
        ("reduction", _("Dimensionality reduction"), REDUCTIONS),
    ):
        yield 2, heading, "", "", None, nothing
        for key, method in registry.items():
            title = f"{option_label(key)} (`method: {key}`)"
            yield 3, title, "", group, method, frozenset({"method"})
    yield 2, _("Model"), "", "", None, nothing
    for key, model in MODELS.items():
        heading = f"{_(model.label)} (`name: {key}`)"
        summary = _(model.summary)
        if key in SINGLE_MODELS and (drawn := searchable_fields(model)):
            names = ", ".join(f"`{name}`" for name in drawn)
            summary += " " + _("A search can explore: %(names)s.") % {"names": names}
        yield 3, heading, summary, "model", model, frozenset({"name"})
    whole = frozenset(ExperimentConfig.model_fields) - {"calibration", "seed"}
    yield 2, _("Probability and decision"), "", "threshold", Threshold, nothing
    yield 2, _("Validation"), "", "validation", Validation, nothing
    yield 2, _("Search"), "", "search", Search, frozenset({"ranges"})
    yield 3, _("Ranges"), "", "search.ranges.{…}", Range, nothing
    yield 2, _("For the whole experiment"), "", "", ExperimentConfig, whole


def allowed(name: str, info: FieldInfo) -> str:
    """The values that the field accepts, in words."""
    annotation: Any = info.annotation
    optional = get_origin(annotation) in UNION_ORIGINS and NoneType in get_args(annotation)
    if optional:
        annotation = next(each for each in get_args(annotation) if each is not NoneType)
    words = _values(name, annotation, info)
    return f"{words}, `null`" if optional else words


def _values(name: str, annotation: Any, info: FieldInfo) -> str:
    if name == "members":
        return _("two to four models that are not ensembles")
    if get_origin(annotation) is Literal:
        return ", ".join(
            f"`{value}` ({option_label(value, name)})" for value in get_args(annotation)
        )
    if get_origin(annotation) is list:
        inner = get_args(annotation)[0]
        if get_origin(inner) is Annotated:
            kinds = (kind.value for kind in get_args(inner)[0])
            options = ", ".join(f"`{kind}` ({option_label(kind)})" for kind in kinds)
        else:
            options = _values(name, inner, info) if get_origin(inner) is Literal else _("names")
        return _("list of %(options)s") % {"options": options}
    if annotation is bool:
        return "`true`, `false`"
    if annotation in (int, float):
        lowest, highest = bounds(info)
        kind = _("whole number") if annotation is int else _("number")
        if lowest is None and highest is None:
            return kind
        return f"{kind}, {'' if lowest is None else lowest} … {'' if highest is None else highest}"
    return _("text")


def default(info: FieldInfo) -> str:
    if info.is_required():
        return _("required")
    value = info.get_default(call_default_factory=True)
    if isinstance(value, list) and value and isinstance(value[0], BaseModel):
        value = [item.name for item in value]
    return f"`{json.dumps(value, default=str)}`"
