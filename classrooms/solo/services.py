"""Solo sessions: a bundled dataset, the phases of a Dojo, no clock."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from classrooms.agenda.timeline import CLOCK_ACTIONS, start_dojo
from classrooms.datasets.services import add_bundled_dataset
from classrooms.dojos.services import create_dojo
from classrooms.exceptions import NotNow
from classrooms.models import Dataset, Dojo, User
from classrooms.models.dojos import Variant

# What who works alone does with the clock; time is theirs, so nothing is extended.
PACE = ("start", "pause", "resume", "back", "next")


@transaction.atomic
def choose_dataset(user: User, key: str) -> Dataset:
    """This person's copy of a bundled dataset, taken now where they have none that can be used.

    Args:
        key: of one of the engine's bundled datasets.
    """
    # The row of the person orders two clicks that come at once.
    User.objects.select_for_update().get(pk=user.pk)
    own = Dataset.objects.visible_to(user).filter(bundled_key=key)
    usable = next((dataset for dataset in own if not dataset.has_failed), None)
    return usable or add_bundled_dataset(user, key)


@transaction.atomic
def begin_solo(user: User, dataset: Dataset, *, language: str) -> Dojo:
    """The solo session under way on this dataset, begun now where there is none.

    Raises:
        NotNow: the dataset is not split yet.
    """
    dataset = Dataset.objects.select_for_update().get(pk=dataset.pk)
    if not dataset.is_ready:
        raise NotNow
    if under_way := solo_under_way(user, dataset.bundled_key):
        return under_way
    dojo = create_dojo(
        facilitator=user,
        display_name=user.proposed_name,
        title=_("%(dataset)s, solo") % {"dataset": dataset.title[:100]},
        language=language,
        variant=Variant.SOLO,
        dataset=dataset,
        **dataset.proposed_measure,
    )
    start_dojo(dojo)
    return dojo


def solo_under_way(user: User, key: str) -> Dojo | None:
    """The person's unfinished solo session on a bundled dataset, if any."""
    return (
        Dojo.objects.visible_to(user)
        .filter(variant=Variant.SOLO, dataset__bundled_key=key)
        .exclude(state=Dojo.State.ENDED)
        .first()
    )


def keep_pace(dojo: Dojo, action: str) -> None:
    """Move on, pause, resume or go back, alone.

    Args:
        action: one of `PACE`.

    Raises:
        NotNow: the session is not in a state for it.
    """
    CLOCK_ACTIONS[action](dojo)
