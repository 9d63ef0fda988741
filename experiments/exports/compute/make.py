"""Create documents in a worker. Their libraries are imported when they are needed."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import translation

from experiments.exports.documents.html_log import html_log, log_digest
from experiments.exports.documents.pictures import pictures_of
from experiments.exports.notebooks.notebook import build_notebook, notebook_digest
from experiments.exports.record import record_of
from experiments.models import Export
from jobs.perform import Report, Result


def make(export: Export, report: Report) -> Result:
    """The document.

    Raises:
        JobFailure: its libraries are missing, or a cell of the notebook failed.
    """
    return MAKERS[export.kind](export, report)


def _make_pdf(export: Export, report: Report) -> Result:
    from experiments.exports.compute.drawing import draw_missing  # noqa: PLC0415 (starts a JavaScript engine)
    from experiments.exports.compute.pdf import pdf_of  # noqa: PLC0415 (loads Pango)

    record = record_of(export.seat)
    runs = [one.run for one in record.shown]
    with translation.override(record.language):
        for place, run in enumerate(runs):
            draw_missing(run, record.language)
            report((place + 1) / (len(runs) + 1))
    pdf = pdf_of(html_log(record, pictures_of(record)))
    return Result({"file": pdf, "digest": log_digest(record), "content": {"bytes": len(pdf)}})


def _execute_notebook(export: Export, report: Report) -> Result:
    from experiments.exports.compute.execute import execute  # noqa: PLC0415 (asks for the libraries)

    record = record_of(export.seat)
    found = execute(build_notebook(record), export.seat.dojo.dataset, report)
    return Result({"digest": notebook_digest(record), "content": found})


MAKERS: dict[str, Callable[[Export, Report], Result]] = {
    Export.Kind.PDF: _make_pdf,
    Export.Kind.EXECUTION: _execute_notebook,
}
