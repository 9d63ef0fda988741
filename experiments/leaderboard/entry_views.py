"""A participant chooses which of the runs that they kept is their submission."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from classrooms.access import Request, participant_view
from classrooms.exceptions import NotNow
from classrooms.models import Seat
from experiments.models import Experiment
from experiments.submit.services import choose_experiment
from posting.once import made_once


@participant_view
@require_POST
@made_once
def choose(request: Request, seat: Seat, experiment_id: str) -> HttpResponse:
    """Submit this experiment instead of the one that they kept last."""
    own = Experiment.objects.filter(seat=seat).select_related("seat__dojo")
    found = get_object_or_404(own, public_id=experiment_id)
    try:
        choose_experiment(found)
    except NotNow:
        messages.error(
            request,
            _("Not submitted: keep it first. Once hidden scores are revealed, nothing changes."),
        )
    else:
        messages.success(request, _("Submitted to the leaderboard."))
    return redirect(found)
