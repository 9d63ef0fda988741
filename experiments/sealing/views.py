"""The sealed record of a Dojo as a page, and its latest root as a fragment."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe

from classrooms.access import Request, member_view
from classrooms.dojos.page import dojo_context, render_page_or_part
from classrooms.models import Seat
from experiments.sealing.page import entries_for, entry_row, latest_root, phase_roots

SHOWN = 100
# Where the root stands, by the template for it; the projector speaks the Dojo's language.
PLACES = {"": "card", "clock": "on_clock", "foot": "on_foot"}


@member_view
@require_safe
def record(request: Request, seat: Seat) -> HttpResponse:
    """Its roots, and its entries, latest first."""
    if not seat.dojo.rules.seals_record:
        raise Http404
    context = dojo_context(seat, "cockpit" if seat.is_facilitator else "work")
    page = Paginator(entries_for(seat.dojo), SHOWN).get_page(request.GET.get("page"))
    context |= {
        "page": page,
        "rows": [entry_row(entry, seat) for entry in page.object_list],
        "roots": phase_roots(seat.dojo),
    }
    return render_page_or_part(request, "experiments/sealing/record.html", "entries", context)


@member_view
@require_safe
def root(request: Request, seat: Seat) -> HttpResponse:
    """The root of the phase that ended last, for the cockpit and the projector."""
    place = PLACES.get(request.GET.get("on", ""), PLACES[""])
    context = {"dojo": seat.dojo, "root": latest_root(seat.dojo)}
    language = translation.get_language() if place == PLACES[""] else seat.dojo.language
    with translation.override(language):
        return render(request, f"experiments/sealing/{place}.html", context)
