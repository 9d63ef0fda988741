"""A rehearsal: simulated participants who really submit runs, and are wiped afterwards."""

from __future__ import annotations

from itertools import cycle

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from classrooms.exceptions import NotNow
from classrooms.identifiers import new_public_id
from classrooms.models import Announcement, Dojo, Membership, QuizAnswer, RaisedHand
from classrooms.models.dojos import Scene
from classrooms.models.live import touch
from classrooms.timeline import start_dojo
from classrooms.topics import CLOCK, LEADERBOARD, NEWS, ROOM, SLIDES, TALKS
from experiments.models import Documentation, Experiment, Framing, Standings, Talk
from experiments.simulation import SCRIPTS

MOST_SIMULATED = 20
NAMES = (
    "Amina",
    "Bruno",
    "Chloé",
    "Dmitri",
    "Elif",
    "Fatou",
    "Gaël",
    "Hana",
    "Inès",
    "Jonas",
    "Kenza",
    "Léo",
    "Maya",
    "Nils",
    "Olga",
    "Pablo",
    "Rosa",
    "Sami",
    "Tara",
    "Yuki",
)


@transaction.atomic
def begin_rehearsal(dojo: Dojo, *, people: int) -> None:
    """Fill the Dojo with simulated participants, and start its clock.

    Raises:
        NotNow: it has begun already.
    """
    locked = Dojo.objects.select_for_update().get(pk=dojo.pk)
    if locked.has_started or locked.is_solo:
        raise NotNow
    taken = {name.casefold() for name in locked.memberships.values_list("display_name", flat=True)}
    scripts = cycle(SCRIPTS)
    free = (name for name in NAMES if name.casefold() not in taken)
    for name in [name for name, _n in zip(free, range(min(people, MOST_SIMULATED)), strict=False)]:
        # Without a usable password and an address: nobody can ever log in.
        user = User.objects.create_user(f"simulated-{new_public_id()}")
        Membership.objects.create(
            dojo=locked, user=user, display_name=name, simulated_as=next(scripts)
        )
    Dojo.objects.filter(pk=dojo.pk).update(rehearsed_since=timezone.now())
    start_dojo(locked)
    touch(dojo.pk, ROOM, LEADERBOARD)


@transaction.atomic
def end_rehearsal(dojo: Dojo) -> None:
    """Wipe what was done in it, by simulated people and by real ones, who keep their seats;
    the Dojo has then not started.

    Raises:
        NotNow: it is not being rehearsed.
    """
    locked = Dojo.objects.select_for_update().get(pk=dojo.pk)
    if not locked.is_rehearsed:
        raise NotNow
    # A hypothesis may name another one: those that compare go first.
    experiments = Experiment.objects.filter(membership__dojo=locked)
    experiments.exclude(compared_to=None).update(compared_to=None)
    experiments.delete()
    for model in (Framing, Documentation, Talk, RaisedHand, QuizAnswer):
        model.objects.filter(membership__dojo=locked).delete()
    Announcement.objects.filter(dojo=locked).delete()
    Standings.objects.filter(dojo=locked).delete()
    User.objects.filter(memberships__in=locked.memberships.exclude(simulated_as="")).delete()
    for phase in locked.phases.all():
        phase.started_at = phase.ended_at = phase.counting_since = None
        phase.counted, phase.extra_minutes = type(phase)().counted, 0
        phase.save()
    Dojo.objects.filter(pk=dojo.pk).update(
        state=Dojo.State.DRAFT,
        started_at=None,
        ended_at=None,
        rehearsed_since=None,
        holdout_revealed_at=None,
        revealed_rows=0,
        board_frozen_at=None,
        slide=0,
        scene=Scene.AUTOMATIC,
    )
    touch(dojo.pk, CLOCK, ROOM, LEADERBOARD, SLIDES, NEWS, TALKS)
