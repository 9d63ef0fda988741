"""Verbs that make Dojos and seat people in them. Each is one transaction."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import translation

from classrooms.agenda import AGENDAS
from classrooms.exceptions import NameTaken, NotNow
from classrooms.identifiers import new_join_code
from classrooms.models import Dataset, Dojo, Membership, Phase
from classrooms.models.dojos import Variant
from classrooms.models.live import touch
from classrooms.topics import CLOCK, LEADERBOARD, ROOM
from experiments.engine.schema import Costs


@transaction.atomic
def create_dojo(
    *,
    facilitator: User,
    display_name: str,
    title: str,
    language: str,
    variant: str,
    dataset: Dataset,
    primary_metric: str,
    success_threshold: float,
    costs: Costs | None = None,
) -> Dojo:
    """Open a Dojo with the agenda of its variant, written in its language."""
    dojo = Dojo(
        title=title,
        language=language,
        variant=variant,
        dataset=dataset,
        primary_metric=primary_metric,
        success_threshold=success_threshold,
        costs=costs.model_dump() if costs else {},
    )
    while Dojo.objects.filter(join_code=dojo.join_code).exists():
        dojo.join_code = new_join_code()
    dojo.save()
    with translation.override(language):
        Phase.objects.bulk_create(
            Phase(
                dojo=dojo,
                position=position,
                kind=plan.kind,
                title=str(plan.kind.label),
                content=str(plan.content),
                deliverable=str(plan.deliverable),
                planned_minutes=plan.minutes,
            )
            for position, plan in enumerate(AGENDAS[Variant(variant)], start=1)
        )
    Membership.objects.create(
        dojo=dojo, user=facilitator, role=Membership.Role.FACILITATOR, display_name=display_name
    )
    touch(dojo.pk, CLOCK)
    return dojo


def join_dojo(*, dojo: Dojo, user: User, display_name: str) -> Membership:
    """Give this person a place in the Dojo, or the one that they already have.

    Raises:
        NotNow: the Dojo has ended, or is somebody's solo session.
        NameTaken: another person has this display name.
    """
    existing = Membership.objects.filter(dojo=dojo, user=user).first()
    if existing:
        return existing
    if dojo.has_ended or dojo.is_solo:
        raise NotNow
    try:
        with transaction.atomic():
            membership = Membership.objects.create(
                dojo=dojo, user=user, display_name=display_name.strip()
            )
            touch(dojo.pk, ROOM, LEADERBOARD)
    except IntegrityError as error:
        existing = Membership.objects.filter(dojo=dojo, user=user).first()
        if existing:
            return existing
        raise NameTaken from error
    return membership
