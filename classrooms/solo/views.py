"""Views of solo sessions: choose a dataset, wait for it, move between phases."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from classrooms.access import Request, account_view, facilitator_view
from classrooms.agenda import timeline
from classrooms.audit.notes import Action, note
from classrooms.datasets.forms import BundledDatasetForm
from classrooms.datasets.page import dataset_failure
from classrooms.dojos.page import render_page_or_part
from classrooms.exceptions import NotNow, OverQuota
from classrooms.messages import describe_quota
from classrooms.models import Dataset, Seat
from classrooms.solo.services import PACE, begin_solo, choose_dataset, keep_pace, solo_under_way
from engine.bundled import BUNDLED


@account_view
@require_http_methods(["GET", "HEAD", "POST"])
def solo(request: Request) -> HttpResponse:
    """Choose a bundled dataset; it is all that a solo session needs."""
    if request.method == "POST":
        form = BundledDatasetForm(request.POST)
        if not form.is_valid():
            raise Http404
        try:
            dataset = choose_dataset(request.user, form.cleaned_data["bundled_key"])
        except OverQuota as reason:
            messages.error(request, describe_quota(reason))
            return redirect("classrooms:solo")
        if dataset.is_ready:
            return _begin(request, dataset)
        return redirect("classrooms:solo_ready", dataset.public_id)
    choices = [
        {
            "key": bundled.key,
            "title": _(bundled.title),
            "summary": _(bundled.summary),
            "under_way": solo_under_way(request.user, bundled.key),
        }
        for bundled in BUNDLED.values()
    ]
    return render(request, "classrooms/solo/choose.html", {"choices": choices})


@account_view
@require_http_methods(["GET", "HEAD", "POST"])
def solo_ready(request: Request, dataset_id: str) -> HttpResponse:
    """Wait for the worker that splits the data; the session then begins by itself."""
    own = Dataset.objects.visible_to(request.user).exclude(bundled_key="")
    dataset = get_object_or_404(own, public_id=dataset_id)
    if request.method == "POST":
        return _begin(request, dataset)
    context: dict[str, Any] = {
        "dataset": dataset,
        "failure": dataset_failure(dataset) if dataset.has_failed else "",
    }
    return render_page_or_part(request, "classrooms/solo/ready.html", "live", context)


def _begin(request: Request, dataset: Dataset) -> HttpResponse:
    try:
        dojo = begin_solo(request.user, dataset, language=request.LANGUAGE_CODE)
    except NotNow:
        return redirect("classrooms:solo_ready", dataset.public_id)
    if request.htmx:
        return HttpResponseClientRedirect(dojo.get_absolute_url())
    return redirect(dojo)


@facilitator_view
@require_POST
def pace(request: Request, seat: Seat, action: str) -> HttpResponse:
    """The clock of a solo session: next phase, pause, resume, back."""
    dojo = seat.dojo
    if not dojo.is_solo or action not in PACE or action not in timeline.CLOCK_ACTIONS:
        raise Http404
    try:
        if request.POST.get("seen", dojo.moment) != dojo.moment:
            raise NotNow
        keep_pace(dojo, action)
    except NotNow:
        messages.info(request, _("Not changed: the session had already moved on."))
    else:
        note(dojo, request.user, Action.CLOCK, detail=action)
    return redirect(dojo)
