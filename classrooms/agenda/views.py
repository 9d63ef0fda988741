"""Views of a Dojo's agenda, and of a person's agenda templates."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from classrooms.access import Request, account_view, facilitator_view
from classrooms.agenda.editing import AgendaEdit, title_taken_message
from classrooms.agenda.forms import TemplateTitleForm, agenda_form, posted_agenda, rows_of_phases
from classrooms.agenda.services import agenda_digest, change_agenda, rename_template
from classrooms.agenda.wording import dojo_timing, duration_text
from classrooms.dojos.page import dojo_context
from classrooms.exceptions import AgendaMoved, NotNow, TitleTaken
from classrooms.models import AgendaTemplate, Dojo, Seat


@facilitator_view
@require_http_methods(["GET", "HEAD", "POST"])
def agenda(request: Request, seat: Seat) -> HttpResponse:
    """The agenda of a Dojo, before and while it runs."""
    context = dojo_context(seat, "prepare")
    dojo, phases = seat.dojo, context["clock"].phases
    if dojo.has_ended:
        messages.info(request, _("This Dojo has ended and can't be changed."))
        return redirect("classrooms:prepare", dojo.public_id)
    seen = agenda_digest(phases)
    if request.method != "POST":
        form = agenda_form(rows_of_phases(phases), phases)
        return _agenda_page(
            request, context, AgendaEdit(request.user, request.POST, form, phases), seen
        )
    seen = request.POST.get("seen", "")
    edit = AgendaEdit(request.user, request.POST, posted_agenda(request.POST, phases), phases)
    action = request.POST.get("action", "save")
    if action != "save":
        edit.do(action, dojo.language)
    elif edit.form.is_valid() and _saved(request, dojo, edit, seen):
        return redirect("classrooms:prepare", dojo.public_id)
    return _agenda_page(request, context, edit, seen)


def _saved(request: Request, dojo: Dojo, edit: AgendaEdit, seen: str) -> bool:
    try:
        change_agenda(dojo, edit.form.entries, seen=seen)
    except AgendaMoved:
        edit.said = _(
            "Not saved: someone else changed the agenda, or a phase has started. "
            "Copy what you need from below, then reload the page."
        )
        return False
    except NotNow:
        edit.said = _("This Dojo has ended and can't be changed.")
        return False
    messages.success(request, _("Agenda saved."))
    return True


def _agenda_page(
    request: Request, context: dict[str, Any], edit: AgendaEdit, seen: str
) -> HttpResponse:
    timing = dojo_timing(context["dojo"], edit.phases, edit.form.lengths)
    context |= edit.context | {"seen": seen, "timing": timing}
    return render(request, "classrooms/prepare/agenda.html", context)


@account_view
@require_safe
def agendas(request: Request) -> HttpResponse:
    """The agendas that a person keeps."""
    return _agendas_page(request)


@account_view
@require_POST
def agenda_rename(request: Request, template_id: str) -> HttpResponse:
    """Give a kept agenda another title."""
    template = _own_template(request, template_id)
    form = TemplateTitleForm(request.POST)
    if form.is_valid():
        try:
            rename_template(template, form.cleaned_data["template_title"])
        except TitleTaken:
            form.add_error("template_title", title_taken_message())
        else:
            return redirect("classrooms:agendas")
    return _agendas_page(request, {template_id: form})


@account_view
@require_POST
def agenda_delete(request: Request, template_id: str) -> HttpResponse:
    """Throw a kept agenda away; Dojos that were opened with it keep theirs."""
    _own_template(request, template_id).delete()
    return redirect("classrooms:agendas")


def _own_template(request: Request, template_id: str) -> AgendaTemplate:
    own = AgendaTemplate.objects.visible_to(request.user)
    return get_object_or_404(own, public_id=template_id)


def _agendas_page(
    request: Request, forms: dict[str, TemplateTitleForm] | None = None
) -> HttpResponse:
    forms = forms or {}
    templates = [
        {
            "template": template,
            "total": duration_text(sum(phase["planned_minutes"] for phase in template.phases)),
            "form": forms.get(template.public_id)
            or TemplateTitleForm(
                initial={"template_title": template.title}, auto_id=f"id_{template.public_id}_%s"
            ),
        }
        for template in AgendaTemplate.objects.visible_to(request.user)
    ]
    return render(request, "classrooms/prepare/templates.html", {"templates": templates})
