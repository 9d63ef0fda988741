"""Services that decide about values. Each is one transaction; everything can be undone until the
split."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from classrooms.datasets.services import requeue
from classrooms.exceptions import NotNow
from classrooms.models import Dataset
from engine.reading.cleaning.decisions import Decision, Kind


@transaction.atomic
def decide(dataset: Dataset, keys: Iterable[str]) -> None:
    """Merge, or read as missing, as these questions propose, and have the file read again.

    Raises:
        NotNow: it is split already, a worker is busy with it, or nothing of the kind is asked.
    """
    locked, wanted = _locked(dataset), set(keys)
    decided = {decision.key for decision in locked.cleaning}
    more = [one.decision for one in locked.asked if one.key in wanted - decided]
    if not more:
        raise NotNow
    locked.settled = [key for key in locked.settled if key not in wanted]
    _read_again(locked, [*locked.cleaning, *more])


def open_merges(dataset: Dataset) -> list[str]:
    """Keys of the columns' spellings that differ in spaces and capitals only, not decided yet."""
    done = {*dataset.settled, *(decision.key for decision in dataset.cleaning)}
    return [
        question.key
        for question in dataset.asked
        if question.kind == Kind.SPELLINGS and question.key not in done
    ]


@transaction.atomic
def settle(dataset: Dataset, key: str) -> None:
    """Keep that these values are right as they are.

    Raises:
        NotNow: it is split already, a worker is busy with it, or nothing of the kind is asked.
    """
    locked = _locked(dataset)
    if key not in {question.key for question in locked.asked}:
        raise NotNow
    locked.settled = [*dict.fromkeys([*locked.settled, key])]
    locked.save(update_fields=["settled"])


@transaction.atomic
def undo(dataset: Dataset, key: str) -> None:
    """Take back a decision, with which the file is read again, or that nothing is to be done.

    Raises:
        NotNow: it is split already, or a worker is busy with it.
    """
    locked = _locked(dataset)
    locked.settled = [one for one in locked.settled if one != key]
    locked.save(update_fields=["settled"])
    kept = [decision for decision in locked.cleaning if decision.key != key]
    if len(kept) < len(locked.decisions):
        _read_again(locked, kept)


@transaction.atomic
def choose_division(dataset: Dataset, kind: str, column: str) -> None:
    """Split as the columns suggest; the page's form still changes it.

    Raises:
        NotNow: it is split already, a worker is busy with it, or nothing of the kind is suggested.
    """
    locked = _locked(dataset)
    suggested = {(one["kind"], one["column"]) for one in locked.divisions}
    if (kind, column) not in suggested or column in (locked.target, *locked.dropped_columns):
        raise NotNow
    locked.split_kind, locked.split_by = kind, column
    locked.save(update_fields=["split_kind", "split_by"])


def _locked(dataset: Dataset) -> Dataset:
    locked = Dataset.objects.select_for_update().get(pk=dataset.pk)
    if not locked.awaits_target:
        raise NotNow
    return locked


def _read_again(dataset: Dataset, decisions: list[Decision]) -> None:
    requeue(
        dataset,
        step=Dataset.Step.INSPECT,
        settled=dataset.settled,
        decisions=[decision.model_dump(mode="json") for decision in decisions],
    )
