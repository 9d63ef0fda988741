"""Choose what the projector shows: what suits the phase, or the facilitator's choice."""

from __future__ import annotations

from django.db import transaction

from classrooms.dojos.reads import Clock
from classrooms.models import Dojo, DojoStage
from classrooms.models.agenda import PhaseKind
from classrooms.models.stage import Scene
from classrooms.topics import CLOCK
from live.models import touch

BY_PHASE = {PhaseKind.THEORY: Scene.SLIDES, PhaseKind.PRESENTATION: Scene.TALK}


def scene_of(clock: Clock) -> Scene:
    """The scene that is on the screen now."""
    dojo = clock.dojo
    if dojo.stage.scene != Scene.AUTOMATIC:
        return Scene(dojo.stage.scene)
    if not dojo.has_started:
        return Scene.JOIN
    if clock.current is None:
        return Scene.LEADERBOARD
    return BY_PHASE.get(PhaseKind(clock.current.kind), Scene.CLOCK)


@transaction.atomic
def choose_scene(dojo: Dojo, scene: Scene) -> None:
    """Put something on the screen until something else is chosen."""
    DojoStage.objects.filter(dojo=dojo).update(scene=scene)
    touch(dojo.pk, CLOCK)
