"""Rehearsals: simulated participants submit real runs, and everything is deleted afterwards."""

from __future__ import annotations

from itertools import cycle

from django.db import transaction
from django.utils import timezone

from classrooms.agenda.timeline import start_dojo
from classrooms.exceptions import NotNow
from classrooms.intake.names import name_key
from classrooms.models import Announcement, Dojo, DojoStage, QuizAnswer, RaisedHand, Seat
from classrooms.topics import CLOCK, LEADERBOARD, NEWS, PARTICIPANTS, SLIDES, TALKS
from experiments.demo.simulation import SCRIPTS
from experiments.models import (
    ClosedAlarm,
    Documentation,
    Experiment,
    Framing,
    LeaderboardSnapshot,
    Talk,
)
from experiments.sealing.chain import wipe_chain
from live.models import touch

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
    locked = Dojo.objects.select_for_update(no_key=True).get(pk=dojo.pk)
    if locked.has_started or locked.is_solo:
        raise NotNow
    taken = set(locked.seats.values_list("name_key", flat=True))
    scripts = cycle(SCRIPTS)
    free = (name for name in NAMES if name_key(name) not in taken)
    for name in [name for name, _n in zip(free, range(min(people, MOST_SIMULATED)), strict=False)]:
        Seat.objects.create(dojo=locked, display_name=name, simulated_as=next(scripts))
    DojoStage.objects.filter(dojo=dojo).update(rehearsed_since=timezone.now())
    start_dojo(locked)
    touch(dojo.pk, PARTICIPANTS, LEADERBOARD)


@transaction.atomic
def end_rehearsal(dojo: Dojo) -> None:
    """Wipe what was done in it, by simulated people and by real ones, who keep their seats;
    the Dojo has then not started.

    Raises:
        NotNow: it is not being rehearsed.
    """
    locked = Dojo.objects.select_for_update(no_key=True).get(pk=dojo.pk)
    if not locked.stage.is_rehearsed:
        raise NotNow
    Experiment.objects.filter(seat__dojo=locked).wipe()
    for model in (Framing, Documentation, Talk, RaisedHand, QuizAnswer):
        model.objects.filter(seat__dojo=locked).delete()
    Announcement.objects.filter(dojo=locked).delete()
    LeaderboardSnapshot.objects.filter(dojo=locked).delete()
    ClosedAlarm.objects.filter(dojo=locked).delete()
    locked.seats.exclude(simulated_as="").delete()
    for phase in locked.phases.all():
        phase.started_at = phase.ended_at = phase.counting_since = None
        phase.counted, phase.extra_minutes = type(phase)().counted, 0
        phase.save()
    Dojo.objects.filter(pk=dojo.pk).update(state=Dojo.State.DRAFT, started_at=None, ended_at=None)
    DojoStage(pk=locked.stage.pk, dojo=locked).save()
    wipe_chain(locked)  # takes the live channel, which comes last
    touch(dojo.pk, CLOCK, PARTICIPANTS, LEADERBOARD, SLIDES, NEWS, TALKS)
