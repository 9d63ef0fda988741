"""Views of the theory slides, for the presenter and for everyone."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from classrooms.access import Request, facilitator_view, member_view, participant_view
from classrooms.dojos.page import dojo_context, render_page_or_part
from classrooms.exceptions import NotNow
from classrooms.intake.values import whole_number
from classrooms.models import Seat
from classrooms.theory import services
from classrooms.theory.page import slide_page


@member_view
@require_safe
def slides(request: Request, seat: Seat) -> HttpResponse:
    """The slide that is shown, or an earlier one."""
    context = dojo_context(seat, "slides")
    context["page"] = slide_page(seat.dojo, seat, whole_number(request.GET.get("at")))
    return render_page_or_part(request, "classrooms/theory/slides.html", "slide", context)


@facilitator_view
@require_POST
def show_slide(request: Request, seat: Seat) -> HttpResponse:
    """Show a slide to everyone."""
    number = whole_number(request.POST.get("to"))
    if number is not None:
        seat.dojo.stage.slide = services.show_slide(seat.dojo, number)
    if request.htmx:
        context = dojo_context(seat, "slides")
        context["page"] = slide_page(seat.dojo, seat, None)
        return render_page_or_part(request, "classrooms/theory/slides.html", "slide", context)
    return redirect("classrooms:slides", seat.dojo.public_id)


@participant_view
@require_POST
def answer(request: Request, seat: Seat) -> HttpResponse:
    """Choose an answer to the question that is shown."""
    choice = whole_number(request.POST.get("choice"))
    if choice is None:
        messages.warning(request, _("Choose an answer."))
        return redirect("classrooms:slides", seat.dojo.public_id)
    try:
        services.answer_question(seat, request.POST.get("question", ""), choice)
    except KeyError as error:
        raise Http404 from error
    except NotNow:
        messages.warning(request, _("Not changed: the answers are already shown."))
    if request.htmx:
        context = dojo_context(seat, "slides")
        context["page"] = slide_page(seat.dojo, seat, None)
        return render_page_or_part(request, "classrooms/theory/slides.html", "slide", context)
    return redirect("classrooms:slides", seat.dojo.public_id)
