"""The coach as the facilitator sets it up."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assistant.budget import coach_settings
from assistant.client import is_configured
from assistant.coach_page import spending_of
from assistant.forms import CoachSettingsForm
from assistant.markdown import to_html
from assistant.prompts import text_of
from classrooms.access import Request, facilitator_view
from classrooms.models import Membership
from classrooms.presentation import dojo_context


@facilitator_view
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: Request, membership: Membership) -> HttpResponse:
    """What the coach may do, cost and say; the prompt with a preview and a reset."""
    chosen = coach_settings(membership.dojo)
    own_prompt = text_of("coach", membership.dojo.language)
    if request.method == "POST":
        form = CoachSettingsForm(request.POST, instance=chosen)
        if request.POST.get("action") == "save" and form.is_valid():
            saved = form.save(commit=False)
            if saved.system_prompt.strip() == own_prompt:
                saved.system_prompt = ""
            saved.save()
            messages.success(request, _("The coach is set up."))
            return redirect("assistant:settings", membership.dojo.public_id)
        if request.POST.get("action") == "reset":
            data = request.POST.copy()
            data["system_prompt"] = own_prompt
            form = CoachSettingsForm(data, instance=chosen)
    else:
        initial = {"system_prompt": chosen.system_prompt or own_prompt}
        form = CoachSettingsForm(instance=chosen, initial=initial)
    context = dojo_context(membership, "cockpit") | {
        "form": form,
        "preview": to_html(form["system_prompt"].value() or own_prompt),
        "spending": spending_of(membership),
        "is_configured": is_configured(),
    }
    return render(request, "assistant/settings.html", context)
