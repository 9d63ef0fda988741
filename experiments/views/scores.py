"""What the group sees of itself, and the facilitator of everyone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from classrooms.access import facilitator_view, member_view
from classrooms.models import Membership
from classrooms.selectors import dojo_clock
from experiments.engine.metrics import METRICS
from experiments.selectors import leaderboard_with_baseline, room_rows


@member_view
@require_GET
def leaderboard(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Everyone's best test score on the primary metric."""
    dojo = membership.dojo
    context = {
        "membership": membership,
        "dojo": dojo,
        "tab": "leaderboard",
        "rows": leaderboard_with_baseline(dojo),
        "metric": METRICS[dojo.primary_metric],
    }
    if request.htmx:
        return render(request, "experiments/leaderboard.html#board", context)
    context["clock"] = dojo_clock(dojo)
    return render(request, "experiments/leaderboard.html", context)


@facilitator_view
@require_GET
def room(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Where everyone is: a fragment of the cockpit."""
    dojo = membership.dojo
    context = {"dojo": dojo, "rows": room_rows(dojo), "metric": METRICS[dojo.primary_metric]}
    return render(request, "experiments/room.html", context)
