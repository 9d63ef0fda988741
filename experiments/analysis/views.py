"""Views of a finished run's interpretation, and of the notes on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from classrooms.access import Request, member_view, participant_view
from classrooms.audit.notes import note_reading
from classrooms.dojos.page import dojo_context, render_page_or_part
from classrooms.models import Seat
from experiments.analysis.catalogue import CHECKS, analysis_page
from experiments.analysis.mistakes import limits_draft
from experiments.analysis.page import AnalysisPage
from experiments.analysis.questions import (
    TooManyQuestions,
    ask_about_contributions,
    ask_about_row,
    try_again,
)
from experiments.analysis.reasons import units_of
from experiments.analysis.row_form import RowForm, UnitField
from experiments.analysis.rows import surest_error
from experiments.checks.requests import request_checks
from experiments.models import Experiment, RowNote, Stage
from experiments.pages.experiment_views import find_experiment
from experiments.submit import services
from experiments.submit.forms import AgainForm, LimitsForm, RowNoteForm
from posting.edits import edited_alone

# Larger ones are in no table, and no database can be asked for them.
LONGEST_ROW_NUMBER = 9


@member_view
@require_safe
def analysis(request: Request, seat: Seat, experiment_id: str, view: str) -> HttpResponse:
    """One view of an experiment's run."""
    context = dojo_context(seat, "work")
    page = _page(request, seat, experiment_id, view)
    note_reading(seat, request.user, page.experiment.seat)
    if not page.experiment.run.has_succeeded:
        return redirect(page.experiment)
    if Stage.SUBGROUPS in page.view.stages:
        services.renew_subgroups(page.experiment.run)
    if page.view is CHECKS:
        request_checks(page.experiment.run)
    if view == "row":
        return _row(request, page, context)
    if view == "importance":
        page = _in_unit(request, page)
    form = LimitsForm(instance=page.experiment, initial={"limits": limits_draft(page)})
    return _rendered(request, page, context | {"limits_form": form})


def _in_unit(request: Request, page: AnalysisPage) -> AnalysisPage:
    """The page with contributions in the unit that the reader switched to; a worker is asked
    where that is not the one of the stage."""
    unit = UnitField().clean(request.GET.get("unit"))
    if unit not in units_of(page)[1:]:
        return page
    try:
        return replace(page, question=ask_about_contributions(page.experiment.run, unit))
    except TooManyQuestions:
        messages.info(request, _("Several of your questions wait already: reload in a moment."))
        return page


def _row(request: Request, page: AnalysisPage, context: dict[str, Any]) -> HttpResponse:
    """One prediction: asks the worker, and shows the answer once it is there."""
    typed: Mapping[str, Any] = request.GET
    if "row" not in request.GET:
        typed = {"row": surest_error(page), "unit": request.GET.get("unit")}
    experiment = page.experiment
    schema = experiment.seat.dojo.schema
    form = RowForm(typed, config=experiment.parsed_config, schema=schema)
    if form.is_valid():
        asked = form.cleaned_data
        try:
            question = ask_about_row(experiment.run, asked["row"], asked["changes"], asked["unit"])
            page = replace(page, question=question)
        except TooManyQuestions:
            form.add_error(
                None, _("Several of your questions are already queued. Reload in a moment.")
            )
    return _rendered(request, page, context | {"row_form": form})


def _page(request: Request, seat: Seat, experiment_id: str, view: str) -> AnalysisPage:
    found = find_experiment(seat, experiment_id)
    try:
        return analysis_page(found, view, request.GET, seat)
    except KeyError as error:
        raise Http404 from error


def _rendered(request: Request, page: AnalysisPage, context: dict[str, Any]) -> HttpResponse:
    context |= {
        "page": page,
        "experiment": page.experiment,
        "result": page.result,
        "is_own": page.is_own,
        "navigation": context["navigation"].at("work" if page.is_own else "cockpit"),
    }
    return render_page_or_part(request, "experiments/analysis/page.html", "view", context)


def _own(seat: Seat, experiment_id: str) -> Experiment:
    own = Experiment.objects.filter(seat=seat).with_results()
    return get_object_or_404(own, public_id=experiment_id)


def _noted(experiment: Experiment, row: str) -> RowNote | None:
    """The note that is there already. A copy: the form writes to it."""
    if not row.isdecimal() or len(row) > LONGEST_ROW_NUMBER:
        return None
    return RowNote.objects.filter(experiment=experiment, row=int(row)).first()


@member_view
@require_POST
def again(request: Request, seat: Seat, experiment_id: str) -> HttpResponse:
    """Queue once more what could not be computed: a stage, or the answer to a question."""
    run = find_experiment(seat, experiment_id).run
    form = AgainForm(request.POST)
    job = form.job_of(run)
    if job is None or not try_again(job):
        messages.info(request, _("Already being computed, or nothing to compute again."))
    back = form.cleaned_data.get("next", "")
    # A path: Django would look for a view of any other name.
    if not (back.startswith("/") and url_has_allowed_host_and_scheme(back, None)):
        back = run.experiment.get_absolute_url()
    return redirect(back)


@participant_view
@require_POST
@edited_alone
def note(request: Request, seat: Seat, experiment_id: str) -> HttpResponse:
    """Note something about a row that the model got wrong."""
    own = _own(seat, experiment_id)
    form = RowNoteForm(request.POST, instance=_noted(own, request.POST.get("row", "")))
    if form.is_valid():
        services.note_row(own, form.cleaned_data["row"], form.cleaned_data["text"])
    context = {"form": form, "experiment": own, "dojo": seat.dojo, "is_own": True}
    if request.htmx:
        row = {"row": form["row"].value(), "note": form["text"].value() or ""}
        return render(request, "experiments/analysis/note.html", context | {"row": row})
    if form.is_valid():
        messages.success(request, _("Note saved in your log."))
    else:
        messages.error(request, _("Not saved: a note has 500 characters at most."))
    return redirect("experiments:analysis", seat.dojo.public_id, own.public_id, "errors")


@participant_view
@require_POST
@edited_alone
def limits(request: Request, seat: Seat, experiment_id: str) -> HttpResponse:
    """Write down what the model cannot be trusted for."""
    context = dojo_context(seat, "work")
    page = _page(request, seat, experiment_id, "limits")
    if not page.is_own or not page.experiment.run.has_succeeded:
        raise Http404
    form = LimitsForm(request.POST, instance=Experiment(limits=page.experiment.limits))
    if form.is_valid():
        services.record_limits(page.experiment, form.cleaned_data["limits"])
        messages.success(request, _("Limitations saved in your log."))
        return redirect(page.address)
    return _rendered(request, page, context | {"limits_form": form})
