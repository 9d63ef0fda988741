"""Delete a dataset's files with it, however it is deleted."""

from __future__ import annotations

from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from classrooms.models import Dataset
from classrooms.storage import files


def stored_files(dataset: Dataset) -> list[str]:
    """Paths in the storage of all that is kept of a dataset beside its record."""
    paths = [dataset.participant_csv_path]
    if dataset.upload.name:
        paths.append(dataset.upload.name)
    if dataset.content_hash:
        paths.append(dataset.table_path)
    return [path for path in paths if default_storage.exists(path)]


def delete_unused_table(path: str) -> None:
    """Delete a table that a dataset had before it was split anew, unless another one has it."""
    if not any(dataset.table_path == path for dataset in Dataset.objects.only("content_hash")):
        transaction.on_commit(lambda: files.delete(path))


@receiver(post_delete, sender=Dataset)
def delete_files(instance: Dataset, **kwargs: Any) -> None:
    """Once the deletion is certain; a table that another dataset has, too, stays."""
    paths = stored_files(instance)
    if Dataset.objects.filter(content_hash=instance.content_hash).exists():
        paths = [path for path in paths if path != instance.table_path]

    def delete() -> None:
        for path in paths:
            files.delete(path)

    transaction.on_commit(delete)
