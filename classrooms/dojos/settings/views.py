"""Views of a Dojo's settings: details, schedule, rules, cloning."""

from __future__ import annotations

from copy import copy

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from classrooms.access import Request, facilitator_view, may_open_dojos
from classrooms.agenda.wording import dojo_timing, lengths_of
from classrooms.audit.notes import Action, note
from classrooms.dojos import cloning, services
from classrooms.dojos.forms import DetailsForm, RulesForm
from classrooms.dojos.page import dojo_context
from classrooms.dojos.schedule import local_parts, zone_names
from classrooms.dojos.settings.page import rule_rows
from classrooms.dojos.settings.rules import change_rules, has_runs
from classrooms.exceptions import DataNotReady, NotNow
from classrooms.models import Dojo, Seat
from posting.once import made_once


@facilitator_view
@require_safe
def prepare(request: Request, seat: Seat) -> HttpResponse:
    """Everything about a Dojo before it starts, each part with the way to change it."""
    context = dojo_context(seat, "prepare")
    dojo, phases = seat.dojo, context["clock"].phases
    context |= {
        "timing": dojo_timing(dojo, phases, lengths_of(phases)),
        "rules": rule_rows(dojo),
        "may_clone": _may_clone(request, seat),
        "join_url": request.build_absolute_uri(reverse("classrooms:join", args=[dojo.join_code])),
    }
    return render(request, "classrooms/prepare/hub.html", context)


def _may_clone(request: Request, seat: Seat) -> bool:
    return may_open_dojos(request.user) and not seat.dojo.is_solo


@facilitator_view
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: Request, seat: Seat) -> HttpResponse:
    """Title, dataset, language, start."""
    dojo = seat.dojo
    starts_on, starts_at = local_parts(dojo.scheduled_for, dojo.time_zone)
    initial = {
        "dataset": dojo.dataset.public_id,
        "starts_on": starts_on,
        "starts_at": starts_at,
        "time_zone": dojo.time_zone,
    }
    form = DetailsForm(
        request.POST or None,
        instance=copy(dojo),
        user=request.user,
        is_measured=has_runs(dojo),
        initial=initial,
    )
    if request.method == "POST" and form.is_valid():
        names = ("title", "language", "dataset", "schedule")
        try:
            services.describe_dojo(dojo, **{name: form.cleaned_data[name] for name in names})
        except NotNow:
            form.add_error(None, _too_late(dojo))
        else:
            messages.success(request, _("Saved."))
            return redirect("classrooms:prepare", dojo.public_id)
    context = dojo_context(seat, "prepare") | {"form": form, "zones": zone_names()}
    return render(request, "classrooms/prepare/details.html", context)


@facilitator_view
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: Request, seat: Seat) -> HttpResponse:
    """By what is measured, and what participants may do."""
    dojo = seat.dojo
    form = RulesForm(
        request.POST or None,
        instance=copy(dojo.rules),
        dataset=dojo.dataset,
        measure=dojo.measure,
        is_measured=has_runs(dojo),
    )
    if request.method == "POST" and form.is_valid():
        try:
            change_rules(dojo, **form.chosen)
            note(dojo, request.user, Action.RULES)
        except NotNow:
            form.add_error(None, _too_late(dojo))
        else:
            messages.success(request, _("The new rules apply from now on."))
            return redirect("classrooms:prepare", dojo.public_id)
    context = dojo_context(seat, "prepare") | {"form": form}
    return render(request, "classrooms/prepare/rules.html", context)


def _too_late(dojo: Dojo) -> str:
    if dojo.has_ended:
        return _("This Dojo has ended and can't be changed.")
    return _(
        "Not saved: a run has just been submitted, so this can't change any more. Reload the page."
    )


@facilitator_view
@require_POST
@made_once
def clone(request: Request, seat: Seat) -> HttpResponse:
    """Open a Dojo like this one."""
    if not _may_clone(request, seat):
        raise Http404
    title = _("%(title)s (copy)") % {"title": seat.dojo.title}
    try:
        dojo = cloning.clone_dojo(seat.dojo, facilitator=request.user, title=title)
    except DataNotReady:
        messages.warning(request, _("Not cloned: its data is being split anew."))
        return redirect("classrooms:prepare", seat.dojo.public_id)
    messages.success(request, _("Dojo cloned. It has a new join code and no participants yet."))
    return redirect("classrooms:prepare", dojo.public_id)
