"""Making documents that take a worker. What makes them is imported when it is needed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone, translation

from classrooms.jobs import Fields, Report, perform_job, ring, worker_name
from classrooms.models import Membership
from classrooms.models.jobs import JobStatus
from experiments.exports.html_log import html_log, log_digest
from experiments.exports.notebook import build_notebook, notebook_digest
from experiments.exports.pictures import pictures_of
from experiments.exports.record import Record, record_of
from experiments.models import Export, Run
from experiments.services import announce_page
from experiments.tasks import make_exports

# How long a document lets runs go first.
PATIENCE = timedelta(minutes=1)

DIGESTS: dict[str, Callable[[Record], str]] = {
    Export.Kind.PDF: log_digest,
    Export.Kind.EXECUTION: notebook_digest,
}


def is_current(export: Export | None, record: Record) -> bool:
    """Whether it is made of what the record says now."""
    return (
        export is not None
        and export.has_succeeded
        and export.digest == DIGESTS[export.kind](record)
    )


@transaction.atomic
def request_export(membership: Membership, kind: Export.Kind) -> None:
    """Queue a document; one that is being made already is left alone."""
    export, is_new = Export.objects.select_for_update().get_or_create(
        membership=membership, kind=kind
    )
    if not is_new:
        if export.is_unfinished:
            return
        Export.objects.filter(pk=export.pk).queue_again()
    announce_page(membership)
    ring(make_exports)


# --- In a worker ----------------------------------------------------------------------------
def make_next() -> bool:
    """Make the document that has waited longest; False where none waits.

    Runs come first, for a minute: somebody waits in front of them. One notebook is
    executed at a time, so that the other processes go on with runs.
    """
    waiting = Export.objects.order_by("queued_at", "pk")
    if Run.objects.queued().exists():
        waiting = waiting.filter(queued_at__lt=timezone.now() - PATIENCE)
    executions = Export.objects.filter(kind=Export.Kind.EXECUTION, status=JobStatus.RUNNING)
    if executions.exists():
        waiting = waiting.exclude(kind=Export.Kind.EXECUTION)
    claimed = waiting.claim_first(worker=worker_name())
    if claimed is None:
        return False
    pk, attempt = claimed
    related = "membership__dojo__dataset"
    export = Export.objects.select_related(related).defer("file").get(pk=pk)
    perform_job(
        export,
        lambda report: MAKERS[export.kind](export, report),
        attempt=attempt,
        on_change=lambda: announce_page(export.membership),
    )
    return True


def _make_pdf(export: Export, report: Report) -> Fields:
    from experiments.exports.drawing import draw_missing  # noqa: PLC0415 (starts a JavaScript engine)
    from experiments.exports.pdf import pdf_of  # noqa: PLC0415 (loads Pango)

    record = record_of(export.membership)
    runs = [one.run for one in record.shown]
    with translation.override(record.language):
        for place, run in enumerate(runs):
            draw_missing(run, record.language)
            report((place + 1) / (len(runs) + 1))
    pdf = pdf_of(html_log(record, pictures_of(record)))
    return {"file": pdf, "digest": log_digest(record), "content": {"bytes": len(pdf)}}


def _execute_notebook(export: Export, report: Report) -> Fields:
    from experiments.exports.executing import execute  # noqa: PLC0415 (asks for the libraries)

    record = record_of(export.membership)
    found = execute(build_notebook(record), export.membership.dojo.dataset)
    return {"digest": notebook_digest(record), "content": found}


MAKERS: dict[str, Callable[[Export, Report], Fields]] = {
    Export.Kind.PDF: _make_pdf,
    Export.Kind.EXECUTION: _execute_notebook,
}
