"""Create a Dojo step by step."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from classrooms.access import Request, opener_view
from classrooms.agenda.editing import AgendaEdit
from classrooms.agenda.forms import posted_agenda, typed_rows
from classrooms.agenda.wording import planned_timing
from classrooms.dojos.schedule import zone_names
from classrooms.dojos.settings.page import step_links
from classrooms.exceptions import DataNotReady
from classrooms.models import Dataset
from classrooms.opening.draft import STEPS, Opening
from posting.once import claimed, keeps_once


@opener_view
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_once
def dojo_new(request: Request, step: str = "dataset") -> HttpResponse:
    """One step of opening a Dojo. What was typed stays, whichever way one goes."""
    if step not in STEPS:
        raise Http404
    opening = Opening(request.session, request.user, request.LANGUAGE_CODE)
    if request.method == "POST":
        return _opening_posted(request, opening, step)
    if dataset_id := request.GET.get("dataset"):
        opening.begin_with(dataset_id)
        return redirect("classrooms:dojo_new")
    return _opening_page(request, opening, step, opening.form(step))


def _opening_posted(request: Request, opening: Opening, step: str) -> HttpResponse:
    action = request.POST.get("action", "next")
    if action == "anew":
        opening.forget()
        return redirect("classrooms:dojo_new")
    # Counting the minutes happens while somebody types: nothing is kept of it.
    if action != "count":
        opening.keep(step, request.POST)
    verb, _colon, target = action.partition(":")
    if verb == "to" and target in STEPS:
        return redirect("classrooms:dojo_new_step", target)
    if verb == "open" or (verb == "next" and step == STEPS[-1]):
        return _open(request, opening)
    if verb != "next" and step == "agenda":
        edited = AgendaEdit(request.user, request.POST, posted_agenda(request.POST))
        edited.do(action, opening.language)
        if action != "count":
            opening.keep_rows(typed_rows(edited.form))
        return _opening_page(request, opening, step, edited.form, edited.context)
    form = opening.form(step)
    if form.is_valid():
        return redirect("classrooms:dojo_new_step", STEPS[STEPS.index(step) + 1])
    return _opening_page(request, opening, step, form)


def _open(request: Request, opening: Opening) -> HttpResponse:
    """Create the Dojo, or go to the first step with an error."""
    with claimed(request) as claim:
        if claim.is_first:
            if step := opening.first_to_mend():
                return redirect("classrooms:dojo_new_step", step)
            try:
                dojo = opening.open()
            except DataNotReady:
                words = _("The split of this dataset was undone. Choose another.")
                messages.warning(request, words)
                return redirect("classrooms:dojo_new_step", "dataset")
            claim.keep(reverse("classrooms:inviting", args=[dojo.public_id]))
        else:
            opening.forget()
    return redirect(claim.made)


def _opening_page(
    request: Request,
    opening: Opening,
    step: str,
    form: Any,
    extra: dict[str, Any] | None = None,
) -> HttpResponse:
    context = {
        "form": form,
        "step": step,
        "steps": step_links(step),
        "before": STEPS[STEPS.index(step) - 1] if step != STEPS[0] else "",
        "has_dataset": Dataset.objects.visible_to(request.user).ready().exists(),
        "zones": zone_names() if step == "variant" else (),
    }
    if step == "agenda":
        context |= AgendaEdit(request.user, request.POST, form).context | {
            "timing": planned_timing(opening.variant, form.lengths, opening.schedule)
        }
    return render(request, "classrooms/prepare/opening.html", context | (extra or {}))
