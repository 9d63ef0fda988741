"""Who may know what a Dojo hides, and when. Every page, message, export, prompt and API asks here.

- **Truths of the data** (planted traps, columns that are marked as recorded after the outcome or
  suspected of it, drift): who runs the Dojo knows them always, who takes part in it once it has
  ended. That a column may be such a one is no secret; its name is. (A first experiment leaves
  columns unticked that were marked before the start, as it does identifiers, unless they are left
  as traps; one that is marked later stays ticked.)
- **Hidden scores**: everybody, facilitators included, once they are revealed; which claims hold on
  the hidden rows, a step before.

Nobody learns in one Dojo what another one on the same data, in which they take part, still
hides from them. What anyone can compute from public sources is nobody's secret.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from classrooms.models import Dataset, Dojo, Seat
from classrooms.models.dojos import Variant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from classrooms.models import User
    from classrooms.models.dojos import DojoQuerySet


def knows_truths(seat: Seat) -> bool:
    """Whether the people on a seat may know the truths of their Dojo's data."""
    dojo = seat.dojo
    if not (dojo.has_ended or runs_a_room(seat)):
        return False
    return not hiding_rooms(seat.people.all(), dojo.dataset).exclude(pk=dojo.pk).exists()


def record_tells_truths(dojo: Dojo) -> bool:
    """Whether a participant's record (log, prompt, API) may name them: once the Dojo has ended."""
    return dojo.has_ended


def runs_a_room(seat: Seat) -> bool:
    """Whether others learn in the Dojo that this person runs."""
    return seat.is_facilitator and not seat.dojo.is_solo


def knows_hidden_scores(dojo: Dojo) -> bool:
    """Whether the scores on the hidden rows may be told, to whomever sees the record at all."""
    return dojo.stage.holdout_is_revealed


def knows_claims(dojo: Dojo) -> bool:
    """Whether it may be told which claims hold on the hidden rows: before their scores, unless a
    rule leaves it out."""
    return dojo.rules.tells_claims and dojo.stage.claims_are_revealed


def hiding_dojos(people: Iterable[User], dataset: Dataset) -> DojoQuerySet:
    """Unfinished Dojos on the same data in which one of these people takes part, their own solo
    sessions included."""
    seats = Seat.objects.participants().filter(people__in=people)
    unfinished = Dojo.objects.exclude(state=Dojo.State.ENDED)
    return unfinished.filter(_same_data(dataset), pk__in=seats.values("dojo"))


def hiding_rooms(people: Iterable[User], dataset: Dataset) -> DojoQuerySet:
    """`hiding_dojos` that somebody else runs."""
    return hiding_dojos(people, dataset).exclude(variant=Variant.SOLO)


def may_take_everything(seat: Seat) -> bool:
    """Whether a facilitator may take the export of a Dojo, from which it can be restored: it has
    the hidden rows, and so all that anyone could be told of them."""
    return not hiding_rooms(seat.people.all(), seat.dojo.dataset).exclude(pk=seat.dojo_id).exists()


def same_split_elsewhere(seat: Seat) -> Dojo | None:
    """A room on the very same split in which this facilitator takes part: to reveal scores here
    would tell them those of that room."""
    dataset = seat.dojo.dataset
    same = hiding_rooms(seat.people.all(), dataset).filter(
        dataset__split_kind=dataset.split_kind, dataset__split_by=dataset.split_by
    )
    if dataset.split_kind != Dataset.SplitKind.TIME:
        same = same.filter(dataset__split_seed=dataset.split_seed)
    return same.exclude(pk=seat.dojo_id).first()


def _same_data(dataset: Dataset) -> Q:
    """By what is in it; a bundled dataset is itself before a worker has read it, too."""
    same = Q(dataset=dataset.pk)
    if dataset.content_hash:
        same |= Q(dataset__content_hash=dataset.content_hash)
    if dataset.bundled_key:
        same |= Q(dataset__bundled_key=dataset.bundled_key)
    return same
