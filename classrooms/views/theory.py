"""The slides: everyone's, and who presents them."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from classrooms.access import Request, facilitator_view, member_view, participant_view
from classrooms.exceptions import NotNow
from classrooms.models import Membership
from classrooms.presentation import dojo_context, render_page_or_part
from classrooms.theory import services
from classrooms.theory.page import slide_page


@member_view
@require_safe
def slides(request: Request, membership: Membership) -> HttpResponse:
    """The slide that is shown, or an earlier one."""
    context = dojo_context(membership, "slides")
    context["page"] = slide_page(membership.dojo, membership, request.GET.get("at"))
    return render_page_or_part(request, "classrooms/theory/slides.html", "slide", context)


@facilitator_view
@require_POST
def show_slide(request: Request, membership: Membership) -> HttpResponse:
    """Show a slide to everyone."""
    number = request.POST.get("to", "")
    if number.isdecimal():
        membership.dojo.slide = services.show_slide(membership.dojo, int(number))
    if request.htmx:
        context = dojo_context(membership, "slides")
        context["page"] = slide_page(membership.dojo, membership, None)
        return render_page_or_part(request, "classrooms/theory/slides.html", "slide", context)
    return redirect("classrooms:slides", membership.dojo.public_id)


@participant_view
@require_POST
def answer(request: Request, membership: Membership) -> HttpResponse:
    """Choose an answer to the question that is shown."""
    choice = request.POST.get("choice", "")
    if not choice.isdecimal():
        messages.warning(request, _("Choose one of the answers."))
        return redirect("classrooms:slides", membership.dojo.public_id)
    try:
        services.answer_question(membership, request.POST.get("question", ""), int(choice))
    except KeyError as error:
        raise Http404 from error
    except NotNow:
        messages.warning(request, _("The answers are shown already; yours was not changed."))
    if request.htmx:
        context = dojo_context(membership, "slides")
        context["page"] = slide_page(membership.dojo, membership, None)
        return render_page_or_part(request, "classrooms/theory/slides.html", "slide", context)
    return redirect("classrooms:slides", membership.dojo.public_id)
