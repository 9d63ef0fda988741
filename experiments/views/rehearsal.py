"""Trying a Dojo out before people come."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from classrooms.access import Request, facilitator_view
from classrooms.exceptions import NotNow
from classrooms.models import Membership
from experiments.rehearsal import MOST_SIMULATED, begin_rehearsal, end_rehearsal


@facilitator_view
@require_safe
def rehearsal(request: Request, membership: Membership) -> HttpResponse:
    """Its buttons: a fragment of the hub and of the cockpit."""
    context = {"dojo": membership.dojo, "most": MOST_SIMULATED}
    return render(request, "experiments/rehearsal.html", context)


@facilitator_view
@require_POST
def rehearse(request: Request, membership: Membership) -> HttpResponse:
    """Begin with so many simulated participants, or end and wipe."""
    dojo, people = membership.dojo, request.POST.get("people", "")
    try:
        if request.POST.get("action") == "end":
            end_rehearsal(dojo)
            messages.success(request, _("The rehearsal is wiped; the Dojo has not started yet."))
            return redirect("classrooms:prepare", dojo.public_id)
        begin_rehearsal(dojo, people=max(1, int(people)) if people.isdecimal() else 4)
    except NotNow:
        messages.warning(request, _("The Dojo had already moved on; nothing was changed."))
    return redirect("classrooms:cockpit", dojo.public_id)
