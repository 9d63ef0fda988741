"""Ask a worker for documents and Dojo exports, and check whether they are current."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from classrooms.exceptions import OverQuota
from classrooms.models import Dojo, Seat, User
from classrooms.storage import files
from experiments.exports.documents.html_log import log_digest
from experiments.exports.notebooks.notebook import notebook_digest
from experiments.exports.record import Record
from experiments.models import DojoArchive, Export
from experiments.submit.services import announce_page, job_keys
from jobs.enqueue import wake_workers
from jobs.models import FINISHED

DIGESTS: dict[str, Callable[[Record], str]] = {
    Export.Kind.PDF: log_digest,
    Export.Kind.EXECUTION: notebook_digest,
}


def is_current(export: Export | None, record: Record) -> bool:
    """Return whether the document matches the present record."""
    return (
        export is not None
        and export.has_succeeded
        and export.digest == DIGESTS[export.kind](record)
    )


@transaction.atomic
def ask_for_export(person: User, seat: Seat, kind: Export.Kind) -> None:
    """`request_export` for somebody who asks, within what one person may ask for.

    Raises:
        OverQuota: so many of their documents are being made already, in all of their Dojos.
    """
    User.objects.select_for_update().get(pk=person.pk)
    unfinished = Export.objects.filter(seat__people=person).exclude(status__in=FINISHED)
    if unfinished.exclude(seat=seat, kind=kind).count() >= settings.EXPORTS_AT_ONCE:
        raise OverQuota("exports", settings.EXPORTS_AT_ONCE)
    request_export(seat, kind)


@transaction.atomic
def request_export(seat: Seat, kind: Export.Kind) -> None:
    """Queue a document; one that is being made already is left alone."""
    export, is_new = Export.objects.select_for_update().get_or_create(
        seat=seat, kind=kind, defaults=job_keys(seat)
    )
    if is_new or Export.objects.filter(pk=export.pk, status__in=FINISHED).requeue():
        announce_page(seat)
        wake_workers(Export)


@transaction.atomic
def request_archive(dojo: Dojo, *, anonymous: bool) -> None:
    """Queue the packing of a Dojo; one that is under way already is left alone."""
    archive, is_new = DojoArchive.objects.select_for_update().get_or_create(
        dojo=dojo, is_anonymous=anonymous, defaults={"share_key": dojo.pk}
    )
    if is_new or DojoArchive.objects.filter(pk=archive.pk, status__in=FINISHED).requeue():
        wake_workers(DojoArchive)


@receiver(post_delete, sender=DojoArchive)
def delete_file(instance: DojoArchive, **kwargs: Any) -> None:
    """It goes with its Dojo."""
    path = instance.path
    transaction.on_commit(lambda: files.delete(path))
