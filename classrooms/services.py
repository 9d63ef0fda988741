"""Verbs that make Dojos and seat people in them. Each is one transaction."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from classrooms.agenda import PhaseDraft, agenda_of
from classrooms.exceptions import NameTaken, NotNow
from classrooms.identifiers import new_join_code
from classrooms.models import Dataset, Dojo, Membership, Phase
from classrooms.models.live import touch
from classrooms.rules import Rules, has_runs
from classrooms.schedule import Schedule
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
    rules: Rules | None = None,
    agenda: Sequence[PhaseDraft] | None = None,
    schedule: Schedule | None = None,
) -> Dojo:
    """Open a Dojo.

    Args:
        title: the dataset's own where empty.
        rules: those that the variant proposes where nobody chose others.
        agenda: that of the variant, written in the Dojo's language, where nobody
            wrote another.
        schedule: nothing is planned where it is None.
    """
    schedule = schedule or Schedule(None, settings.TIME_ZONE)
    dojo = Dojo(
        title=title or dataset.title,
        language=language,
        variant=variant,
        dataset=dataset,
        primary_metric=primary_metric,
        success_threshold=success_threshold,
        costs=costs.model_dump() if costs else {},
        scheduled_for=schedule.scheduled_for,
        time_zone=schedule.time_zone,
    )
    (rules or Rules.of_variant(variant)).write_to(dojo)
    while Dojo.objects.filter(join_code=dojo.join_code).exists():
        dojo.join_code = new_join_code()
    dojo.save()
    Phase.objects.bulk_create(
        Phase(dojo=dojo, position=position, **draft.as_json())
        for position, draft in enumerate(agenda or agenda_of(variant, language), start=1)
    )
    Membership.objects.create(
        dojo=dojo, user=facilitator, role=Membership.Role.FACILITATOR, display_name=display_name
    )
    touch(dojo.pk, CLOCK)
    return dojo


@transaction.atomic
def describe_dojo(
    dojo: Dojo, *, title: str, language: str, dataset: Dataset, schedule: Schedule
) -> None:
    """Change what a Dojo is called, what it is about, and when it starts.

    Raises:
        NotNow: the dataset is another one, and there are runs on the one before;
            or the Dojo has ended.
    """
    dojo = Dojo.objects.select_for_update().get(pk=dojo.pk)
    if dojo.has_ended or (dojo.dataset_id != dataset.pk and has_runs(dojo)):
        raise NotNow
    dojo.title, dojo.language, dojo.dataset = title or dataset.title, language, dataset
    dojo.scheduled_for, dojo.time_zone = schedule.scheduled_for, schedule.time_zone
    dojo.save(update_fields=["title", "language", "dataset", "scheduled_for", "time_zone"])
    touch(dojo.pk, CLOCK)


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
