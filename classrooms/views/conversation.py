"""What is said in the room: announcements, raised hands, help."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from classrooms import announcing, hands
from classrooms.access import Request, facilitator_view, member_view, participant_view
from classrooms.conversation_forms import AnnouncementForm, RaiseHandForm
from classrooms.exceptions import NotNow
from classrooms.faq import QUESTIONS, TIPS, TOOLS
from classrooms.models import Announcement, Membership
from classrooms.presentation import dojo_context


# --- For participants -----------------------------------------------------------------
@member_view
@require_safe
def news(request: Request, membership: Membership) -> HttpResponse:
    """What one has yet to read: a fragment of every page of the Dojo."""
    return _news(request, membership)


def _news(request: Request, membership: Membership) -> HttpResponse:
    context = {"membership": membership, "dojo": membership.dojo}
    return render(request, "classrooms/conversation/news.html", context)


@member_view
@require_POST
def news_seen(request: Request, membership: Membership, announcement_id: str) -> HttpResponse:
    """One has read it."""
    addressed = Announcement.objects.addressed_to(membership)
    announcing.mark_seen(membership, get_object_or_404(addressed, public_id=announcement_id))
    if request.htmx:
        return _news(request, membership)
    return redirect("classrooms:help", membership.dojo.public_id)


@participant_view
@require_http_methods(["GET", "HEAD", "POST"])
def hand(request: Request, membership: Membership) -> HttpResponse:
    """One's own hand, a fragment of every page of the Dojo; a POST raises it."""
    form = RaiseHandForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            hands.raise_hand(membership, form.cleaned_data["reason"])
        except NotNow:
            form = RaiseHandForm()
        return _hand(request, membership)
    return _hand(request, membership, form)


@participant_view
@require_POST
def hand_lower(request: Request, membership: Membership) -> HttpResponse:
    """One needs no help any more."""
    hands.lower_hand(membership)
    return _hand(request, membership)


def _hand(
    request: Request, membership: Membership, form: RaiseHandForm | None = None
) -> HttpResponse:
    if request.method == "POST" and not request.htmx and not (form and form.errors):
        return redirect("classrooms:help", membership.dojo.public_id)
    context = {"membership": membership, "dojo": membership.dojo, "hand_form": form}
    return render(request, "classrooms/conversation/hand.html", context)


@member_view
@require_safe
def help_page(request: Request, membership: Membership) -> HttpResponse:
    """The brief's questions and answers, tips, tools, and what was said to one."""
    context = dojo_context(membership, "help") | {
        "questions": QUESTIONS,
        "tips": TIPS,
        "tools": TOOLS,
        "received": announcing.received_by(membership),
    }
    template = "classrooms/conversation/help.html"
    is_part = request.htmx and request.htmx.target == "received"
    return render(request, f"{template}#received" if is_part else template, context)


# --- For facilitators -----------------------------------------------------------------
@facilitator_view
@require_safe
def hand_queue(request: Request, membership: Membership) -> HttpResponse:
    """Who waits for help: a fragment of the cockpit."""
    return _queue(request, membership)


HAND_ACTIONS = ("come", "done")


@facilitator_view
@require_POST
def hand_action(
    request: Request, membership: Membership, member_id: str, action: str
) -> HttpResponse:
    """Say that one is on the way, or that the person was helped."""
    if action not in HAND_ACTIONS:
        raise Http404
    people = membership.dojo.memberships.participants()
    person = get_object_or_404(people, public_id=member_id)
    if action == "come":
        hands.take_hand(person, by=membership)
    else:
        hands.lower_hand(person)
    if request.htmx:
        return _queue(request, membership)
    return redirect("classrooms:cockpit", membership.dojo.public_id)


def _queue(request: Request, membership: Membership) -> HttpResponse:
    context = {
        "dojo": membership.dojo,
        "membership": membership,
        "queue": hands.hand_queue(membership.dojo),
    }
    return render(request, "classrooms/conversation/queue.html", context)


@facilitator_view
@require_http_methods(["GET", "HEAD", "POST"])
def announcements(request: Request, membership: Membership) -> HttpResponse:
    """The composer and what was said, with who has read it: a fragment of the cockpit."""
    dojo = membership.dojo
    form = AnnouncementForm(request.POST or None, dojo=dojo)
    is_sent = request.method == "POST" and form.is_valid()
    if is_sent:
        data = form.cleaned_data
        announcing.announce(membership, data["text"], recipient=data["recipient"])
        if not request.htmx:
            return redirect("classrooms:cockpit", dojo.public_id)
        form = AnnouncementForm(dojo=dojo)
    context = {
        "dojo": dojo,
        "membership": membership,
        "form": form,
        "is_sent": is_sent,
        "sent": announcing.sent_in(dojo),
        "people_count": dojo.memberships.participants().count(),
    }
    template = "classrooms/conversation/announcements.html"
    is_part = request.htmx and request.htmx.target == "sent"
    return render(request, f"{template}#sent" if is_part else template, context)
