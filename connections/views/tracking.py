"""Where a Dojo's runs are logged, for its facilitators."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from classrooms.access import Request, facilitator_view
from classrooms.models import Membership
from classrooms.presentation import dojo_context
from connections.forms import TrackingForm
from connections.models import Delivery, TrackingSettings
from connections.tracking_page import tool_states


@facilitator_view
@require_http_methods(["GET", "HEAD", "POST"])
def tracking(request: Request, membership: Membership) -> HttpResponse:
    """Which tools are told, how far they are, and another try."""
    dojo = membership.dojo
    if request.POST.get("action") == "again":
        deliveries = Delivery.objects.of_dojo(dojo)
        deliveries.failed().send_again()
        deliveries.queued().update(retry_at=None)
        messages.success(request, _("They are sent once more."))
        return redirect("connections:tracking", dojo.public_id)
    chosen = TrackingSettings.objects.filter(dojo=dojo).first() or TrackingSettings(dojo=dojo)
    form = TrackingForm(request.POST or None, instance=chosen)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("connections:tracking", dojo.public_id)
    context = dojo_context(membership, "prepare") | {
        "form": form,
        "tools": tool_states(dojo),
        "may_name_server": bool(settings.MLFLOW_DOJO_HOSTS),
    }
    return render(request, "connections/tracking.html", context)
