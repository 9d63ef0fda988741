"""Preparing a Dojo: what it is about, when it starts, its rules, another one like it."""

from __future__ import annotations

from copy import copy

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from classrooms import cloning, services
from classrooms.access import Request, facilitator_view, may_open_dojos
from classrooms.agenda_words import dojo_timing, lengths_of
from classrooms.dojo_forms import DetailsForm, RulesForm
from classrooms.exceptions import NotNow
from classrooms.models import Dojo, Membership
from classrooms.preparing_page import rule_rows
from classrooms.presentation import dojo_context
from classrooms.rules import change_rules, has_runs
from classrooms.schedule import local_parts, zone_names


@facilitator_view
@require_safe
def prepare(request: Request, membership: Membership) -> HttpResponse:
    """Everything about a Dojo before it starts, each part with the way to change it."""
    context = dojo_context(membership, "prepare")
    dojo, phases = membership.dojo, context["clock"].phases
    context |= {
        "timing": dojo_timing(dojo, phases, lengths_of(phases)),
        "rules": rule_rows(dojo),
        "may_clone": _may_clone(membership),
        "join_url": request.build_absolute_uri(reverse("classrooms:join", args=[dojo.join_code])),
    }
    return render(request, "classrooms/prepare/hub.html", context)


def _may_clone(membership: Membership) -> bool:
    return may_open_dojos(membership.user) and not membership.dojo.is_solo


@facilitator_view
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: Request, membership: Membership) -> HttpResponse:
    """Title, dataset, language, start."""
    dojo = membership.dojo
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
    context = dojo_context(membership, "prepare") | {"form": form, "zones": zone_names()}
    return render(request, "classrooms/prepare/details.html", context)


@facilitator_view
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: Request, membership: Membership) -> HttpResponse:
    """By what is measured, and what participants may do."""
    dojo = membership.dojo
    form = RulesForm(request.POST or None, instance=copy(dojo), is_measured=has_runs(dojo))
    if request.method == "POST" and form.is_valid():
        try:
            change_rules(dojo, **form.chosen)
        except NotNow:
            form.add_error(None, _too_late(dojo))
        else:
            messages.success(request, _("The rules hold from now on."))
            return redirect("classrooms:prepare", dojo.public_id)
    context = dojo_context(membership, "prepare") | {"form": form}
    return render(request, "classrooms/prepare/rules.html", context)


def _too_late(dojo: Dojo) -> str:
    if dojo.has_ended:
        return _("This Dojo has ended: it stays as it was.")
    return _("Somebody has just submitted a run, so this stays: reload the page.")


@facilitator_view
@require_POST
def clone(request: Request, membership: Membership) -> HttpResponse:
    """Open a Dojo like this one."""
    if not _may_clone(membership):
        raise Http404
    title = _("%(title)s (copy)") % {"title": membership.dojo.title}
    dojo = cloning.clone_dojo(membership, title=title)
    messages.success(request, _("A Dojo like the other, with a code of its own and nobody in it."))
    return redirect("classrooms:prepare", dojo.public_id)
