"""Laying one's document out, saying that it is final, taking that back. One transaction each."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from classrooms.models import Membership
from experiments.completeness import take_home_checklist
from experiments.exports.making import request_export
from experiments.models import Documentation, Export, Framing
from experiments.selectors import experiments_of
from experiments.services import announce_act, announce_page


class Incomplete(Exception):
    """Something is missing, and nobody confirmed that it is final all the same."""


@transaction.atomic
def save_document(membership: Membership, **fields: Any) -> None:
    """Keep title, texts, language, order and what is left out; a final version stays final."""
    Documentation.objects.update_or_create(membership=membership, defaults=fields)
    announce_page(membership)


@transaction.atomic
def mark_final(membership: Membership, *, gaps_accepted: bool = False) -> None:
    """The participant says that log and notebook are their final version.

    Args:
        gaps_accepted: they know what is missing.

    Raises:
        Incomplete: see `gaps_accepted`.
    """
    framing = Framing.objects.filter(membership=membership).first()
    checklist = take_home_checklist(membership, framing, experiments_of(membership))
    if not gaps_accepted and not all(item.done for item in checklist):
        raise Incomplete
    Documentation.objects.update_or_create(
        membership=membership, defaults={"final_at": timezone.now()}
    )
    # So that the final version has its charts and its PDF, in everyone's ZIP.
    request_export(membership, Export.Kind.PDF)
    announce_act(membership)


@transaction.atomic
def reopen(membership: Membership) -> None:
    """It is not final after all."""
    Documentation.objects.filter(membership=membership).update(final_at=None)
    announce_act(membership)
