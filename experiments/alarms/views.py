"""Answer for columns: close a leak alarm with a reason, mark them, or say what one knows."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from classrooms.access import Request, facilitator_view, participant_view
from classrooms.audit.notes import Action, note
from classrooms.dojos.page import dojo_context
from classrooms.knowledge import knows_truths
from classrooms.models import Dojo, Seat
from experiments.alarms.forms import AnswerForm, ClosingForm, MarksForm
from experiments.alarms.marking import leave_traps, mark_columns
from experiments.alarms.services import answer_alarm, close_alarm, reopen_alarm
from experiments.forecasts.belief import leaks_of
from experiments.models import Experiment
from posting.once import made_once


@facilitator_view
@require_POST
@made_once
def alarm(request: Request, seat: Seat, experiment_id: str) -> HttpResponse:
    """Close the alarm about a column of this experiment's run, or open it again."""
    visible = Experiment.objects.visible_to(seat).with_results()
    experiment = get_object_or_404(visible, public_id=experiment_id)
    column = request.POST.get("column", "")
    known = {alarm["column"] for alarm in experiment.run.alarms}
    marked = leaks_of(seat.dojo)
    if column not in known - marked or not knows_truths(seat):
        messages.error(request, _("This run has no such alarm."))
        return redirect(experiment)
    if request.POST.get("action") == "reopen":
        reopen_alarm(seat, column)
        note(seat.dojo, request.user, Action.ALARM, detail="reopen")
        return redirect(experiment)
    form = ClosingForm(request.POST)
    if form.is_valid():
        close_alarm(seat, column, form.cleaned_data["reason"])
        note(seat.dojo, request.user, Action.ALARM, detail="close")
        messages.success(request, _("Alarm closed for everyone in this Dojo."))
    else:
        messages.error(request, _("Say why it is known; one sentence is enough."))
    return redirect(experiment)


@participant_view
@require_POST
@made_once
def answer(request: Request, seat: Seat, experiment_id: str) -> HttpResponse:
    """Say what one's own column knows; the facilitator reads it."""
    experiment = get_object_or_404(Experiment, seat=seat, public_id=experiment_id)
    form = AnswerForm(request.POST, instance=experiment)
    if form.is_valid():
        answer_alarm(experiment, form.cleaned_data["alarm_answer"])
        messages.success(request, _("Saved: your facilitator can read it."))
    else:
        messages.error(request, " ".join(map(str, form.errors["alarm_answer"])))
    return redirect(experiment)


@facilitator_view
@require_http_methods(["GET", "HEAD", "POST"])
@made_once
def marks(request: Request, seat: Seat) -> HttpResponse:
    """Mark columns as recorded after the outcome, while the Dojo goes on."""
    if not knows_truths(seat):
        raise Http404
    form = MarksForm(request.POST if request.method == "POST" else None, dojo=seat.dojo)
    if request.method == "POST" and form.is_valid():
        is_changed = mark_columns(seat, form.cleaned_data["columns"])
        leave_traps(Dojo.objects.get(pk=seat.dojo_id), form.cleaned_data["traps"])
        if is_changed:
            note(seat.dojo, request.user, Action.MARKED)
            messages.success(
                request, _("Saved. Runs were judged anew, and those concerned have a message.")
            )
        return redirect("classrooms:cockpit", seat.dojo.public_id)
    context = dojo_context(seat, "cockpit") | {"form": form}
    return render(request, "experiments/alarms/marks.html", context)
