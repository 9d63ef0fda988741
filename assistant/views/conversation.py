"""Talking with the coach."""

from __future__ import annotations

from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import aget_object_or_404, get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from assistant import answers, conversing
from assistant.coach_page import CoachPage, MessageView
from assistant.conversing import Asked
from assistant.forms import SayForm
from assistant.markdown import to_html
from assistant.models import CoachChoice, Message
from classrooms.access import Request, participant_view
from classrooms.models import Membership
from classrooms.presentation import dojo_context, render_page_or_part
from experiments.models import Experiment

TEMPLATE = "assistant/coach.html"


def _looked_at(membership: Membership, experiment_id: str | None) -> Experiment | None:
    """What they are looking at, if it is an experiment of theirs."""
    if not experiment_id:
        return None
    own = Experiment.objects.filter(membership=membership).with_results()
    return get_object_or_404(own, public_id=experiment_id)


@participant_view
@require_safe
def coach(request: Request, membership: Membership) -> HttpResponse:
    """The conversation: a page, and a panel beside an experiment."""
    looked_at = _looked_at(membership, request.GET.get("experiment"))
    context = dojo_context(membership, "coach") | {
        "page": CoachPage(membership, looked_at),
        "form": SayForm(),
    }
    return render_page_or_part(request, TEMPLATE, "conversation", context)


@participant_view
async def say(request: Request, membership: Membership) -> HttpResponse:
    """Say something; the answer is written meanwhile."""
    if request.method != "POST":
        raise Http404
    form = SayForm(request.POST)
    looked_at = await sync_to_async(_looked_at)(membership, request.POST.get("experiment"))
    if form.is_valid():
        asked = await sync_to_async(conversing.say)(
            membership, form.cleaned_data["text"], looked_at, language=request.LANGUAGE_CODE
        )
        if isinstance(asked, Asked):
            answers.begin(asked, request.LANGUAGE_CODE)
        form = SayForm()
    if not request.htmx and not form.errors:
        return redirect(_address(membership, looked_at))
    return await sync_to_async(_conversation)(request, membership, looked_at, form)


def _address(membership: Membership, looked_at: Experiment | None) -> str:
    address = reverse("assistant:coach", args=[membership.dojo.public_id])
    return f"{address}?experiment={looked_at.public_id}" if looked_at else address


def _conversation(
    request: Request, membership: Membership, looked_at: Experiment | None, form: SayForm
) -> HttpResponse:
    context = dojo_context(membership, "coach") | {
        "page": CoachPage(membership, looked_at),
        "form": form,
    }
    return render_page_or_part(request, TEMPLATE, "conversation", context)


@participant_view
async def stream(request: Request, membership: Membership, message_id: str) -> HttpResponseBase:
    """An answer while it is written (server-sent events): its HTML so far, then its end."""
    own = Message.objects.filter(membership=membership)
    message = await aget_object_or_404(own, public_id=message_id)
    return StreamingHttpResponse(
        _events(message, membership),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )


async def _events(message: Message, membership: Membership) -> AsyncIterator[str]:
    async for text in answers.texts_of(message):
        yield _event("text", to_html(text))
    ended = await Message.objects.select_related("experiment").aget(pk=message.pk)
    context = {"one": MessageView(ended), "dojo": membership.dojo}
    yield _event("end", await sync_to_async(render_to_string)("assistant/message.html", context))


def _event(name: str, html: str) -> str:
    data = "".join(f"data: {line}\n" for line in html.splitlines() or [""])
    return f"event: {name}\n{data}\n"


@participant_view
@require_POST
def stop(request: Request, membership: Membership, message_id: str) -> HttpResponse:
    """Enough of this answer."""
    message = get_object_or_404(Message.objects.filter(membership=membership), public_id=message_id)
    answers.stop(message)
    conversing.stop(message)
    if request.htmx:
        message.refresh_from_db()
        context = {"one": MessageView(message), "dojo": membership.dojo}
        return render(request, "assistant/message.html", context)
    return redirect(_address(membership, None))


@participant_view
@require_POST
def choose(request: Request, membership: Membership) -> HttpResponse:
    """Whether one's words may go to a language model."""
    CoachChoice.objects.update_or_create(
        membership=membership, defaults={"is_enabled": request.POST.get("model") == "on"}
    )
    return redirect(_address(membership, None))
