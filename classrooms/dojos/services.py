"""Services that create Dojos and add people to them. Each is one transaction."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.db import IntegrityError, transaction

from classrooms.agenda.variants import PhaseDraft, agenda_of
from classrooms.dojos.schedule import Schedule
from classrooms.dojos.settings.replacing import kept_marks
from classrooms.dojos.settings.rules import has_runs, proposed_rules
from classrooms.exceptions import DataNotReady, NotNow
from classrooms.identifiers import new_join_code
from classrooms.intake.names import free_name
from classrooms.models import Dataset, Dojo, DojoRules, DojoStage, Membership, Phase, Seat, User
from classrooms.topics import CLOCK, LEADERBOARD, PARTICIPANTS
from engine.spec.schema import Costs
from live.models import touch


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
    rules: DojoRules | None = None,
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

    Raises:
        DataNotReady: the dataset's split was undone meanwhile, or it was deleted.
    """
    _lock_ready(dataset)
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
    while Dojo.objects.filter(join_code=dojo.join_code).exists():
        dojo.join_code = new_join_code()
    dojo.save()
    DojoRules.objects.create(dojo=dojo, **(rules or proposed_rules(variant)).chosen)
    DojoStage.objects.create(dojo=dojo)
    Phase.objects.bulk_create(
        Phase(dojo=dojo, position=position, **draft.as_json())
        for position, draft in enumerate(agenda or agenda_of(variant, language), start=1)
    )
    seat_person(dojo, facilitator, display_name, role=Seat.Role.FACILITATOR)
    touch(dojo.pk, CLOCK)
    return dojo


def _lock_ready(dataset: Dataset) -> None:
    """No one undoes its split before this transaction ends.

    Raises:
        DataNotReady: it is not split.
    """
    if not Dataset.objects.ready().select_for_update().filter(pk=dataset.pk).exists():
        raise DataNotReady


@transaction.atomic
def describe_dojo(
    dojo: Dojo, *, title: str, language: str, dataset: Dataset, schedule: Schedule
) -> None:
    """Change what a Dojo is called, what it is about, and when it starts. Marks of columns that
    other data do not have are dropped.

    Raises:
        DataNotReady: the dataset is another one, and not split.
        NotNow: the dataset is another one, and there are runs on the one before;
            or the Dojo has ended.
    """
    if dojo.dataset_id != dataset.pk:
        _lock_ready(dataset)
    dojo = Dojo.objects.select_for_update(no_key=True).get(pk=dojo.pk)
    if dojo.has_ended or (dojo.dataset_id != dataset.pk and has_runs(dojo)):
        raise NotNow
    dojo.title, dojo.language, dojo.dataset = title or dataset.title, language, dataset
    dojo.scheduled_for, dojo.time_zone = schedule.scheduled_for, schedule.time_zone
    dojo.column_marks = kept_marks(dojo, dataset)
    names = ["title", "language", "dataset", "column_marks", "scheduled_for", "time_zone"]
    dojo.save(update_fields=names)
    touch(dojo.pk, CLOCK)


@transaction.atomic
def seat_person(
    dojo: Dojo, user: User, display_name: str, *, role: str = Seat.Role.PARTICIPANT
) -> Seat:
    """Make a seat, and put a person on it.

    Raises:
        IntegrityError: they have one in this Dojo, or its display name is taken.
    """
    seat = Seat.objects.create(dojo=dojo, display_name=display_name, role=role)
    Membership.objects.create(user=user, seat=seat)
    return seat


def join_dojo(*, dojo: Dojo, user: User, display_name: str) -> Seat:
    """Add this person to the Dojo, or return the seat that they already have. Their name gets
    a number if somebody's looks like it.

    Raises:
        NotNow: the Dojo has ended, or is somebody's solo session.
    """
    existing = dojo.seats.held_by(user).first()
    if existing:
        return existing
    if dojo.has_ended or dojo.is_solo:
        raise NotNow
    try:
        with transaction.atomic():
            # Locked, so that two who want one name come after each other.
            locked = Dojo.objects.select_for_update(no_key=True).get(pk=dojo.pk)
            taken = set(locked.seats.values_list("name_key", flat=True))
            seat = seat_person(locked, user, free_name(display_name, taken))
            touch(dojo.pk, PARTICIPANTS, LEADERBOARD)
    except IntegrityError:
        # They have joined meanwhile, by a second click.
        return dojo.seats.held_by(user).get()
    return seat
