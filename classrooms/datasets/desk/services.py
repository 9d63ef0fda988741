"""Services of the leak desk. Each is one transaction; everything can be undone until the split."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from classrooms.datasets.services import Preparation, repairs_kept
from classrooms.exceptions import NotNow
from classrooms.models import Dataset, LeakCheck
from engine.reading.leaks.repairs import Repair
from jobs.enqueue import wake_workers

# What a check looks at: with another of these it is done again.
LOOKED_AT = (
    "target",
    "positive_class",
    "rest_label",
    "column_types",
    "drops_unlabelled",
    "decisions",
)
CHOSEN = (*LOOKED_AT, "leak_columns", "dropped_columns")
STORED = ("leak_columns", "dropped_columns", "dropped_rows", "split_kind", "split_by")


@transaction.atomic
def choose_target(dataset: Dataset, preparation: Preparation) -> None:
    """Keep the target, the types and the marks, and have leaks looked for; nothing is split.

    Raises:
        NotNow: the dataset is split already, or a worker is busy with it.
    """
    chosen = {name: value for name, value in preparation.fields.items() if name in CHOSEN}
    changed = Dataset.objects.correctable().filter(pk=dataset.pk)
    if not changed.update(**repairs_kept(dataset, preparation) | chosen):
        raise NotNow
    _request_check(dataset, {name: chosen[name] for name in LOOKED_AT})


def _request_check(dataset: Dataset, about: dict[str, Any]) -> None:
    """Have it done, unless it is done or under way for these very choices."""
    found, is_new = LeakCheck.objects.get_or_create(
        dataset=dataset, defaults={"about": about, "owner_key": dataset.owner_key}
    )
    if not is_new:
        if found.about == about and not found.has_failed:
            return
        LeakCheck.objects.filter(pk=found.pk).requeue(about=about, content={})
    wake_workers(LeakCheck)


@transaction.atomic
def mend(dataset: Dataset, finding: dict[str, Any], repair: Repair) -> None:
    """Do one of a finding's repairs.

    Raises:
        NotNow: it does not help against this, or it is too late for it.
    """
    locked = _locked(dataset)
    if repair not in finding["repairs"]:
        raise NotNow
    _take_back(locked, finding)
    columns = finding["columns"]
    match repair:
        case Repair.MARK:
            locked.leak_columns = _with(locked.leak_columns, columns)
        case Repair.DROP:
            locked.dropped_columns = _with(locked.dropped_columns, columns)
        case Repair.GROUP | Repair.TIME:
            locked.split_kind, locked.split_by = repair.value, columns[0]
        case Repair.DUPLICATES | Repair.CONFLICTS:
            locked.dropped_rows = _with(locked.dropped_rows, [repair.value])
    if locked.split_by in locked.dropped_columns:
        locked.split_kind, locked.split_by = Dataset.SplitKind.STRATIFIED, ""
    _save(locked)


@transaction.atomic
def answer(dataset: Dataset, finding: dict[str, Any], reason: str) -> None:
    """Keep why nothing needs mending; of a question, "" says that the column is known.

    Raises:
        NotNow: it is split already, or a worker is busy with it.
    """
    locked = _locked(dataset)
    _take_back(locked, finding)
    said = {"columns": finding["columns"], "reason": reason, "code": finding["code"]}
    locked.leak_answers = locked.leak_answers | {finding["key"]: said}
    _save(locked)


@transaction.atomic
def undo(dataset: Dataset, finding: dict[str, Any]) -> None:
    """Take back what was done or answered about a finding.

    Raises:
        NotNow: it is split already, or a worker is busy with it.
    """
    locked = _locked(dataset)
    _take_back(locked, finding)
    _save(locked)


@transaction.atomic
def mark_after_split(dataset: Dataset, columns: Iterable[str], *, marked: bool) -> None:
    """Mark columns of a dataset that is split and that no Dojo uses yet, or take the marks back.

    Raises:
        NotNow: a Dojo uses it: there, its runs are judged anew with the mark.
    """
    locked = Dataset.objects.select_for_update().get(pk=dataset.pk)
    if not locked.is_ready or locked.bundled_key or locked.dojos.exists():
        raise NotNow
    names = set(columns)
    kept = [name for name in locked.leak_columns if name not in names]
    locked.leak_columns = _with(kept, sorted(names)) if marked else kept
    # A planted leak has its mark in the schema alone, and keeps it.
    for column in (*locked.columns, *locked.data_schema["columns"]):
        if column["name"] in names:
            column["leak"] = marked
    locked.save(update_fields=["leak_columns", "columns", "data_schema"])


def _locked(dataset: Dataset) -> Dataset:
    locked = Dataset.objects.select_for_update().get(pk=dataset.pk)
    if not locked.is_correctable:
        raise NotNow
    return locked


def _save(dataset: Dataset) -> None:
    dataset.save(update_fields=[*STORED, "leak_answers"])


def _take_back(dataset: Dataset, finding: dict[str, Any]) -> None:
    columns = finding["columns"]
    dataset.leak_columns = [name for name in dataset.leak_columns if name not in columns]
    dataset.dropped_columns = [name for name in dataset.dropped_columns if name not in columns]
    dataset.dropped_rows = [kind for kind in dataset.dropped_rows if kind != finding["code"]]
    if dataset.split_by in columns:
        dataset.split_kind, dataset.split_by = Dataset.SplitKind.STRATIFIED, ""
    dataset.leak_answers = {
        key: said for key, said in dataset.leak_answers.items() if key != finding["key"]
    }


def _with(names: list[str], more: Iterable[str]) -> list[str]:
    return list(dict.fromkeys([*names, *more]))
