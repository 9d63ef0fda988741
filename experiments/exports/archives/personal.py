"""All data stored about a participant in one Dojo, as a ZIP: what leaving would delete."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

from django.core import serializers
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DEFAULT_DB_ALIAS, router
from django.db.models import Model, QuerySet
from django.db.models.deletion import Collector
from django.template.loader import render_to_string
from django.utils import translation

from classrooms.knowledge import knows_hidden_scores, knows_truths
from classrooms.models import Membership, Seat, User
from experiments.exports.archives.participant import build_archive, safe_name, write_entry
from experiments.exports.record import record_of
from experiments.models import (
    Export,
    HoldoutResult,
    Interpretation,
    JuryGrade,
    Picture,
    Predictions,
    Question,
    Run,
    Takeaway,
    Talk,
)

Records = dict[str, list[dict[str, Any]]]

ACCOUNT = ("email", "first_name", "last_name", "date_joined", "last_login")
# Who else is on the seat; what is computed from the data that everyone has, or made of the
# other records.
NOT_PERSONAL = frozenset(
    {Membership, Interpretation, Predictions, HoldoutResult, Question, Picture, Export}
)


def personal_archive_name(seat: Seat) -> str:
    return f"{safe_name(seat.display_name, 'participant')}-data.zip"


def build_personal_archive(
    seat: Seat, accounts: Iterable[User], *, is_for_facilitator: bool
) -> io.BytesIO:
    """The records as JSON, and the person's take-home ZIP.

    Args:
        accounts: whose are told: a participant's own, or those of all who are on the seat.
        is_for_facilitator: with what the person is not to see: the private note, hidden
            scores that are not revealed, a jury's grades before the end.
    """
    records = personal_records(seat, accounts, is_for_facilitator=is_for_facilitator)
    text = json.dumps(records, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
    with translation.override(seat.dojo.language):
        readme = render_to_string("experiments/personal_data.txt", {"seat": seat})
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        write_entry(archive, "README.txt", readme.encode())
        write_entry(archive, "data.json", text.encode())
        if seat.participates:
            own = build_archive(record_of(seat)).getvalue()
            write_entry(archive, "take-home.zip", own, packed=False)
    buffer.seek(0)
    return buffer


def personal_records(seat: Seat, accounts: Iterable[User], *, is_for_facilitator: bool) -> Records:
    """By model: these accounts and every record that goes with the seat."""
    found: Records = {
        "account": [{name: getattr(user, name) for name in ACCOUNT} for user in accounts]
    }
    withheld = {} if is_for_facilitator else _withheld(seat)
    for queryset in _goes_with(seat):
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


def _withheld(seat: Seat) -> dict[type[Model], frozenset[str] | None]:
    """Fields that the person may not see now; None withholds the whole model."""
    dojo = seat.dojo
    hidden: dict[type[Model], frozenset[str] | None] = {Seat: frozenset({"facilitator_note"})}
    hidden_of_run = set() if knows_hidden_scores(dojo) else {"holdout_metrics", "differences"}
    if not knows_truths(seat):
        # Their codes with the columns that they are about; the log has the words.
        hidden_of_run |= {"warnings", "alarms"}
    hidden[Run] = frozenset(hidden_of_run)
    if not dojo.has_ended:
        hidden[JuryGrade] = None
    if not Talk.objects.filter(seat=seat, ended_at__isnull=False).exists():
        # As the page: a presenter reads what others took from the talk once it is over.
        hidden[Takeaway] = None
    return hidden


def _goes_with(seat: Seat) -> Iterator[QuerySet[Any]]:
    """Rows that Django deletes with the seat, by model: none is forgotten, not even of an app
    above this one."""
    collector = Collector(using=router.db_for_write(Seat) or DEFAULT_DB_ALIAS)
    collector.collect([seat])
    keys: dict[type[Model], set[Any]] = {}
    for model, instances in collector.data.items():
        keys.setdefault(model, set()).update(one.pk for one in instances)
    for queryset in collector.fast_deletes:
        keys.setdefault(queryset.model, set()).update(queryset.values_list("pk", flat=True))
    for model in sorted((one for one in keys if keys[one]), key=lambda one: one._meta.label_lower):
        if not model._meta.auto_created:
            yield model._base_manager.filter(pk__in=keys[model])
