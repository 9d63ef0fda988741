"""Corrections of a conclusion: how long they are possible, and what they leave behind."""

from __future__ import annotations

from django.utils import timezone

from classrooms.models import User
from experiments.models import ConclusionVersion, Experiment


def may_be_corrected(experiment: Experiment) -> bool:
    """Whether its conclusion may still change: in the phase in which it was drawn, and as long as
    nobody was told anything of the hidden rows.

    Args:
        experiment: with its seat's Dojo.
    """
    dojo, at = experiment.seat.dojo, experiment.concluded_at
    if at is None or not dojo.takes_experiments or dojo.stage.reveal_has_begun:
        return False
    # One that was skipped before it began has ended nothing.
    ended = [phase.ended_at for phase in dojo.phases.all() if phase.started_at and phase.ended_at]
    return not any(end > at for end in ended)


def keep_version(experiment: Experiment, author: User | None) -> None:
    """Keep the conclusion as it is now, with who saved it."""
    ConclusionVersion.objects.create(
        experiment=experiment,
        author=author,
        saved_at=timezone.now(),
        analysis=experiment.analysis,
        claims=experiment.claims,
        decision=experiment.decision,
        next_step=experiment.next_step,
    )
