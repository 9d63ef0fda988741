"""Feedback on the quality of experiments."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assistant.reviews.page import feedback_page, group_bars
from classrooms.access import Request, facilitator_view, member_view
from classrooms.models import Seat
from experiments.pages.experiment_views import find_experiment


@member_view
@require_safe
def feedback(request: Request, seat: Seat, experiment_id: str) -> HttpResponse:
    """A fragment of the experiment's page."""
    found = find_experiment(seat, experiment_id)
    context = {
        "page": feedback_page(found),
        "experiment": found,
        "dojo": seat.dojo,
    }
    return render(request, "assistant/feedback.html", context)


@facilitator_view
@require_safe
def group(request: Request, seat: Seat) -> HttpResponse:
    """The group's feedback: a fragment of the cockpit."""
    context = {"bars": group_bars(seat.dojo), "dojo": seat.dojo}
    return render(request, "assistant/group.html", context)
