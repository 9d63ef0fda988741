"""The facilitator reads what rules cannot."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from assistant.readings.forms import ReadingForm
from assistant.readings.services import reading_of, save_reading
from classrooms.access import Request, facilitator_view
from classrooms.models import Seat
from experiments.pages.experiment_views import find_experiment


@facilitator_view
@require_http_methods(["GET", "HEAD", "POST"])
def reading(request: Request, seat: Seat, experiment_id: str) -> HttpResponse:
    """Three questions about somebody's concluded experiment: a fragment of its page.

    Raises:
        Http404: it is one's own, or not concluded.
    """
    experiment = find_experiment(seat, experiment_id)
    if experiment.seat_id == seat.pk or not experiment.is_closed:
        raise Http404
    sent = request.POST if request.method == "POST" else None
    form = ReadingForm(sent, instance=reading_of(experiment, seat))
    is_saved = form.is_valid()
    if is_saved:
        save_reading(form)
        if not request.htmx:
            return redirect(experiment)
    context = {"form": form, "experiment": experiment, "dojo": seat.dojo, "is_saved": is_saved}
    return render(request, "assistant/reading.html", context)
