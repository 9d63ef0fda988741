"""The choices in a config form that decide which fields it has."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict

from classrooms.intake.values import number_so_far
from engine.spec.models import ENSEMBLES, MODELS, SINGLE_MODELS
from engine.spec.schema import Schema
from engine.spec.steps.new_features import MAX_NEW_FEATURES, OPERATIONS
from engine.spec.steps.preparation import TREATMENTS
from engine.spec.steps.selection import REDUCTIONS, SELECTIONS
from engine.spec.validators import new_feature_treatments, treatments
from experiments.submit.rules import allowed_model

MOST_MEMBERS = 4


@dataclass(frozen=True)
class Shape:
    """What is chosen, on which the fields depend.

    Attributes:
        members: of an ensemble, by name.
        operations: of the new features: (operation, name).
        prepared: columns that are prepared otherwise: (column, treated as).
    """

    model: str
    members: tuple[str, ...] = ()
    selection: str = "none"
    reduction: str = "none"
    search: str = "none"
    operations: tuple[tuple[str, str], ...] = ()
    prepared: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, flat: Mapping[str, Any]) -> Shape:
        """The shape that a config or a post has; unknown choices become the first known."""

        def chosen(path: str, known: Any, default: str) -> str:
            value = str(flat.get(path) or default)
            return value if value in known else default

        def counted(template: str) -> Iterator[str]:
            place = 0
            while (value := flat.get(template.format(place))) is not None:
                yield str(value)
                place += 1

        model = chosen("model.name", MODELS, "logistic_regression")
        members = tuple(n for n in counted("model.members.{}.name") if n in SINGLE_MODELS)
        treated = zip(counted("prepared.{}.column"), counted("prepared.{}.treat_as"), strict=False)
        made = zip(
            counted("new_features.{}.operation"), counted("new_features.{}.name"), strict=False
        )
        return cls(
            model=model,
            members=_complete(members) if model in ENSEMBLES else (),
            selection=chosen("selection.method", SELECTIONS, "none"),
            reduction=chosen("reduction.method", REDUCTIONS, "none"),
            search=chosen("search.method", ("none", "random", "halving"), "none"),
            operations=tuple(pair for pair in made if pair[0] in OPERATIONS),
            prepared=tuple(pair for pair in treated if pair[1] in TREATMENTS),
        )

    def within(self, allowed: Collection[str]) -> Shape:
        """The shape with an allowed model in the place of each that is not."""
        model = allowed_model(self.model, allowed)
        members = tuple(allowed_model(name, allowed) for name in self.members)
        return replace(self, model=model, members=members if model in ENSEMBLES else ())

    def choices(self) -> dict[str, Any]:
        """The shape by the names of the fields that choose it: `Shape.of` turns it back."""
        flat: dict[str, Any] = {
            "model.name": self.model,
            "selection.method": self.selection,
            "reduction.method": self.reduction,
            "search.method": self.search,
        }
        for place, member in enumerate(self.members):
            flat[f"model.members.{place}.name"] = member
        for place, (operation, name) in enumerate(self.operations):
            flat[f"new_features.{place}.operation"] = operation
            flat[f"new_features.{place}.name"] = name
        for place, (column, treat_as) in enumerate(self.prepared):
            flat[f"prepared.{place}.column"] = column
            flat[f"prepared.{place}.treat_as"] = treat_as
        return flat


def shape_shown(post: QueryDict) -> Shape:
    """The shape of the form that was posted, before what was chosen in it."""
    try:
        shown = json.loads(post.get("shape", ""))
    except ValueError:
        shown = None
    return Shape.of(shown if isinstance(shown, dict) else post)


def extended(shape: Shape, post: QueryDict, schema: Schema, verb: str) -> Shape:
    """The shape with one more of something."""
    if verb == "add_feature" and len(shape.operations) < MAX_NEW_FEATURES:
        operation = str(post.get("add_operation", ""))
        if operation in OPERATIONS:
            name = f"{operation}_{len(shape.operations) + 1}"
            return replace(shape, operations=(*shape.operations, (operation, name)))
    if verb == "add_prepared":
        column = str(post.get("add_column", ""))
        if ways := ways_to_prepare(column, shape, schema):
            return replace(shape, prepared=(*shape.prepared, (column, ways[0])))
    if verb == "add_member" and len(shape.members) < MOST_MEMBERS:
        return replace(shape, members=(*shape.members, "random_forest"))
    return shape


def ways_to_prepare(column: str, shape: Shape, schema: Schema) -> tuple[str, ...]:
    """Possible preprocessing of a column or new feature; empty if there is no such name."""
    if column in schema.by_name and column != schema.target:
        return treatments(schema.by_name[column])
    operation = next((o for o, name in shape.operations if name == column), None)
    return new_feature_treatments(OPERATIONS[operation]) if operation else ()


def is_another(path: str, before: Shape, shape: Shape) -> bool:
    """Return whether a field with the same name now belongs to something else."""
    group, _dot, rest = path.partition(".")
    if group == "model" and rest.startswith("members."):
        place = int(rest.split(".")[1])
        return before.members[place : place + 1] != shape.members[place : place + 1]
    if group == "model" or path.startswith("search.ranges."):
        return before.model != shape.model
    if group == "prepared":
        place = int(rest.split(".")[0])
        return before.prepared[place : place + 1] != shape.prepared[place : place + 1]
    if group in ("selection", "reduction"):
        return bool(getattr(before, group) != getattr(shape, group))
    return False


def _complete(members: tuple[str, ...]) -> tuple[str, ...]:
    """At least two members, so that there is something to choose."""
    return (*members, *("logistic_regression", "random_forest")[len(members) :])[:MOST_MEMBERS]


def without_entry(flat: dict[str, Any], prefix: str) -> dict[str, Any]:
    """The fields without one entry of a list, those after it moved up."""
    group, _dot, number = prefix.rpartition(".")
    removed = number_so_far(number)
    if removed is None:
        return flat
    kept: dict[str, Any] = {}
    for path, value in flat.items():
        place, _dot, rest = path.removeprefix(f"{group}.").partition(".")
        if not path.startswith(f"{group}.") or not place.isdecimal():
            kept[path] = value
        elif int(place) != removed:
            moved = int(place) - (int(place) > removed)
            kept[f"{group}.{moved}.{rest}"] = value
    return kept
