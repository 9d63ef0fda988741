"""Saying that one's documentation is final, and taking it back. Each is one transaction."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from classrooms.models import Membership
from experiments.models import Documentation, Framing
from experiments.presentation import take_home_checklist
from experiments.selectors import experiments_of
from experiments.services import announce_act


class Incomplete(Exception):
    """Something is missing, and nobody confirmed that it is final all the same."""


@transaction.atomic
def mark_final(membership: Membership, *, gaps_accepted: bool = False) -> None:
    """The participant says that log and notebook are their final version.

    Args:
        gaps_accepted: they know what is missing.

    Raises:
        Incomplete: see `gaps_accepted`.
    """
    framing = Framing.objects.filter(membership=membership).first()
    checklist = take_home_checklist(framing, experiments_of(membership))
    if not gaps_accepted and not all(item.done for item in checklist):
        raise Incomplete
    Documentation.objects.update_or_create(
        membership=membership, defaults={"final_at": timezone.now()}
    )
    announce_act(membership)


@transaction.atomic
def reopen(membership: Membership) -> None:
    """It is not final after all."""
    Documentation.objects.filter(membership=membership).update(final_at=None)
    announce_act(membership)
