"""Opening a Dojo like another one."""

from __future__ import annotations

from django.db import transaction

from classrooms.agenda import PhaseDraft
from classrooms.exceptions import NotNow
from classrooms.models import Dojo, Membership
from classrooms.rules import Rules
from classrooms.schedule import Schedule
from classrooms.services import create_dojo


@transaction.atomic
def clone_dojo(membership: Membership, *, title: str) -> Dojo:
    """Open a Dojo with the agenda as it was planned, rules, dataset and costs of another one:
    a new code, no date, and nobody in it but this facilitator.

    Raises:
        NotNow: it is somebody's solo session, which is theirs alone.
    """
    dojo = membership.dojo
    if dojo.is_solo:
        raise NotNow
    return create_dojo(
        facilitator=membership.user,
        display_name=membership.display_name,
        title=title[: Dojo._meta.get_field("title").max_length],
        language=dojo.language,
        variant=dojo.variant,
        dataset=dojo.dataset,
        primary_metric=dojo.primary_metric,
        success_threshold=dojo.success_threshold,
        costs=dojo.schema.costs,
        rules=Rules.of(dojo),
        agenda=[PhaseDraft.of(phase) for phase in dojo.phases.all()],
        schedule=Schedule(None, dojo.time_zone),
    )
