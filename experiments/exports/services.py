"""Services that edit a participant's document, mark it as final and reopen it. Each is one
transaction.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from classrooms.models import Seat
from experiments.exports.documents.html_log import log_digest
from experiments.exports.record import record_of
from experiments.exports.requests import request_export
from experiments.models import Documentation, Export, Framing
from experiments.pages.reads import experiments_of
from experiments.participants.completeness import take_home_checklist
from experiments.submit.services import announce_act, announce_page


class Incomplete(Exception):
    """Something is missing, and nobody confirmed that the log is final anyway."""


@transaction.atomic
def save_document(seat: Seat, **fields: Any) -> None:
    """Keep title, texts, language, order and what is left out; a final version stays final."""
    Documentation.objects.update_or_create(seat=seat, defaults=fields)
    announce_page(seat)


@transaction.atomic
def mark_final(seat: Seat, *, gaps_accepted: bool = False) -> None:
    """The participant says that log and notebook are their final version.

    Args:
        gaps_accepted: they know what is missing.

    Raises:
        Incomplete: see `gaps_accepted`.
    """
    framing = Framing.objects.filter(seat=seat).first()
    checklist = take_home_checklist(seat, framing, experiments_of(seat))
    if not gaps_accepted and not all(item.done for item in checklist):
        raise Incomplete
    final = {"final_at": timezone.now(), "final_digest": log_digest(record_of(seat))}
    Documentation.objects.update_or_create(seat=seat, defaults=final)
    # So that the final version has its charts and its PDF, in everyone's ZIP.
    request_export(seat, Export.Kind.PDF)
    announce_act(seat)


@transaction.atomic
def reopen(seat: Seat) -> None:
    """It is not final after all."""
    Documentation.objects.filter(seat=seat).update(final_at=None)
    announce_act(seat)
