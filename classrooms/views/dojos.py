"""Opening, joining and running a Dojo."""

from django.contrib import messages
from django.http import (
    Http404,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from classrooms import timeline
from classrooms.access import Request, facilitator_view, member_view
from classrooms.dataset_page import dataset_context
from classrooms.exceptions import NotNow
from classrooms.live import changes_since, event_stream
from classrooms.models import Membership
from classrooms.models.dojos import Scene
from classrooms.phase_hints import phase_hint
from classrooms.presentation import clock_buttons, dojo_context, render_page_or_part
from classrooms.selectors import dojo_clock
from classrooms.shared_fragments import clock_html
from classrooms.topics import CLOCK


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
    dojo = membership.dojo
    context["actions"] = clock_buttons(context["clock"])
    context["scenes"] = Scene.choices
    context["hint"] = phase_hint(dojo, context["clock"].current)
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
    """Start, pause, resume, extend, move on, go back, skip."""
    position = request.POST.get("position", "")
    try:
        timeline.act(
            membership.dojo,
            action,
            seen=request.POST.get("seen", ""),
            position=int(position) if position.isdecimal() else None,
        )
    except KeyError as error:
        raise Http404 from error
    except NotNow:
        messages.warning(request, _("The Dojo had already moved on; nothing was changed."))
    return redirect("classrooms:cockpit", membership.dojo.public_id)


@member_view
@require_safe
def dojo_data(request: Request, membership: Membership) -> HttpResponse:
    """The dataset as participants see it: its columns, never its traps or holdout."""
    context = dojo_context(membership, "data") | dataset_context(
        membership.dojo.dataset, for_facilitator=False
    )
    return render(request, "classrooms/dojo_data.html", context)


@member_view
@require_safe
def changes(request: Request, membership: Membership) -> JsonResponse:
    """What the stream would tell, for browsers that no stream reaches: they ask for it."""
    seen = request.GET.get("since", "")
    own_topic = None if membership.is_facilitator else membership.topic
    found = changes_since(membership.dojo_id, int(seen) if seen.isdecimal() else 0, own_topic)
    return JsonResponse(found, headers={"Cache-Control": "no-store"})


@member_view
async def events(request: Request, membership: Membership) -> HttpResponseBase:
    """The Dojo's stream of changes (server-sent events)."""
    seen = request.headers.get("Last-Event-ID") or request.GET.get("since", "")
    own_topic = None if membership.is_facilitator else membership.topic
    language = request.LANGUAGE_CODE

    async def clock(version: int) -> str:
        return await clock_html(membership.dojo_id, version, language)

    stream = event_stream(
        membership.dojo_id, int(seen) if seen.isdigit() else 0, own_topic, {CLOCK: clock}
    )
    return StreamingHttpResponse(
        stream,
        content_type="text/event-stream",
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )
