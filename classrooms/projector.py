"""What the projector shows: what the phase needs, or what the facilitator chose."""

from __future__ import annotations

from django.db import transaction

from classrooms.models import Dojo
from classrooms.models.dojos import Scene
from classrooms.models.live import touch
from classrooms.models.phases import PhaseKind
from classrooms.selectors import Clock
from classrooms.topics import CLOCK

BY_PHASE = {PhaseKind.THEORY: Scene.SLIDES, PhaseKind.PRESENTATION: Scene.TALK}


def scene_of(clock: Clock) -> Scene:
    """The scene that is on the screen now."""
    dojo = clock.dojo
    if dojo.scene != Scene.AUTOMATIC:
        return Scene(dojo.scene)
    if not dojo.has_started:
        return Scene.JOIN
    if clock.current is None:
        return Scene.LEADERBOARD
    return BY_PHASE.get(PhaseKind(clock.current.kind), Scene.CLOCK)


@transaction.atomic
def choose_scene(dojo: Dojo, scene: Scene) -> None:
    """Put something on the screen until something else is chosen."""
    Dojo.objects.filter(pk=dojo.pk).update(scene=scene)
    touch(dojo.pk, CLOCK)
