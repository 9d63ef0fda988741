"""Taking along what is kept of a person."""

from __future__ import annotations

from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from classrooms.access import Request, facilitator_view, member_view
from classrooms.models import Membership
from experiments.exports.personal import build_personal_archive, personal_archive_name


@member_view
@require_safe
def own_data(request: Request, membership: Membership) -> FileResponse:
    """One's own."""
    return _archive_of(membership, is_for_facilitator=False)


@facilitator_view
@require_safe
def person_data(request: Request, membership: Membership, member_id: str) -> FileResponse:
    """Somebody's, for who runs the Dojo."""
    people = membership.dojo.memberships.select_related("dojo__dataset", "user")
    found = get_object_or_404(people, public_id=member_id)
    return _archive_of(found, is_for_facilitator=True)


def _archive_of(membership: Membership, *, is_for_facilitator: bool) -> FileResponse:
    return FileResponse(
        build_personal_archive(membership, is_for_facilitator=is_for_facilitator),
        as_attachment=True,
        filename=personal_archive_name(membership),
        content_type="application/zip",
    )
