"""Views of the take-home page: the document, its files and the final mark."""

from __future__ import annotations

from csp.decorators import csp
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from classrooms.access import Request, member_view, participant_view
from classrooms.dojos.page import dojo_context, render_page_or_part
from classrooms.exceptions import OverQuota
from classrooms.messages import describe_quota
from classrooms.models import Seat
from experiments.exports.archives.participant import archive_name, build_archive, document_name
from experiments.exports.documents.html_log import html_log, log_digest
from experiments.exports.documents.log import experiment_log
from experiments.exports.documents.pictures import pictures_of
from experiments.exports.files import file_states
from experiments.exports.forms import DocumentForm, moved
from experiments.exports.notebooks.notebook import build_notebook
from experiments.exports.notebooks.starter import starter_archive, starter_name
from experiments.exports.policies import DOCUMENT_POLICY
from experiments.exports.record import Record, record_of
from experiments.exports.repair import waits_for_repair
from experiments.exports.requests import ask_for_export
from experiments.exports.services import Incomplete, mark_final, reopen, save_document
from experiments.models import Documentation, Export
from experiments.pages.reads import experiments_of
from experiments.participants.completeness import take_home_checklist
from posting.edits import edited_alone

MARKDOWN = "text/markdown; charset=utf-8"


@participant_view
@require_safe
def take_home(request: Request, seat: Seat) -> HttpResponse:
    """Complete and missing items, and the downloads."""
    context = dojo_context(seat, "take_home")
    record = record_of(seat)
    checklist = take_home_checklist(seat, record.framing, record.experiments)
    context |= {
        "checklist": checklist,
        "is_complete": all(item.done for item in checklist),
        "documentation": record.document,
        "is_changed": record.document.is_final
        and record.document.final_digest != log_digest(record),
        "files": file_states(record),
    }
    return render_page_or_part(request, "experiments/take_home.html", "files", context)


@participant_view
@require_http_methods(["GET", "HEAD", "POST"])
@edited_alone
def document(request: Request, seat: Seat) -> HttpResponse:
    """Lay the document out: title, introduction, conclusion, which experiments, which order."""
    context = dojo_context(seat, "take_home")
    experiments = experiments_of(seat)
    stored = Documentation.objects.filter(seat=seat).first() or Documentation()
    sent, action = request.POST or None, request.POST.get("action", "save")
    verb, _colon, number = action.partition(":")
    if sent is not None and verb in ("up", "down"):
        form = DocumentForm(
            moved(request.POST, number, by=-1 if verb == "up" else 1),
            instance=stored,
            experiments=experiments,
        )
    else:
        form = DocumentForm(sent, instance=stored, experiments=experiments)
        if sent is not None and form.is_valid():
            save_document(seat, **form.fields_to_save())
            messages.success(request, _("Document saved."))
            return redirect("experiments:take_home", seat.dojo.public_id)
    context |= {
        "form": form,
        "checklist": take_home_checklist(seat, record_of(seat).framing, experiments),
    }
    return render(request, "experiments/document.html", context)


@participant_view
@require_POST
def final(request: Request, seat: Seat) -> HttpResponse:
    """Mark the log as final, or reopen it."""
    if request.POST.get("action") == "reopen":
        reopen(seat)
        messages.info(request, _("Your log is open again."))
    else:
        try:
            mark_final(seat, gaps_accepted="gaps_accepted" in request.POST)
        except Incomplete:
            messages.warning(request, _("Something is still missing. See the list."))
        else:
            messages.success(request, _("Marked as your final version."))
    return redirect("experiments:take_home", seat.dojo.public_id)


# --- The files ------------------------------------------------------------------------------
def _file(
    request: Request, record: Record, content: str | bytes, kind: str, extension: str
) -> HttpResponse:
    """A file to read in the browser, or to keep where that is asked for."""
    response = HttpResponse(content, content_type=kind)
    if "download" in request.GET or extension == "ipynb":
        name = document_name(record, extension)
        response["Content-Disposition"] = content_disposition_header(True, name)
    return response


@participant_view
@require_safe
def log(request: Request, seat: Seat) -> HttpResponse:
    """The experiment log as Markdown."""
    record = record_of(seat)
    return _file(request, record, experiment_log(record), MARKDOWN, "md")


@csp(DOCUMENT_POLICY)
@participant_view
@require_safe
def log_page(request: Request, seat: Seat) -> HttpResponse:
    """The experiment log as one HTML file, which prints well."""
    record = record_of(seat)
    text = html_log(record, pictures_of(record))
    return _file(request, record, text, "text/html; charset=utf-8", "html")


@participant_view
@require_safe
def notebook(request: Request, seat: Seat) -> HttpResponse:
    """The notebook alone."""
    record = record_of(seat)
    text = build_notebook(record, pictures_of(record))
    return _file(request, record, text, "application/x-ipynb+json", "ipynb")


@participant_view
@require_http_methods(["GET", "HEAD", "POST"])
def export(request: Request, seat: Seat, kind: str) -> HttpResponse:
    """Have a worker make a document (POST); take what it made (GET)."""
    if kind not in Export.Kind.values:
        raise Http404
    if request.method == "POST":
        try:
            ask_for_export(request.user, seat, Export.Kind(kind))
        except OverQuota as reason:
            messages.error(request, describe_quota(reason))
        return redirect("experiments:take_home", seat.dojo.public_id)
    made = get_object_or_404(Export, seat=seat, kind=kind)
    if not made.file:
        raise Http404
    record = record_of(seat)
    return _file(request, record, bytes(made.file), "application/pdf", "pdf")


@member_view
@require_safe
@waits_for_repair
def starter(request: Request, seat: Seat) -> FileResponse:
    """The starter notebook with the data, for those who prefer to work in Jupyter."""
    if not seat.dojo.dataset.is_ready:
        raise Http404
    return FileResponse(
        starter_archive(seat.dojo, request.build_absolute_uri),
        as_attachment=True,
        filename=starter_name(seat.dojo),
        content_type="application/zip",
    )


@participant_view
@require_safe
@waits_for_repair
def archive(request: Request, seat: Seat) -> FileResponse:
    """Everything in one ZIP."""
    return FileResponse(
        build_archive(record_of(seat)),
        as_attachment=True,
        filename=archive_name(seat),
        content_type="application/zip",
    )
