"""Views of the conversation with the coach."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

from asgiref.sync import sync_to_async
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import aget_object_or_404, get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from assistant.conversation import answers
from assistant.conversation import services as conversing
from assistant.conversation.forms import SayForm
from assistant.conversation.markdown import to_html
from assistant.conversation.page import CoachPage, MessageView
from assistant.conversation.services import Asked
from assistant.models import CoachChoice, Message
from classrooms.access import Request, participant_view
from classrooms.dojos.page import dojo_context, render_page_or_part
from classrooms.exceptions import OverQuota
from classrooms.messages import describe_quota
from classrooms.models import Seat, User
from experiments.models import Experiment
from live.connections import read_briefly, stream_response
from live.stream import format_event
from posting.once import claimed, keeps_once

TEMPLATE = "assistant/coach.html"


def _looked_at(seat: Seat, experiment_id: str | None) -> Experiment | None:
    """The participant's own experiment that is open beside the coach, if any."""
    if not experiment_id:
        return None
    own = Experiment.objects.filter(seat=seat).with_results()
    return get_object_or_404(own, public_id=experiment_id)


@participant_view
@require_safe
def coach(request: Request, seat: Seat) -> HttpResponse:
    """The conversation: a page, and a panel beside an experiment."""
    looked_at = _looked_at(seat, request.GET.get("experiment"))
    context = dojo_context(seat, "coach") | {
        "page": CoachPage(seat, looked_at),
        "form": SayForm(),
    }
    return render_page_or_part(request, TEMPLATE, "conversation", context)


@participant_view
@keeps_once
async def say(request: Request, seat: Seat) -> HttpResponse:
    """Say something; the answer is written meanwhile."""
    if request.method != "POST":
        raise Http404
    form = SayForm(request.POST)
    looked_at = await sync_to_async(_looked_at)(seat, request.POST.get("experiment"))
    if form.is_valid():
        try:
            await sync_to_async(conversing.check_questions)(cast(User, await request.auser()))
        except OverQuota as reason:
            form.add_error("text", describe_quota(reason))
    if form.is_valid():
        if await sync_to_async(_is_first)(request, _address(seat, looked_at)):
            asked = await sync_to_async(conversing.say)(
                seat, form.cleaned_data["text"], looked_at, language=request.LANGUAGE_CODE
            )
            if isinstance(asked, Asked):
                answers.begin(asked, request.LANGUAGE_CODE)
        form = SayForm()
    if not request.htmx and not form.errors:
        return redirect(_address(seat, looked_at))
    return await sync_to_async(_conversation)(request, seat, looked_at, form)


def _is_first(request: Request, address: str) -> bool:
    """Whether these words arrive for the first time; what is made of them takes too long for
    the same transaction."""
    with claimed(request) as claim:
        if claim.is_first:
            claim.keep(address)
    return claim.is_first


def _address(seat: Seat, looked_at: Experiment | None) -> str:
    address = reverse("assistant:coach", args=[seat.dojo.public_id])
    return f"{address}?experiment={looked_at.public_id}" if looked_at else address


def _conversation(
    request: Request, seat: Seat, looked_at: Experiment | None, form: SayForm
) -> HttpResponse:
    context = dojo_context(seat, "coach") | {
        "page": CoachPage(seat, looked_at),
        "form": form,
    }
    return render_page_or_part(request, TEMPLATE, "conversation", context)


@participant_view
@require_safe
async def stream(request: Request, seat: Seat, message_id: str) -> HttpResponseBase:
    """An answer while it is written (server-sent events): its HTML so far, then its end."""
    own = Message.objects.filter(seat=seat)
    message = await aget_object_or_404(own, public_id=message_id)
    return stream_response(_events(request, message, seat))


async def _events(request: Request, message: Message, seat: Seat) -> AsyncIterator[str]:
    async for text in answers.texts_of(message):
        yield format_event("text", to_html(text))
    yield format_event("end", await read_briefly(_ended, request, message.pk, seat))


def _ended(request: Request, message_pk: int, seat: Seat) -> str:
    """The message as it is stored, for those who read along."""
    message = Message.objects.select_related("experiment", "seat__dojo").get(pk=message_pk)
    context = {"one": MessageView(message), "dojo": seat.dojo}
    return render_to_string("assistant/message.html", context, request)


@participant_view
@require_POST
def stop(request: Request, seat: Seat, message_id: str) -> HttpResponse:
    """Enough of this answer."""
    message = get_object_or_404(Message.objects.filter(seat=seat), public_id=message_id)
    answers.stop(message)
    conversing.stop(message)
    if request.htmx:
        message.refresh_from_db()
        context = {"one": MessageView(message), "dojo": seat.dojo}
        return render(request, "assistant/message.html", context)
    return redirect(_address(seat, None))


@participant_view
@require_POST
def choose(request: Request, seat: Seat) -> HttpResponse:
    """Store the participant's choice about the language model."""
    CoachChoice.objects.update_or_create(
        seat=seat, defaults={"is_enabled": request.POST.get("model") == "on"}
    )
    if request.htmx:
        # The switch alone, so that what is being typed stays.
        context = {"page": CoachPage(seat, None), "dojo": seat.dojo, "is_choice": True}
        return render(request, f"{TEMPLATE}#choice", context)
    return redirect(_address(seat, None))
