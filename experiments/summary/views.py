"""A Dojo's summary and its export, for facilitators."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import IO, Any

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from classrooms.access import Request, facilitator_view
from classrooms.audit.notes import Action, note
from classrooms.dojos.page import dojo_context
from classrooms.knowledge import may_take_everything
from classrooms.models import Seat
from classrooms.storage import files
from experiments.exports.archives.aliases import RealNames
from experiments.exports.archives.dojo import dojo_archive_name
from experiments.exports.requests import request_archive
from experiments.summary.archives import archive_cards, is_being_packed
from experiments.summary.page import summary_of
from experiments.truths.claimed import found_truths

CHUNK = 256 * 1024


@facilitator_view
@require_safe
def summary(request: Request, seat: Seat) -> HttpResponse:
    """The Dojo's summary; provisional until it has ended."""
    context = dojo_context(seat, "summary")
    context["summary"] = summary_of(seat.dojo, seat)
    context["truths"] = found_truths(seat, RealNames())
    context |= _archives_context(seat)
    return render(request, "experiments/summary/page.html", context)


@facilitator_view
@require_safe
def archives(request: Request, seat: Seat) -> HttpResponse:
    """States of the Dojo exports: a fragment of the summary."""
    return render(request, "experiments/summary/archives.html", _archives_context(seat))


def _archives_context(seat: Seat) -> dict[str, Any]:
    cards = archive_cards(seat.dojo)
    return {"dojo": seat.dojo, "cards": cards, "is_being_packed": is_being_packed(cards)}


@facilitator_view
@require_http_methods(["GET", "HEAD", "POST"])
def dojo_archive(request: Request, seat: Seat) -> HttpResponseBase:
    """Ask for everything in one ZIP, or take the one that was packed; with `?anonymous`
    without names."""
    anonymous = "anonymous" in request.GET
    dojo = seat.dojo
    if not may_take_everything(seat):
        words = _(
            "Not available yet: the export tells what another Dojo on the same data, in which you "
            "take part, still hides from you."
        )
        messages.error(request, words)
        return redirect("experiments:summary", dojo.public_id)
    if request.method == "POST":
        request_archive(dojo, anonymous=anonymous)
        if request.htmx:
            return render(request, "experiments/summary/archives.html", _archives_context(seat))
        return redirect("experiments:summary", dojo.public_id)
    packed = dojo.archives.filter(is_anonymous=anonymous).first()
    if packed is None or not packed.has_succeeded:
        return redirect("experiments:summary", dojo.public_id)
    name = dojo_archive_name(dojo, anonymous=anonymous)
    try:
        file = files.open_sized(packed.path)
    except files.Damaged:
        messages.warning(request, _("The stored ZIP is damaged. Recreate it."))
        return redirect("experiments:summary", dojo.public_id)
    note(dojo, request.user, Action.TOOK_DOJO, detail="anonymous" if anonymous else "")
    response = StreamingHttpResponse(_chunks(file), content_type="application/zip")
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Content-Length"] = str(file.size)
    return response


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    """Piece by piece: a plain iterator would be read whole before the first byte is sent."""
    try:
        while chunk := await sync_to_async(file.read)(CHUNK):
            yield chunk
    finally:
        file.close()
