"""Verbs that change datasets. Each is one transaction; a worker does the reading."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from classrooms.jobs import ring
from classrooms.models import Dataset
from classrooms.models.jobs import JobStatus
from classrooms.services import NotNow
from classrooms.tasks import process_dataset
from experiments.engine.bundled import BUNDLED


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
def choose_target(dataset: Dataset, *, target: str, positive_class: str) -> None:
    """Name what is to be predicted, and have the data split.

    Raises:
        NotNow: the target was chosen already.
    """
    # The dataset's second job begins: its life starts again from the queue.
    chosen = Dataset.objects.filter(
        pk=dataset.pk, step=Dataset.Step.INSPECT, status=JobStatus.SUCCEEDED
    ).update(
        target=target,
        positive_class=positive_class,
        step=Dataset.Step.PREPARE,
        status=JobStatus.QUEUED,
        attempt=0,
        progress=0.0,
        queued_at=timezone.now(),
        started_at=None,
        finished_at=None,
    )
    if not chosen:
        raise NotNow
    ring(process_dataset, dataset.pk)
