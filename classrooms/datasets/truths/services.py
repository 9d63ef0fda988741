"""Services of a facilitator's own truths. Each is one transaction."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import transaction

from classrooms.datasets.services import HIGHEST_SEED
from classrooms.exceptions import NotNow
from classrooms.identifiers import new_public_id
from classrooms.models import Dataset

MOST_TRUTHS = 20
MOST_PLANTED = 5


@transaction.atomic
def declare_truth(
    dataset: Dataset, *, kind: str, columns: list[str], value: str, note: str
) -> None:
    """Keep what a facilitator knows of the data; it changes no number.

    Raises:
        NotNow: there are too many.
    """
    locked = Dataset.objects.select_for_update().get(pk=dataset.pk)
    if len(locked.truths) >= MOST_TRUTHS:
        raise NotNow
    told = {"kind": kind, "columns": columns, "value": value, "note": note}
    locked.truths = [*locked.truths, {"key": new_public_id()} | told]
    locked.save(update_fields=["truths"])


@transaction.atomic
def withdraw_truth(dataset: Dataset, key: str) -> None:
    """Take a declared truth back."""
    locked = Dataset.objects.select_for_update().get(pk=dataset.pk)
    locked.truths = [one for one in locked.truths if one["key"] != key]
    locked.save(update_fields=["truths"])


@transaction.atomic
def plant(dataset: Dataset, *, name: str, kind: str) -> None:
    """Have a column added by the split, from a seed of its own.

    Raises:
        NotNow: the dataset is split already, a worker is busy with it, there are too many, or one
            has this name.
    """
    locked = _before_split(dataset)
    taken = {one["name"] for one in locked.planted_columns}
    if len(taken) >= MOST_PLANTED or name in taken | names_of(locked):
        raise NotNow
    seed = secrets.randbelow(HIGHEST_SEED)
    _store(locked, [*locked.planted_columns, {"name": name, "kind": kind, "seed": seed}])


@transaction.atomic
def uproot(dataset: Dataset, name: str) -> None:
    """Add no such column after all.

    Raises:
        NotNow: the dataset is split already, or a worker is busy with it.
    """
    locked = _before_split(dataset)
    _store(locked, [one for one in locked.planted_columns if one["name"] != name])


def names_of(dataset: Dataset) -> set[str]:
    """Of the columns of the file."""
    return {column["name"] for column in dataset.columns}


def _before_split(dataset: Dataset) -> Dataset:
    locked = Dataset.objects.select_for_update().get(pk=dataset.pk)
    if not locked.is_correctable:
        raise NotNow
    return locked


def _store(dataset: Dataset, planted: list[dict[str, Any]]) -> None:
    dataset.planted_columns = planted
    dataset.save(update_fields=["planted_columns"])
