"""The facilitator's settings of the coach."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assistant.conversation.forms import CoachSettingsForm
from assistant.conversation.markdown import to_html
from assistant.conversation.page import spending_of
from assistant.model.budget import coach_settings
from assistant.model.client import is_configured
from assistant.model.prompts import text_of
from assistant.settings.disagreements import disagreements_of
from classrooms.access import Request, facilitator_view
from classrooms.dojos.page import dojo_context
from classrooms.models import Seat


@facilitator_view
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: Request, seat: Seat) -> HttpResponse:
    """Settings of the coach, with a preview of the prompt and a reset."""
    chosen = coach_settings(seat.dojo)
    own_prompt = text_of("coach", seat.dojo.language)
    if request.method == "POST":
        form = CoachSettingsForm(request.POST, instance=chosen)
        if request.POST.get("action") == "save" and form.is_valid():
            saved = form.save(commit=False)
            if saved.system_prompt.strip() == own_prompt:
                saved.system_prompt = ""
            saved.save()
            messages.success(request, _("Coach settings saved."))
            return redirect("assistant:settings", seat.dojo.public_id)
        if request.POST.get("action") == "reset":
            data = request.POST.copy()
            data["system_prompt"] = own_prompt
            form = CoachSettingsForm(data, instance=chosen)
    else:
        initial = {"system_prompt": chosen.system_prompt or own_prompt}
        form = CoachSettingsForm(instance=chosen, initial=initial)
    context = dojo_context(seat, "cockpit") | {
        "form": form,
        "preview": to_html(form["system_prompt"].value() or own_prompt),
        "spending": spending_of(seat),
        "is_configured": is_configured(),
        "disagreements": disagreements_of(seat),
    }
    return render(request, "assistant/settings.html", context)
