"""Views of announcements, raised hands and the help page."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from classrooms.access import Request, facilitator_view, member_view, participant_view
from classrooms.conversation import announcements as announcing
from classrooms.conversation import hands
from classrooms.conversation.faq import QUESTIONS, TIPS, TOOLS
from classrooms.conversation.forms import AnnouncementForm, RaiseHandForm
from classrooms.dojos.page import dojo_context
from classrooms.exceptions import NotNow
from classrooms.glossary.terms import sorted_terms
from classrooms.models import Announcement, Seat
from posting.once import claimed, keeps_once


# --- For participants -----------------------------------------------------------------
@member_view
@require_safe
def news(request: Request, seat: Seat) -> HttpResponse:
    """Unread announcements: a fragment of every page of the Dojo."""
    return _news(request, seat)


def _news(request: Request, seat: Seat) -> HttpResponse:
    context = {"seat": seat, "dojo": seat.dojo}
    return render(request, "classrooms/conversation/news.html", context)


@member_view
@require_POST
def news_seen(request: Request, seat: Seat, announcement_id: str) -> HttpResponse:
    """One has read it."""
    addressed = Announcement.objects.addressed_to(seat)
    announcing.mark_seen(seat, get_object_or_404(addressed, public_id=announcement_id))
    if request.htmx:
        return _news(request, seat)
    return redirect("classrooms:help", seat.dojo.public_id)


@participant_view
@require_http_methods(["GET", "HEAD", "POST"])
def hand(request: Request, seat: Seat) -> HttpResponse:
    """The person's own raised hand: a fragment of every page of the Dojo. A POST raises it."""
    form = RaiseHandForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            hands.raise_hand(seat, form.cleaned_data["reason"])
        except NotNow:
            form = RaiseHandForm()
        return _hand(request, seat)
    return _hand(request, seat, form)


@participant_view
@require_POST
def hand_lower(request: Request, seat: Seat) -> HttpResponse:
    """One needs no help any more."""
    hands.lower_hand(seat)
    return _hand(request, seat)


def _hand(request: Request, seat: Seat, form: RaiseHandForm | None = None) -> HttpResponse:
    if request.method == "POST" and not request.htmx and not (form and form.errors):
        return redirect("classrooms:help", seat.dojo.public_id)
    context = {"seat": seat, "dojo": seat.dojo, "hand_form": form}
    return render(request, "classrooms/conversation/hand.html", context)


@member_view
@require_safe
def help_page(request: Request, seat: Seat) -> HttpResponse:
    """The brief's questions and answers, tips, tools, and what was said to one."""
    context = dojo_context(seat, "help") | {
        "questions": QUESTIONS,
        "tips": TIPS,
        "tools": TOOLS,
        "terms": sorted_terms(),
        "received": announcing.received_by(seat),
    }
    template = "classrooms/conversation/help.html"
    is_part = request.htmx and request.htmx.target == "received"
    return render(request, f"{template}#received" if is_part else template, context)


# --- For facilitators -----------------------------------------------------------------
@facilitator_view
@require_safe
def hand_queue(request: Request, seat: Seat) -> HttpResponse:
    """Raised hands: a fragment of the cockpit."""
    return _queue(request, seat)


HAND_ACTIONS = ("come", "done")


@facilitator_view
@require_POST
def hand_action(request: Request, seat: Seat, person_id: str, action: str) -> HttpResponse:
    """Say that one is on the way, or that the person was helped."""
    if action not in HAND_ACTIONS:
        raise Http404
    people = seat.dojo.seats.participants()
    person = get_object_or_404(people, public_id=person_id)
    if action == "come":
        hands.take_hand(person, by=seat)
    else:
        hands.lower_hand(person)
    if request.htmx:
        return _queue(request, seat)
    return redirect("classrooms:cockpit", seat.dojo.public_id)


def _queue(request: Request, seat: Seat) -> HttpResponse:
    context = {
        "dojo": seat.dojo,
        "seat": seat,
        "queue": hands.hand_queue(seat.dojo),
    }
    return render(request, "classrooms/conversation/queue.html", context)


@facilitator_view
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_once
def announcements(request: Request, seat: Seat) -> HttpResponse:
    """The composer and earlier announcements with their readers: a fragment of the cockpit."""
    dojo = seat.dojo
    form = AnnouncementForm(request.POST or None, dojo=dojo)
    is_sent = request.method == "POST" and form.is_valid()
    if is_sent:
        data = form.cleaned_data
        with claimed(request) as claim:
            if claim.is_first:
                announcing.announce(seat, data["text"], recipient=data["recipient"])
                claim.keep(request.path)
        if not request.htmx:
            return redirect("classrooms:cockpit", dojo.public_id)
        form = AnnouncementForm(dojo=dojo)
    context = {
        "dojo": dojo,
        "seat": seat,
        "form": form,
        "is_sent": is_sent,
        "sent": announcing.sent_in(dojo),
        "people_count": dojo.seats.participants().count(),
    }
    template = "classrooms/conversation/announcements.html"
    is_part = request.htmx and request.htmx.target == "sent"
    return render(request, f"{template}#sent" if is_part else template, context)
