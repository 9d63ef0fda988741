"""Every record of a Dojo as JSON lines, from which a Dojo export is restored.

Which records belong to a Dojo, Django knows: those that would be deleted with it. So
nothing is forgotten, and a model of an app above this one is found, too. Keys of the
database mean nothing elsewhere: each record is called by its place among its model's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, time
from functools import cached_property
from graphlib import TopologicalSorter
from typing import Any

from django.core import serializers
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DEFAULT_DB_ALIAS
from django.db.models import ForeignKey, ManyToManyField, Model
from django.db.models.deletion import Collector

from classrooms.knowledge import knows_hidden_scores
from classrooms.models import Dataset, Dojo, HealthReport, TrainRows, User
from experiments.models import (
    BoostingReference,
    DojoArchive,
    HoldoutResult,
    LeaderboardSnapshot,
    Question,
)

# Of the moment only; the archive itself; what is computed anew, and calls records by their keys.
LEFT_OUT = frozenset({BoostingReference, DojoArchive, LeaderboardSnapshot, Question})
# Whose a job is, in keys of this database: it matters only as long as a job waits.
KEYS_HERE = ("share_key", "owner_key")
AT_ONCE = 100
ACCOUNT = ("email", "first_name", "last_name")

Line = dict[str, Any]


class Encoder(DjangoJSONEncoder):
    """Times to the microsecond; Django's own encoder cuts them."""

    def default(self, value: Any) -> Any:
        if isinstance(value, datetime | date | time):
            return value.isoformat()
        return super().default(value)


class Dump:
    """The records of a Dojo, with its dataset and its people's accounts (never a password)."""

    def __init__(self, dojo: Dojo) -> None:
        self.dojo = dojo

    @cached_property
    def keys(self) -> dict[type[Model], list[Any]]:
        """By model, the keys of its records, sorted."""
        collector = Collector(using=DEFAULT_DB_ALIAS)
        collector.collect([self.dojo])
        found: dict[type[Model], set[Any]] = {}
        for model, instances in collector.data.items():
            found.setdefault(model, set()).update(one.pk for one in instances)
        for queryset in collector.fast_deletes:
            pks = queryset.values_list("pk", flat=True)
            found.setdefault(queryset.model, set()).update(pks)
        dataset = self.dojo.dataset
        found[Dataset] = {dataset.pk}
        for model in (HealthReport, TrainRows):
            about = model._default_manager.filter(dataset=dataset)
            found[model] = set(about.values_list("pk", flat=True))
        people = self.dojo.memberships.values_list("user", flat=True)
        found[User] = {dataset.owner_id, *people}
        # Told to nobody before the reveal; runs that are fitted again give the same.
        left_out = LEFT_OUT if knows_hidden_scores(self.dojo) else LEFT_OUT | {HoldoutResult}
        return {
            model: sorted(pks)
            for model, pks in found.items()
            if pks and model not in left_out and not model._meta.auto_created
        }

    @cached_property
    def places(self) -> dict[type[Model], dict[Any, int]]:
        """By model, what each key is called in the archive."""
        return {
            model: {pk: place for place, pk in enumerate(pks, start=1)}
            for model, pks in self.keys.items()
        }

    def models(self) -> list[type[Model]]:
        """Every model after those that it refers to; otherwise sorted by name."""
        order = TopologicalSorter({model: referred_to(model) for model in self._by_name()})
        return [model for model in order.static_order() if model in self.keys]

    def _by_name(self) -> list[type[Model]]:
        return sorted(self.keys, key=lambda model: model._meta.label_lower)

    def lines(self, model: type[Model]) -> Iterator[str]:
        """A model's records, one per line, in the order of their keys."""
        pks = self.keys[model]
        for begin in range(0, len(pks), AT_ONCE):
            some = model._base_manager.filter(pk__in=pks[begin : begin + AT_ONCE]).order_by("pk")
            fields = ACCOUNT if model is User else None
            for row in serializers.serialize("python", some, fields=fields):
                yield json.dumps(self._line(model, row), cls=Encoder, ensure_ascii=False) + "\n"

    def _line(self, model: type[Model], row: Line) -> Line:
        values = {name: value for name, value in row["fields"].items() if name not in KEYS_HERE}
        for field in relations(model):
            if field.name not in values:
                continue
            known = self.places.get(field.related_model, {})
            if isinstance(field, ManyToManyField):
                values[field.name] = sorted(known[pk] for pk in values[field.name] if pk in known)
            else:
                # What it refers to in another Dojo is not in this archive.
                values[field.name] = known.get(values[field.name])
        return {"place": self.places[model][row["pk"]], **values}


def relations(model: type[Model]) -> list[Any]:
    """The fields of a model that refer to records."""
    return [
        field
        for field in (*model._meta.fields, *model._meta.many_to_many)
        if isinstance(field, ForeignKey)
        # The records in between have places of their own.
        or (isinstance(field, ManyToManyField) and is_plain(field))
    ]


def is_plain(field: Any) -> bool:
    """Return whether a many-to-many field has no intermediate model of ours."""
    return bool(field.remote_field.through._meta.auto_created)


def referred_to(model: type[Model]) -> set[type[Model]]:
    """The other models that a model refers to."""
    return {field.related_model for field in relations(model)} - {model}
