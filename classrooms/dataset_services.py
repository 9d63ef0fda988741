"""Verbs that change datasets. Each is one transaction; a worker does the reading."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext

from classrooms.exceptions import NotNow
from classrooms.jobs import ring
from classrooms.models import Dataset
from classrooms.tasks import process_dataset
from experiments.engine.bundled import BUNDLED
from experiments.engine.reading.table_format import TableFormat
from experiments.engine.schema import ColumnType


@transaction.atomic
def add_bundled_dataset(owner: User, key: str) -> Dataset:
    """Take a bundled dataset; its target is known, so it is split at once."""
    bundled = BUNDLED[key]
    dataset = Dataset.objects.create(
        owner=owner,
        title=gettext(bundled.title),
        bundled_key=key,
        target=bundled.target,
        positive_class=bundled.positive_class,
        split_kind=bundled.split.kind,
        split_by=bundled.split.column or "",
        split_seed=bundled.split.seed,
        step=Dataset.Step.PREPARE,
    )
    ring(process_dataset, dataset.pk)
    return dataset


@transaction.atomic
def upload_dataset(owner: User, *, title: str, file: Any) -> Dataset:
    """Store an uploaded file as it is, and have it read."""
    dataset = Dataset(owner=owner, title=title, upload_name=file.name[:255])
    dataset.upload.save(file.name, file, save=False)
    dataset.save()
    ring(process_dataset, dataset.pk)
    return dataset


@transaction.atomic
def correct_format(dataset: Dataset, table_format: TableFormat) -> None:
    """Say how the file is written, and have it read again.

    Raises:
        NotNow: the dataset is split already, or a worker is busy with it.
    """
    _queue_again(
        dataset,
        step=Dataset.Step.INSPECT,
        corrected_format=table_format.model_dump(mode="json"),
        column_types={},
        leak_columns=[],
    )


@dataclass(frozen=True)
class Preparation:
    """What a facilitator decides before the split.

    Attributes:
        rest_label: names all classes but the positive one; "" when there are two.
        split_by: the column of times or groups; "" for a split at random.
        column_types: types by column name, where the guess was wrong.
        leak_columns: columns that are written after the fact.
    """

    target: str
    positive_class: str
    rest_label: str = ""
    split_kind: str = Dataset.SplitKind.STRATIFIED
    split_by: str = ""
    column_types: dict[str, ColumnType] = field(default_factory=dict)
    leak_columns: list[str] = field(default_factory=list)


@transaction.atomic
def prepare_dataset(dataset: Dataset, preparation: Preparation) -> None:
    """Have the data split as decided.

    Raises:
        NotNow: the dataset is split already, or a worker is busy with it.
    """
    _queue_again(dataset, step=Dataset.Step.PREPARE, **asdict(preparation))


def _queue_again(dataset: Dataset, **fields: Any) -> None:
    if not Dataset.objects.correctable().filter(pk=dataset.pk).queue_again(**fields):
        raise NotNow
    ring(process_dataset, dataset.pk)


def mark_sensitive(dataset: Dataset, columns: list[str]) -> None:
    """Say by which columns people are not to be treated differently: it changes no number,
    so it may be done at any time."""
    dataset.sensitive_columns = columns
    dataset.save(update_fields=["sensitive_columns"])


def write_card(dataset: Dataset, *, meanings: dict[str, str], **texts: str) -> None:
    """Describe an upload: it changes no number, so it may be done at any time."""
    for name, text in texts.items():
        setattr(dataset, name, text)
    dataset.column_meanings = {name: text for name, text in meanings.items() if text}
    dataset.save(update_fields=[*texts, "column_meanings"])
