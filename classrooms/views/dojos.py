"""Opening, joining and running a Dojo."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from classrooms import timeline
from classrooms.access import Request, facilitator_view, member_view
from classrooms.dataset_page import dataset_context
from classrooms.exceptions import NotNow
from classrooms.live import event_stream
from classrooms.models import Membership
from classrooms.presentation import clock_buttons, dojo_context, render_page_or_part
from classrooms.selectors import dojo_clock


@member_view
@require_safe
def dojo(request: Request, membership: Membership) -> HttpResponse:
    """Each role's own first page."""
    participates = membership.participates and not membership.is_facilitator
    if participates or membership.dojo.is_solo:
        return redirect("experiments:workspace", membership.dojo.public_id)
    return redirect("classrooms:cockpit", membership.dojo.public_id)


@facilitator_view
@require_safe
def cockpit(request: Request, membership: Membership) -> HttpResponse:
    context = dojo_context(membership, "cockpit")
    clock = context["clock"]
    dojo = membership.dojo
    context["actions"] = clock_buttons(dojo, is_last_phase=clock.following is None)
    context["join_url"] = request.build_absolute_uri(
        reverse("classrooms:join", args=[dojo.join_code])
    )
    return render_page_or_part(request, "classrooms/cockpit.html", "controls", context)


@member_view
@require_safe
def clock(request: Request, membership: Membership) -> HttpResponse:
    """The current phase and its clock, as a fragment of every page of the Dojo."""
    return render(request, "classrooms/clock.html", {"clock": dojo_clock(membership.dojo)})


@facilitator_view
@require_POST
def clock_action(request: Request, membership: Membership, action: str) -> HttpResponse:
    """Start, pause, resume, extend or move on."""
    if action not in timeline.CLOCK_ACTIONS:
        raise Http404
    try:
        timeline.CLOCK_ACTIONS[action](membership.dojo)
    except NotNow:
        messages.warning(request, _("The Dojo had already moved on; nothing was changed."))
    return redirect("classrooms:cockpit", membership.dojo.public_id)


@facilitator_view
@require_POST
def reveal(request: Request, membership: Membership) -> HttpResponse:
    """Show the holdout scores to everyone."""
    timeline.reveal_holdout(membership.dojo)
    return redirect("experiments:leaderboard", membership.dojo.public_id)


@member_view
@require_safe
def dojo_data(request: Request, membership: Membership) -> HttpResponse:
    """The dataset as participants see it: its columns, never its traps or holdout."""
    context = dojo_context(membership, "data") | dataset_context(
        membership.dojo.dataset, for_facilitator=False
    )
    return render(request, "classrooms/dojo_data.html", context)


@member_view
async def events(request: Request, membership: Membership) -> HttpResponseBase:
    """The Dojo's stream of changes (server-sent events)."""
    seen = request.headers.get("Last-Event-ID") or request.GET.get("since", "")
    stream = event_stream(membership.dojo_id, int(seen) if seen.isdigit() else 0, membership.topic)
    return StreamingHttpResponse(
        stream,
        content_type="text/event-stream",
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )
