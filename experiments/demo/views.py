"""Start and end a rehearsal."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from classrooms.access import Request, facilitator_view
from classrooms.exceptions import NotNow
from classrooms.models import Seat
from experiments.demo.forms import RehearsalForm
from experiments.demo.rehearsal import begin_rehearsal, end_rehearsal
from posting.once import made_once


@facilitator_view
@require_safe
def rehearsal(request: Request, seat: Seat) -> HttpResponse:
    """Its buttons: a fragment of the hub and of the cockpit."""
    context = {"dojo": seat.dojo, "form": RehearsalForm()}
    return render(request, "experiments/rehearsal.html", context)


@facilitator_view
@require_POST
@made_once
def rehearse(request: Request, seat: Seat) -> HttpResponse:
    """Begin with so many simulated participants, or end and wipe."""
    dojo = seat.dojo
    try:
        if request.POST.get("action") == "end":
            end_rehearsal(dojo)
            messages.success(request, _("Rehearsal deleted. The Dojo has not started yet."))
            return redirect("classrooms:prepare", dojo.public_id)
        form = RehearsalForm(request.POST)
        if form.is_valid():
            begin_rehearsal(dojo, people=form.cleaned_data["people"])
        else:
            messages.warning(request, str(form.errors["people"][0]))
            return redirect("classrooms:prepare", dojo.public_id)
    except NotNow:
        messages.warning(request, _("Not changed: the Dojo had already moved on."))
    return redirect("classrooms:cockpit", dojo.public_id)
