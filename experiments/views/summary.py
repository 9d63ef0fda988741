"""What a facilitator keeps of a Dojo: its summary, and everything in one ZIP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import IO, Any

from asgiref.sync import sync_to_async
from django.core.files.storage import default_storage
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from classrooms.access import Request, facilitator_view
from classrooms.models import Membership
from classrooms.presentation import dojo_context
from experiments.archive_page import archive_cards, is_being_packed
from experiments.exports.archiving import request_archive
from experiments.exports.dojo_archive import dojo_archive_name
from experiments.summary import summary_of

CHUNK = 256 * 1024


@facilitator_view
@require_safe
def summary(request: Request, membership: Membership) -> HttpResponse:
    """What the group learned; provisional while the Dojo is not over."""
    context = dojo_context(membership, "summary")
    context["summary"] = summary_of(membership.dojo, membership)
    context |= _archives_context(membership)
    return render(request, "experiments/summary/page.html", context)


@facilitator_view
@require_safe
def archives(request: Request, membership: Membership) -> HttpResponse:
    """How far the ZIPs are: a fragment of the summary."""
    return render(request, "experiments/summary/archives.html", _archives_context(membership))


def _archives_context(membership: Membership) -> dict[str, Any]:
    cards = archive_cards(membership.dojo)
    return {"dojo": membership.dojo, "cards": cards, "is_being_packed": is_being_packed(cards)}


@facilitator_view
@require_http_methods(["GET", "HEAD", "POST"])
def dojo_archive(request: Request, membership: Membership) -> HttpResponseBase:
    """Ask for everything in one ZIP, or take the one that was packed; with `?anonymous`
    without names."""
    anonymous = "anonymous" in request.GET
    dojo = membership.dojo
    if request.method == "POST":
        request_archive(dojo, anonymous=anonymous)
        if request.htmx:
            return render(
                request, "experiments/summary/archives.html", _archives_context(membership)
            )
        return redirect("experiments:summary", dojo.public_id)
    packed = dojo.archives.filter(is_anonymous=anonymous).first()
    if packed is None or not packed.has_succeeded or not default_storage.exists(packed.path):
        return redirect("experiments:summary", dojo.public_id)
    name = dojo_archive_name(dojo, anonymous=anonymous)
    file = default_storage.open(packed.path)
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
