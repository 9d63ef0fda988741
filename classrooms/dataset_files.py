"""A dataset's files go with it, whichever way it is deleted."""

from __future__ import annotations

from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from classrooms.models import Dataset


@receiver(post_delete, sender=Dataset)
def delete_files(instance: Dataset, **kwargs: Any) -> None:
    """Once the deletion is certain; a table that another dataset has, too, stays."""
    paths = [instance.participant_csv_path]
    if instance.upload.name:
        paths.append(instance.upload.name)
    same = Dataset.objects.filter(content_hash=instance.content_hash)
    if instance.content_hash and not same.exists():
        paths.append(instance.table_path)

    def delete() -> None:
        for path in paths:
            default_storage.delete(path)

    transaction.on_commit(delete)
