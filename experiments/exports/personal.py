"""Everything that is kept of one person in one Dojo, as a ZIP: what leaving would erase."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

from django.core import serializers
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DEFAULT_DB_ALIAS, router
from django.db.models import Model, QuerySet
from django.db.models.deletion import Collector
from django.template.loader import render_to_string
from django.utils import translation

from classrooms.models import Membership
from experiments.exports.archive import build_archive, safe_name, write_entry
from experiments.exports.record import record_of
from experiments.models import (
    Export,
    Interpretation,
    JuryGrade,
    Picture,
    Predictions,
    Question,
    Run,
)

Records = dict[str, list[dict[str, Any]]]

# Computed from the data that everyone has, or made of the other records.
NOT_PERSONAL = frozenset({Interpretation, Predictions, Question, Picture, Export})


def personal_archive_name(membership: Membership) -> str:
    return f"{safe_name(membership.display_name, 'participant')}-data.zip"


def build_personal_archive(membership: Membership, *, is_for_facilitator: bool) -> io.BytesIO:
    """The records as JSON, and what a participant takes home.

    Args:
        is_for_facilitator: with what the person is not to see: the private note, hidden
            scores that are not revealed, a jury's grades before the end.
    """
    records = personal_records(membership, is_for_facilitator=is_for_facilitator)
    text = json.dumps(records, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
    with translation.override(membership.dojo.language):
        readme = render_to_string("experiments/personal_data.txt", {"membership": membership})
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        write_entry(archive, "README.txt", readme.encode())
        write_entry(archive, "data.json", text.encode())
        if membership.participates:
            own = build_archive(record_of(membership)).getvalue()
            write_entry(archive, "take-home.zip", own, packed=False)
    buffer.seek(0)
    return buffer


def personal_records(membership: Membership, *, is_for_facilitator: bool) -> Records:
    """By model: the person's account and every record that goes when they go."""
    user = membership.user
    account = ("username", "email", "first_name", "last_name", "date_joined", "last_login")
    found: Records = {"account": [{name: getattr(user, name) for name in account}]}
    withheld = {} if is_for_facilitator else _withheld(membership)
    for queryset in _goes_with(membership):
        model = queryset.model
        hidden = withheld.get(model, frozenset())
        if model in NOT_PERSONAL or hidden is None:
            continue
        rows = serializers.serialize("python", queryset.order_by("pk"))
        found[model._meta.label_lower] = [
            {name: value for name, value in row["fields"].items() if name not in hidden}
            for row in rows
        ]
    return found


def _withheld(membership: Membership) -> dict[type[Model], frozenset[str] | None]:
    """Fields that the person is not to see now; None stands for the whole model."""
    dojo = membership.dojo
    hidden: dict[type[Model], frozenset[str] | None] = {Membership: frozenset({"facilitator_note"})}
    if not dojo.holdout_is_revealed:
        hidden[Run] = frozenset({"holdout_metrics"})
    if not dojo.has_ended:
        hidden[JuryGrade] = None
    return hidden


def _goes_with(membership: Membership) -> Iterator[QuerySet[Any]]:
    """What Django deletes with the membership, by model: nothing is forgotten, and a model
    of an app above this one is found, too."""
    collector = Collector(using=router.db_for_write(Membership) or DEFAULT_DB_ALIAS)
    collector.collect([membership])
    keys: dict[type[Model], set[Any]] = {}
    for model, instances in collector.data.items():
        keys.setdefault(model, set()).update(one.pk for one in instances)
    for queryset in collector.fast_deletes:
        keys.setdefault(queryset.model, set()).update(queryset.values_list("pk", flat=True))
    for model in sorted((one for one in keys if keys[one]), key=lambda one: one._meta.label_lower):
        if not model._meta.auto_created:
            yield model._base_manager.filter(pk__in=keys[model])
