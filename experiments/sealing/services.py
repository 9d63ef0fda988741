"""Services that seal what happens to an experiment. Each is part of the transaction of the
change itself, and does nothing where the Dojo's rules leave the record out.

They come last in it: the chain is locked by the Dojo's channel (see `append`), and who holds
that waits for no other row, or two might wait for each other.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import transaction
from django.dispatch import receiver

from classrooms.agenda.timeline import phase_ended
from classrooms.models import Phase
from experiments.models import Experiment, Predictions, Run, SealedEntry
from experiments.sealing.chain import append, moment
from experiments.sealing.contents import (
    NOT_SEALED,
    Content,
    decision_of,
    registered_of,
    result_of,
)

Kind = SealedEntry.Kind
CORRECTION_OF = {Kind.RESULT: Kind.CORRECTED_RESULT, Kind.DECISION: Kind.CORRECTED_DECISION}


@transaction.atomic
def seal_registration(experiment: Experiment) -> None:
    """Seal what was registered, before anything of its run is known."""
    dojo = experiment.seat.dojo
    if dojo.rules.seals_record:
        append(dojo, Kind.REGISTERED, registered_of(experiment), experiment=experiment)


@transaction.atomic
def seal_result(run: Run) -> None:
    """Seal how a run ended; one that was lost and ran again has a correction. Repetitions are
    no results, and are not sealed.

    Args:
        run: as some process has it in memory; it is read again.
    """
    if run.reproduces_id is not None:
        return
    stored = Run.objects.select_related("experiment__seat__dojo__rules").defer(*NOT_SEALED)
    found = stored.get(pk=run.pk)
    if not found.experiment.seat.dojo.rules.seals_record or found.is_unfinished:
        return
    predictions = Predictions.objects.filter(run=run).first()
    _seal(found.experiment, Kind.RESULT, result_of(found, predictions))


@transaction.atomic
def seal_decision(experiment: Experiment) -> None:
    """Seal a conclusion, or a correction of it where it changed since. An open one is no
    decision yet."""
    stored = Experiment.objects.select_related("seat__dojo__rules").get(pk=experiment.pk)
    if stored.seat.dojo.rules.seals_record and stored.is_closed:
        _seal(stored, Kind.DECISION, decision_of(stored))


def _seal(experiment: Experiment, kind: SealedEntry.Kind, content: Content) -> None:
    """Append a content, unless it is what was sealed last.

    Nobody else seals of this experiment meanwhile: its row, or its run's, is locked by the
    change that this belongs to.
    """
    kinds = (kind, CORRECTION_OF[kind])
    last = SealedEntry.objects.of_experiment(experiment, kinds).order_by("index").last()
    if last is not None and json.loads(last.content) == content:
        return
    append(
        experiment.seat.dojo,
        CORRECTION_OF[kind] if last else kind,
        content,
        experiment=experiment,
    )


@receiver(phase_ended, dispatch_uid="root at the end of a phase")
def seal_phase(phase: Phase, **_kwargs: Any) -> None:
    """Seal that a phase ended: the root that is then shown is this entry's."""
    if phase.dojo.rules.seals_record:
        ended = moment(phase.ended_at) if phase.ended_at else None
        content = {"position": phase.position, "title": phase.title, "ended_at": ended}
        append(phase.dojo, Kind.PHASE, content)
