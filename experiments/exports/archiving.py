"""Packing a whole Dojo in a worker: it takes a while where people are many."""

from __future__ import annotations

import tempfile
from typing import Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from classrooms.jobs import Fields, Report, perform_job, ring, worker_name
from classrooms.models import Dojo
from classrooms.people import FACILITATOR
from experiments.exports.dojo_archive import write_dojo_archive
from experiments.models import DojoArchive
from experiments.tasks import make_exports

IN_MEMORY = 4 * 1024 * 1024


@transaction.atomic
def request_archive(dojo: Dojo, *, anonymous: bool) -> None:
    """Queue the packing; one that is under way already is left alone."""
    archive, is_new = DojoArchive.objects.select_for_update().get_or_create(
        dojo=dojo, is_anonymous=anonymous
    )
    if not is_new:
        if archive.is_unfinished:
            return
        DojoArchive.objects.filter(pk=archive.pk).queue_again()
    ring(make_exports)


# --- In a worker ----------------------------------------------------------------------------
def pack_next() -> bool:
    """Pack the Dojo that has waited longest; False where none waits."""
    claimed = DojoArchive.objects.order_by("queued_at", "pk").claim_first(worker=worker_name())
    if claimed is None:
        return False
    pk, attempt = claimed
    archive = DojoArchive.objects.select_related("dojo").get(pk=pk)
    perform_job(
        archive, lambda report: _pack(archive, report), attempt=attempt, on_change=lambda: None
    )
    return True


def _pack(archive: DojoArchive, report: Report) -> Fields:
    seats = archive.dojo.memberships.filter(role=FACILITATOR)
    viewer = seats.select_related("dojo__dataset").order_by("pk")[0]
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as file:
        write_dojo_archive(file, viewer, anonymous=archive.is_anonymous, report=report)
        file.seek(0)
        # Who is reading the file of before goes on reading it.
        default_storage.delete(archive.path)
        default_storage.save(archive.path, File(file))
    return {}


@receiver(post_delete, sender=DojoArchive)
def delete_file(instance: DojoArchive, **kwargs: Any) -> None:
    """It goes with its Dojo."""
    path = instance.path
    transaction.on_commit(lambda: default_storage.delete(path))
