"""What a facilitator keeps of a Dojo: its summary, and everything in one ZIP."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from typing import IO

from asgiref.sync import sync_to_async
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from classrooms.access import Request, facilitator_view
from classrooms.models import Membership
from classrooms.presentation import dojo_context
from experiments.exports.dojo_archive import dojo_archive_name, write_dojo_archive
from experiments.summary import summary_of

IN_MEMORY = 4 * 1024 * 1024
CHUNK = 256 * 1024


@facilitator_view
@require_safe
def summary(request: Request, membership: Membership) -> HttpResponse:
    """What the group learned; provisional while the Dojo is not over."""
    context = dojo_context(membership, "summary")
    context["summary"] = summary_of(membership.dojo, membership)
    return render(request, "experiments/summary/page.html", context)


@facilitator_view
@require_safe
def dojo_archive(request: Request, membership: Membership) -> StreamingHttpResponse:
    """Everything in one ZIP, with `?anonymous` without names."""
    anonymous = "anonymous" in request.GET
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 (closed once it is sent)
    write_dojo_archive(file, membership, anonymous=anonymous)
    size = file.tell()
    file.seek(0)
    name = dojo_archive_name(membership.dojo, anonymous=anonymous)
    response = StreamingHttpResponse(_chunks(file), content_type="application/zip")
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Content-Length"] = str(size)
    return response


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    """Piece by piece: a plain iterator would be read whole before the first byte is sent."""
    try:
        while chunk := await sync_to_async(file.read)(CHUNK):
            yield chunk
    finally:
        file.close()
