"""Views of a Dojo: its page, its cockpit and its clock."""

from collections.abc import Callable
from typing import cast

from django.contrib import messages
from django.http import (
    Http404,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from classrooms.access import Request, facilitator_view, member_view
from classrooms.agenda import timeline
from classrooms.agenda.hints import phase_hint
from classrooms.audit.notes import Action, note
from classrooms.datasets.page import dataset_context
from classrooms.dojos.fragments import clock_html
from classrooms.dojos.page import clock_buttons, dojo_context, render_page_or_part
from classrooms.dojos.reads import dojo_clock
from classrooms.dojos.settings.margins import room_sentence
from classrooms.dojos.workers import missing_workers
from classrooms.exceptions import DataNotReady, NotNow
from classrooms.intake.values import whole_number
from classrooms.models import Seat, User
from classrooms.models.stage import Scene
from classrooms.topics import CLOCK, concerns
from live.connections import stream_response
from live.stream import changes_since, event_stream


@member_view
@require_safe
def dojo(request: Request, seat: Seat) -> HttpResponse:
    """Each role's own first page."""
    participates = seat.participates and not seat.is_facilitator
    if participates or seat.dojo.is_solo:
        return redirect("experiments:workspace", seat.dojo.public_id)
    return redirect("classrooms:cockpit", seat.dojo.public_id)


@facilitator_view
@require_safe
def cockpit(request: Request, seat: Seat) -> HttpResponse:
    context = dojo_context(seat, "cockpit")
    dojo = seat.dojo
    context["actions"] = clock_buttons(context["clock"])
    context["scenes"] = Scene.choices
    context["hint"] = phase_hint(dojo, context["clock"].current)
    context["join_url"] = request.build_absolute_uri(
        reverse("classrooms:join", args=[dojo.join_code])
    )
    return render_page_or_part(request, "classrooms/cockpit.html", "controls", context)


@member_view
@require_safe
def clock(request: Request, seat: Seat) -> HttpResponse:
    """The current phase and its clock, as a fragment of every page of the Dojo."""
    return render(request, "classrooms/clock.html", {"clock": dojo_clock(seat.dojo)})


@member_view
@require_safe
def workers(request: Request, seat: Seat) -> HttpResponse:
    """What is missing for work to go on, as a fragment of the pages where people wait for it."""
    context = {"dojo": seat.dojo, "is_facilitator": seat.is_facilitator}
    return render(request, "classrooms/workers.html", context | missing_workers())


@facilitator_view
@require_POST
def clock_action(request: Request, seat: Seat, action: str) -> HttpResponse:
    """Start, pause, resume, extend, move on, go back, skip."""
    position = whole_number(request.POST.get("position"))
    try:
        timeline.act(
            seat.dojo,
            action,
            seen=request.POST.get("seen", ""),
            position=position,
        )
    except KeyError as error:
        raise Http404 from error
    except DataNotReady:
        messages.warning(
            request, _("Not started: the split of its data was undone. Split the dataset first.")
        )
    except NotNow:
        messages.warning(request, _("Not changed: the Dojo had already moved on."))
    else:
        note(seat.dojo, request.user, Action.CLOCK, detail=action)
    return redirect("classrooms:cockpit", seat.dojo.public_id)


@member_view
@require_safe
def dojo_data(request: Request, seat: Seat) -> HttpResponse:
    """The dataset as participants see it: its columns, never its traps or holdout."""
    context = dojo_context(seat, "data") | dataset_context(seat.dojo.dataset, for_facilitator=False)
    context["what_test_can_tell"] = room_sentence(seat.dojo)
    return render(request, "classrooms/dojo_data.html", context)


def _topics_for(seat: Seat) -> Callable[[str], bool]:
    return concerns(seat.topic, sees_everyone=seat.is_facilitator)


@member_view
@require_safe
def changes(request: Request, seat: Seat) -> JsonResponse:
    """The stream's content for browsers that can't receive streams, which poll it."""
    seen = whole_number(request.GET.get("since")) or 0
    found = changes_since(seat.dojo_id, seen, _topics_for(seat))
    return JsonResponse(found, headers={"Cache-Control": "no-store"})


@member_view
@require_safe
async def events(request: Request, seat: Seat) -> HttpResponseBase:
    """The Dojo's stream of changes (server-sent events)."""
    seen = whole_number(request.headers.get("Last-Event-ID") or request.GET.get("since")) or 0
    language = request.LANGUAGE_CODE
    person = cast(User, await request.auser())

    async def clock(version: int) -> str:
        return await clock_html(seat.dojo_id, version, language)

    return stream_response(
        event_stream(seat.dojo_id, seen, _topics_for(seat), {CLOCK: clock}, person=person.pk)
    )
