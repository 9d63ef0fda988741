"""The page that says what is sent to whom, shown before anyone joins."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from assistant.model.budget import coach_settings
from assistant.model.client import is_configured, recipient
from classrooms.access import Request, public_view
from classrooms.dojos.page import render_page_or_part
from classrooms.models import Dojo


@public_view
@require_safe
def notice(request: Request, dojo_id: str) -> HttpResponse:
    """A line of the join page, and a page for browsers without scripts."""
    dojo = get_object_or_404(Dojo, public_id=dojo_id)
    chosen = coach_settings(dojo)
    context = {
        "is_on": is_configured() and chosen.is_enabled,
        "shares_rows": chosen.shares_rows,
        "recipient": recipient(),
    }
    return render_page_or_part(request, "assistant/notice.html", "notice", context)
