"""Services that change datasets. Each is one transaction; a worker reads the files."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, field
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Sum
from django.utils.translation import gettext

from classrooms.datasets.use import dojos_that_hold
from classrooms.exceptions import NotNow, OverQuota
from classrooms.models import Dataset, HealthReport, LeakCheck, TrainRows, User
from classrooms.models.datasets import upload_path
from classrooms.storage import files
from engine.bundled import BUNDLED
from engine.reading.table_format import TableFormat
from engine.spec.schema import ColumnType
from jobs.enqueue import wake_workers

# What every database stores, and every library takes.
HIGHEST_SEED = 2**31 - 1


@transaction.atomic
def add_bundled_dataset(owner: User, key: str, *, split_seed: int | None = None) -> Dataset:
    """Take a bundled dataset; its target is known, so it is split at once.

    Args:
        split_seed: by default each copy has one of its own, so that no hidden score of one tells
            one of another.

    Raises:
        OverQuota: they have too many datasets.
    """
    bundled = BUNDLED[key]
    _check_quota(owner)
    dataset = Dataset.objects.create(
        owner=owner,
        owner_key=owner.pk,
        title=gettext(bundled.title),
        bundled_key=key,
        target=bundled.target,
        positive_class=bundled.positive_class,
        split_kind=bundled.split.kind,
        split_by=bundled.split.column or "",
        split_seed=secrets.randbelow(HIGHEST_SEED) if split_seed is None else split_seed,
        step=Dataset.Step.PREPARE,
    )
    wake_workers(Dataset)
    return dataset


@transaction.atomic
def upload_dataset(owner: User, *, title: str, file: Any) -> Dataset:
    """Store an uploaded file as it is, and have it read.

    Raises:
        OSError: there is no room for it.
        OverQuota: they have too many datasets, or too many bytes of them.
    """
    _check_quota(owner, file.size)
    dataset = Dataset(
        owner=owner,
        owner_key=owner.pk,
        title=title,
        upload_name=file.name[:255],
        upload_bytes=file.size,
    )
    dataset.upload = upload_path(dataset, file.name)
    files.store(dataset.upload.name, file)
    dataset.save()
    wake_workers(Dataset)
    return dataset


def _check_quota(owner: User, size: int = 0) -> None:
    """Locked, so that two uploads at once are counted one after the other."""
    User.objects.select_for_update().get(pk=owner.pk)
    own = Dataset.objects.filter(owner=owner).aggregate(count=Count("pk"), size=Sum("upload_bytes"))
    if own["count"] >= settings.DATASETS_PER_PERSON:
        raise OverQuota("datasets", settings.DATASETS_PER_PERSON)
    most = settings.UPLOADS_PER_PERSON_MEGABYTES
    if (own["size"] or 0) + size > most * 1024 * 1024:
        raise OverQuota("uploads", most)


@transaction.atomic
def correct_format(dataset: Dataset, table_format: TableFormat) -> None:
    """Say how the file is written, and have it read again.

    Raises:
        NotNow: the dataset is split already, or a worker is busy with it.
    """
    requeue(
        dataset,
        step=Dataset.Step.INSPECT,
        corrected_format=table_format.model_dump(mode="json"),
        column_types={},
        leak_columns=[],
        dropped_columns=[],
        dropped_rows=[],
        leak_answers={},
        planted_columns=[],
        decisions=[],
        settled=[],
        drops_unlabelled=False,
    )
    LeakCheck.objects.filter(dataset=dataset).delete()


@dataclass(frozen=True)
class Preparation:
    """What a facilitator decides before the split.

    Attributes:
        rest_label: names all classes but the positive one; "" when there are two.
        split_by: the column of times or groups; "" for a split at random.
        column_types: types by column name, where the guess was wrong.
        leak_columns: columns that are written after the fact.
        drops_unlabelled: rows without a value of the target are left out.
        decisions: about values of single columns (engine Decision dicts).
        dropped_columns: columns that are left out; None leaves what was decided before.
    """

    target: str
    positive_class: str
    rest_label: str = ""
    split_kind: str = Dataset.SplitKind.STRATIFIED
    split_by: str = ""
    column_types: dict[str, ColumnType] = field(default_factory=dict)
    leak_columns: list[str] = field(default_factory=list)
    drops_unlabelled: bool = False
    decisions: list[dict[str, Any]] = field(default_factory=list)
    dropped_columns: list[str] | None = None

    @property
    def fields(self) -> dict[str, Any]:
        """What is decided, by the dataset's names for it."""
        return {name: value for name, value in asdict(self).items() if value is not None}


@transaction.atomic
def prepare_dataset(dataset: Dataset, preparation: Preparation) -> None:
    """Have the data split as decided.

    Raises:
        NotNow: the dataset is split already, or a worker is busy with it.
    """
    fields = repairs_kept(dataset, preparation) | preparation.fields
    requeue(dataset, step=Dataset.Step.PREPARE, **fields)


def repairs_kept(dataset: Dataset, preparation: Preparation) -> dict[str, Any]:
    """What stays of the leak desk's repairs and answers: with another target, nothing."""
    before = (dataset.target, dataset.positive_class, dataset.rest_label)
    if before == (preparation.target, preparation.positive_class, preparation.rest_label):
        return {}
    return {"dropped_columns": [], "dropped_rows": [], "leak_answers": {}}


def requeue(dataset: Dataset, **fields: Any) -> None:
    """Store what was decided, and have a worker read the file with it.

    Raises:
        NotNow: the dataset is split already, or a worker is busy with it.
    """
    if not Dataset.objects.correctable().filter(pk=dataset.pk).requeue(**fields):
        raise NotNow
    wake_workers(Dataset)


@transaction.atomic
def undo_split(dataset: Dataset) -> None:
    """Have an upload read again, to be split anew. What was decided stays decided until then.

    Dojos that use it and have not started keep it, with their rules and what is written in
    them; they cannot start before it is split again.

    Raises:
        NotNow: a Dojo that has started uses it, it is not split yet, or it comes with the
            product.
    """
    locked = Dataset.objects.select_for_update().get(pk=dataset.pk)
    if locked.bundled_key or not locked.is_ready or dojos_that_hold(locked):
        raise NotNow
    Dataset.objects.filter(pk=dataset.pk).requeue(step=Dataset.Step.INSPECT)
    HealthReport.objects.filter(dataset=dataset).delete()
    TrainRows.objects.filter(dataset=dataset).delete()
    wake_workers(Dataset)


@transaction.atomic
def delete_dataset(dataset: Dataset) -> None:
    """Delete a dataset with its files.

    Raises:
        NotNow: a Dojo uses it, or a worker is busy with it.
    """
    locked = Dataset.objects.select_for_update().get(pk=dataset.pk)
    if locked.is_unfinished or locked.dojos.exists():
        raise NotNow
    locked.delete()


def mark_sensitive(dataset: Dataset, columns: list[str]) -> None:
    """Say by which columns people are not to be treated differently: it changes no number,
    so it may be done at any time."""
    dataset.sensitive_columns = columns
    dataset.save(update_fields=["sensitive_columns"])


def write_card(
    dataset: Dataset, *, meanings: dict[str, str], labels: dict[str, str], **texts: str
) -> None:
    """Describe an upload: it changes no number, so it may be done at any time."""
    for name, text in texts.items():
        setattr(dataset, name, text)
    dataset.column_meanings = {name: text for name, text in meanings.items() if text}
    dataset.column_labels = {name: text for name, text in labels.items() if text}
    dataset.save(update_fields=[*texts, "column_meanings", "column_labels"])
