"""The audit log as a page, and as a table to keep."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from classrooms.access import Request, facilitator_view
from classrooms.audit.notes import entries_of, in_words
from classrooms.dojos.page import dojo_context
from classrooms.models import Seat
from classrooms.tables import csv_table

SHOWN = 100


@facilitator_view
@require_safe
def audit(request: Request, seat: Seat) -> HttpResponse:
    """Who did what, latest first."""
    page = Paginator(entries_of(seat.dojo), SHOWN).get_page(request.GET.get("page"))
    context = dojo_context(seat, "people") | {
        "page": page,
        "lines": in_words(seat.dojo, list(page.object_list)),
    }
    return render(request, "classrooms/audit.html", context)


@facilitator_view
@require_safe
def audit_table(request: Request, seat: Seat) -> HttpResponse:
    """All of it as CSV."""
    lines = in_words(seat.dojo, list(entries_of(seat.dojo)))
    header = (_("Time"), _("By"), _("Action"), _("About"), _("Detail"))
    rows = [
        (timezone.localtime(one.at).isoformat(), one.actor, one.action, one.subject, one.detail)
        for one in lines
    ]
    name = content_disposition_header(True, f"{slugify(seat.dojo.title) or 'dojo'}-audit.csv")
    return HttpResponse(
        csv_table([header, *rows]),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": name or ""},
    )
