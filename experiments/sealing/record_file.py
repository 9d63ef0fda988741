"""The record's file, record.json, and the file that verifies it, for every ZIP."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.db.models import Prefetch, QuerySet

from classrooms.models import Dojo, Seat
from experiments.models import Experiment, Run, SealedEntry
from experiments.sealing import verify_record
from experiments.sealing.chain import moment
from experiments.sealing.contents import (
    NOT_SEALED,
    Content,
    decision_of,
    registered_of,
    result_of,
)

VERIFIER = "verify_record.py"
# A run that ends meanwhile is in one part of the file and not in the other: it is read again.
TRIES = 10


def record_files(
    dojo: Dojo, language: str, seats: Iterable[Seat], *, sees_everyone: bool = False
) -> dict[str, bytes]:
    """Both files, by name; none where the Dojo's rules leave the record out.

    Args:
        seats: whose contents are shown. Of the others there are the digests, which tell nothing.
        sees_everyone: these are all who take part, so that contents of nobody in particular are
            theirs, too.
    """
    if not dojo.rules.seals_record:
        return {}
    shown = list(seats)
    record = {"format": verify_record.FORMAT, "dojo": dojo.public_id, "language": language}
    for _try in range(TRIES):
        before = _length(dojo)
        record |= {
            "entries": _entries(dojo, shown, sees_everyone=sees_everyone),
            "experiments": _shown_now(shown),
        }
        if _length(dojo) == before:
            break
    return {
        verify_record.RECORD: verify_record.written(record).encode(),
        VERIFIER: Path(verify_record.__file__).read_bytes(),
    }


def _length(dojo: Dojo) -> int:
    return SealedEntry.objects.filter(dojo=dojo).count()


def _entries(dojo: Dojo, seats: list[Seat], *, sees_everyone: bool) -> list[dict[str, Any]]:
    every = SealedEntry.objects.filter(dojo=dojo).order_by("index")
    own = every if sees_everyone else every.filter(experiment__seat__in=seats)
    phases = every.filter(kind=SealedEntry.Kind.PHASE)
    shown = dict((own | phases).values_list("pk", "content"))
    return [_as_json(entry, shown.get(entry.pk)) for entry in every.defer("content")]


def _as_json(entry: SealedEntry, content: str | None) -> dict[str, Any]:
    told = {
        "index": entry.index,
        "kind": entry.kind,
        "sealed_at": moment(entry.sealed_at),
        "content_digest": entry.content_digest,
        "digest": entry.digest,
    }
    if entry.is_erased:
        return told | {"state": verify_record.ERASED}
    if content is None:
        return told | {"state": verify_record.HIDDEN}
    return told | {"state": verify_record.SHOWN, "salt": entry.salt, "content": content}


def _shown_now(seats: list[Seat]) -> dict[str, dict[str, Content]]:
    """What the platform shows of these people's experiments, in the form in which it was sealed."""
    found = _with_results(Experiment.objects.filter(seat__in=seats))
    return {experiment.public_id: _parts(experiment) for experiment in found}


def _with_results(experiments: QuerySet[Experiment]) -> QuerySet[Experiment]:
    runs = Run.objects.results().select_related("experiment__seat", "predictions")
    ordered = runs.defer(*NOT_SEALED).order_by("pk")
    found = experiments.select_related("seat", "compared_to").order_by("number")
    return found.prefetch_related(Prefetch("runs", queryset=ordered))


def _parts(experiment: Experiment) -> dict[str, Content]:
    parts = {"registered": registered_of(experiment)}
    if not experiment.run.is_unfinished:
        predictions = getattr(experiment.run, "predictions", None)
        parts["result"] = result_of(experiment.run, predictions)
    if experiment.is_closed:
        parts["decision"] = decision_of(experiment)
    return parts
