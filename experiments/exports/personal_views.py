"""Download personal data."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from classrooms.access import Request, facilitator_view, member_view
from classrooms.audit.notes import Action, note
from classrooms.knowledge import may_take_everything
from classrooms.models import Seat, User
from experiments.exports.archives.personal import build_personal_archive, personal_archive_name
from experiments.exports.repair import waits_for_repair


@member_view
@require_safe
@waits_for_repair
def own_data(request: Request, seat: Seat) -> FileResponse:
    """Download your own personal data as a ZIP."""
    return _archive_of(seat, [request.user], is_for_facilitator=False)


@facilitator_view
@require_safe
@waits_for_repair
def person_data(request: Request, seat: Seat, person_id: str) -> FileResponse:
    """Download a participant's personal data, as a facilitator."""
    people = seat.dojo.seats.with_dojo()
    found = get_object_or_404(people, public_id=person_id)
    note(seat.dojo, request.user, Action.TOOK_DATA, about=found)
    return _archive_of(found, found.people.all(), is_for_facilitator=may_take_everything(seat))


def _archive_of(seat: Seat, accounts: Iterable[User], *, is_for_facilitator: bool) -> FileResponse:
    return FileResponse(
        build_personal_archive(seat, accounts, is_for_facilitator=is_for_facilitator),
        as_attachment=True,
        filename=personal_archive_name(seat),
        content_type="application/zip",
    )
