"""Tracking settings of a Dojo, for its facilitators."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from classrooms.access import Request, facilitator_view
from classrooms.dojos.page import dojo_context
from classrooms.models import Seat
from connections.forms import TrackingForm
from connections.models import Delivery, TrackingSettings
from connections.tracking.page import tool_states


@facilitator_view
@require_http_methods(["GET", "HEAD", "POST"])
def tracking(request: Request, seat: Seat) -> HttpResponse:
    """The tools, the state of their deliveries, and a retry."""
    dojo = seat.dojo
    if request.POST.get("action") == "again":
        deliveries = Delivery.objects.of_dojo(dojo)
        deliveries.failed().send_again()
        deliveries.queued().update(retry_at=None)
        messages.success(request, _("Failed runs will be sent again."))
        return redirect("connections:tracking", dojo.public_id)
    chosen = TrackingSettings.objects.filter(dojo=dojo).first() or TrackingSettings(dojo=dojo)
    form = TrackingForm(request.POST or None, instance=chosen)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("connections:tracking", dojo.public_id)
    context = dojo_context(seat, "prepare") | {"form": form, "tools": tool_states(dojo)}
    return render(request, "connections/tracking.html", context)
