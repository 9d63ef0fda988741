"""Looking at a finished run: the views, and what is written down on the way."""

from __future__ import annotations

from dataclasses import replace

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from classrooms.access import Request, member_view, participant_view
from classrooms.models import Membership
from classrooms.presentation import dojo_context, render_page_or_part
from experiments import services
from experiments.analysis.mistakes import limits_draft
from experiments.analysis.page import AnalysisPage
from experiments.analysis.rows import surest_error
from experiments.analysis.views import BY_SLUG, analysis_page
from experiments.forms import AgainForm, LimitsForm, RowNoteForm
from experiments.models import Experiment, Stage
from experiments.questions import TooManyQuestions, ask_about_row, try_again
from experiments.row_form import RowForm
from experiments.views.experiments import find_experiment


@member_view
@require_safe
def analysis(
    request: Request, membership: Membership, experiment_id: str, view: str
) -> HttpResponse:
    """One view of an experiment's run."""
    context = dojo_context(membership, "work")
    page = _page(request, membership, experiment_id, view)
    if not page.experiment.run.has_succeeded:
        return redirect(page.experiment)
    if Stage.SUBGROUPS in page.view.stages:
        services.renew_subgroups(page.experiment.run)
    if view == "row":
        return _row(request, page, context)
    form = LimitsForm(instance=page.experiment, initial={"limits": limits_draft(page)})
    return _rendered(request, page, context | {"limits_form": form})


def _row(request: Request, page: AnalysisPage, context: dict[str, object]) -> HttpResponse:
    """One prediction: asks the worker, and shows the answer once it is there."""
    typed = request.GET if "row" in request.GET else {"row": surest_error(page)}
    experiment = page.experiment
    schema = experiment.membership.dojo.schema
    form = RowForm(typed, config=experiment.parsed_config, schema=schema)
    if form.is_valid():
        row, changes = form.cleaned_data["row"], form.cleaned_data["changes"]
        try:
            page = replace(page, question=ask_about_row(experiment.run, row, changes))
        except TooManyQuestions:
            form.add_error(None, _("Several of your questions wait already: reload in a moment."))
    return _rendered(request, page, context | {"row_form": form})


def _page(request: Request, membership: Membership, experiment_id: str, view: str) -> AnalysisPage:
    if view not in BY_SLUG:
        raise Http404
    found = find_experiment(membership, experiment_id)
    is_own = found.membership_id == membership.pk
    return analysis_page(found, view, request.GET, is_own=is_own)


def _rendered(request: Request, page: AnalysisPage, context: dict[str, object]) -> HttpResponse:
    context |= {
        "page": page,
        "experiment": page.experiment,
        "result": page.result,
        "is_own": page.is_own,
        "tab": "work" if page.is_own else "cockpit",
    }
    return render_page_or_part(request, "experiments/analysis/page.html", "view", context)


def _own(membership: Membership, experiment_id: str) -> Experiment:
    own = Experiment.objects.filter(membership=membership).with_results()
    return get_object_or_404(own, public_id=experiment_id)


@member_view
@require_POST
def again(request: Request, membership: Membership, experiment_id: str) -> HttpResponse:
    """Queue once more what could not be computed: a stage, or the answer to a question."""
    run = find_experiment(membership, experiment_id).run
    form = AgainForm(request.POST)
    job = form.job_of(run)
    if job is None or not try_again(job):
        messages.info(request, _("It is being computed already, or there is nothing to repeat."))
    back = form.cleaned_data.get("next", "")
    if not url_has_allowed_host_and_scheme(back, None):
        back = run.experiment.get_absolute_url()
    return redirect(back)


@participant_view
@require_POST
def note(request: Request, membership: Membership, experiment_id: str) -> HttpResponse:
    """Note something about a row that the model got wrong."""
    own = _own(membership, experiment_id)
    form = RowNoteForm(request.POST)
    if form.is_valid():
        services.note_row(own, form.cleaned_data["row"], form.cleaned_data["text"])
    context = {"form": form, "experiment": own, "dojo": membership.dojo, "is_own": True}
    if request.htmx:
        row = {"row": form["row"].value(), "note": form["text"].value() or ""}
        return render(request, "experiments/analysis/note.html", context | {"row": row})
    if form.is_valid():
        messages.success(request, _("Your note is in the log."))
    else:
        messages.error(request, _("Nothing is saved: a note has 500 characters at most."))
    return redirect("experiments:analysis", membership.dojo.public_id, own.public_id, "errors")


@participant_view
@require_POST
def limits(request: Request, membership: Membership, experiment_id: str) -> HttpResponse:
    """Write down what the model cannot be trusted for."""
    context = dojo_context(membership, "work")
    page = _page(request, membership, experiment_id, "limits")
    if not page.is_own or not page.experiment.run.has_succeeded:
        raise Http404
    form = LimitsForm(request.POST, instance=Experiment(limits=page.experiment.limits))
    if form.is_valid():
        services.record_limits(page.experiment, form.cleaned_data["limits"])
        messages.success(request, _("Your limits are in the log."))
        return redirect(page.address)
    return _rendered(request, page, context | {"limits_form": form})
