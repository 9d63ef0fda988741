"""Create a Dojo like another one."""

from __future__ import annotations

from django.db import transaction

from classrooms.agenda.variants import PhaseDraft
from classrooms.dojos.schedule import Schedule
from classrooms.dojos.services import create_dojo
from classrooms.exceptions import NotNow
from classrooms.models import Dojo, User


@transaction.atomic
def clone_dojo(dojo: Dojo, *, facilitator: User, title: str) -> Dojo:
    """Open a Dojo with the agenda as it was planned, rules, dataset, marks and costs of another:
    a new code, no date, and nobody in it but its facilitator.

    Raises:
        NotNow: it is somebody's solo session, which is theirs alone.
    """
    if dojo.is_solo:
        raise NotNow
    copy = create_dojo(
        facilitator=facilitator,
        display_name=dojo.seats.held_by(facilitator).get().display_name,
        title=title[: Dojo._meta.get_field("title").max_length],
        language=dojo.language,
        variant=dojo.variant,
        dataset=dojo.dataset,
        primary_metric=dojo.primary_metric,
        success_threshold=dojo.success_threshold,
        costs=dojo.schema.costs,
        rules=dojo.rules,
        agenda=[PhaseDraft.of(phase) for phase in dojo.phases.all()],
        schedule=Schedule(None, dojo.time_zone),
    )
    # What was found out about the data holds for whoever works on them next.
    copy.column_marks = dojo.column_marks
    copy.column_traps = dojo.column_traps
    copy.save(update_fields=["column_marks", "column_traps"])
    return copy
