"""Presentations: the queue, what each person presents, and what others learn from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from csp.decorators import csp
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from classrooms.access import Request, facilitator_view, member_view, participant_view
from classrooms.exceptions import NotNow
from classrooms.live import server_milliseconds
from classrooms.models import Dojo, Membership
from classrooms.presentation import dojo_context, render_page_or_part
from experiments import talks as queue
from experiments.exports.archive import safe_name
from experiments.exports.deck import deck_script_source, html_deck
from experiments.exports.policies import DOCUMENT_POLICY
from experiments.exports.record import record_of
from experiments.jury import LEVELS, JuryForm, grades_are_released, jury_result, points_by
from experiments.learnings import learnings_of
from experiments.models import Takeaway, Talk
from experiments.slides import Deck, save_slides
from experiments.slides_form import SlidesForm
from experiments.talk_forms import LearningsForm, TakeawayForm

# A deck of one's own: nothing from elsewhere, and no script but the one that turns it.
DECK_POLICY: dict[str, Any] = DOCUMENT_POLICY | {
    "script-src": [deck_script_source()],
    "sandbox": ["allow-scripts"],
}
QUEUE_ACTIONS: dict[str, Callable[[Dojo], None]] = {
    "next": queue.begin_next_talk,
    "end": queue.end_talk,
    "back": queue.reopen_previous_talk,
    "shuffle": queue.shuffle_talks,
}
TALK_ACTIONS: dict[str, Callable[[Dojo, Membership], None]] = {
    "start": queue.begin_talk,
    "skip": queue.skip_talk,
    "call": queue.call_again,
    "up": lambda dojo, membership: queue.move_talk(dojo, membership, by=-1),
    "down": lambda dojo, membership: queue.move_talk(dojo, membership, by=1),
}


# --- The queue ----------------------------------------------------------------------------
@member_view
@require_safe
def talks(request: Request, membership: Membership) -> HttpResponse:
    """Who presents now, their page, and who comes next."""
    context = dojo_context(membership, "talks") | _queue_context(membership.dojo)
    if current := context["queue"].current:
        context |= _talk_context(membership, current)
    return render_page_or_part(request, "experiments/talks/page.html", "stage", context)


def _queue_context(dojo: Dojo) -> dict[str, Any]:
    found = queue.talk_queue(dojo)
    return {
        "dojo": dojo,
        "queue": found,
        "left": found.milliseconds_left(),
        "now": server_milliseconds(),
    }


@facilitator_view
@require_safe
def talk_on_screen(request: Request, membership: Membership) -> HttpResponse:
    """The current talk in big type, or who comes next: a fragment of the projector."""
    context = _queue_context(membership.dojo)
    current = context["queue"].current
    with translation.override(membership.dojo.language):
        context["learnings"] = learnings_of(current) if current else None
        return render(request, "experiments/talks/screen.html", context)


@facilitator_view
@require_POST
def talks_action(request: Request, membership: Membership, action: str) -> HttpResponse:
    """Begin the next talk, end one, go back, shuffle."""
    if action not in QUEUE_ACTIONS:
        raise Http404
    return _done(request, membership, lambda: QUEUE_ACTIONS[action](membership.dojo))


@facilitator_view
@require_POST
def talk_action(
    request: Request, membership: Membership, member_id: str, action: str
) -> HttpResponse:
    """Begin one participant's talk, skip it, call it again, move it."""
    if action not in TALK_ACTIONS:
        raise Http404
    presenter = _presenter(membership, member_id)
    return _done(request, membership, lambda: TALK_ACTIONS[action](membership.dojo, presenter))


def _done(request: Request, membership: Membership, act: Callable[[], None]) -> HttpResponse:
    try:
        act()
    except NotNow:
        messages.warning(request, _("The queue had already moved on; nothing was changed."))
    return redirect("experiments:talks", membership.dojo.public_id)


# --- One talk -----------------------------------------------------------------------------
def _presenter(membership: Membership, member_id: str) -> Membership:
    people = membership.dojo.memberships.participants()
    found: Membership = get_object_or_404(
        people.select_related("dojo__dataset", "user"), public_id=member_id
    )
    return found


def _visible_talk(membership: Membership, member_id: str) -> Talk:
    """A talk that the caller may read: one's own, a facilitator any, peers from its beginning."""
    presenter = _presenter(membership, member_id)
    talk = Talk.objects.filter(membership=presenter).first() or Talk(position=0)
    talk.membership = presenter
    if not (talk.is_public or presenter == membership or membership.is_facilitator):
        raise Http404
    return talk


def _talk_context(membership: Membership, talk: Talk) -> dict[str, Any]:
    """A talk's page, and what this reader may see and do with it."""
    is_own = talk.membership_id == membership.pk
    words = Takeaway.objects.filter(talk__membership=talk.membership)
    own = words.filter(author=membership).first()
    reads = membership.is_facilitator or (is_own and talk.is_over)
    sees_grades = membership.is_facilitator or (is_own and grades_are_released(membership.dojo))
    return {
        "talk": talk,
        "learnings": learnings_of(talk),
        "is_own": is_own,
        "own_takeaway": own,
        "takeaway_form": None if is_own or not talk.is_public else TakeawayForm(instance=own),
        "takeaways": list(words.select_related("author")) if reads else [],
        "reads_takeaways": reads,
        "jury": jury_result(talk) if membership.dojo.has_jury and sees_grades else None,
    }


@member_view
@require_safe
def talk(request: Request, membership: Membership, member_id: str) -> HttpResponse:
    """What one person presents, with what others learned from it for who may read that."""
    context = dojo_context(membership, "talks")
    context |= _talk_context(membership, _visible_talk(membership, member_id))
    return render(request, "experiments/talks/talk.html", context)


@participant_view
@require_http_methods(["GET", "HEAD", "POST"])
def learnings(request: Request, membership: Membership) -> HttpResponse:
    """Prepare one's own page: what the record says, in one's own words."""
    context = dojo_context(membership, "talks")
    own = _visible_talk(membership, membership.public_id)
    page = learnings_of(own)
    form = LearningsForm(request.POST or None, learnings=page)
    if request.method == "POST" and form.is_valid():
        try:
            queue.save_learnings(membership, **form.cleaned_data)
        except NotNow:
            form.add_error(None, _("This Dojo has ended: presentations no longer change."))
        else:
            messages.success(request, _("Your page is saved."))
            return redirect("experiments:talk", membership.dojo.public_id, membership.public_id)
    context |= {"form": form, "learnings": page, "talk": own}
    return render(request, "experiments/talks/learnings_form.html", context)


@member_view
@require_POST
def takeaway(request: Request, membership: Membership, member_id: str) -> HttpResponse:
    """Tell a presenter what one learned from them, change it, or take it back."""
    found = _visible_talk(membership, member_id)
    if found.membership_id == membership.pk or not found.is_public:
        raise Http404
    form = TakeawayForm(request.POST)
    removes = "remove" in request.POST
    if not removes and not form.is_valid():
        context = dojo_context(membership, "talks") | _talk_context(membership, found)
        context["takeaway_form"] = form
        return render(request, "experiments/talks/talk.html", context)
    queue.leave_takeaway(found, membership, "" if removes else form.cleaned_data["text"])
    said = _("Your word is taken back.") if removes else _("Thank you: your word is kept.")
    messages.success(request, said)
    if found.is_current:
        return redirect("experiments:talks", membership.dojo.public_id)
    return redirect("experiments:talk", membership.dojo.public_id, member_id)


# --- Formal presentations -----------------------------------------------------------------
@csp(DECK_POLICY)
@member_view
@require_safe
def talk_slides(request: Request, membership: Membership, member_id: str) -> HttpResponse:
    """A talk as slides in one file, where presentations are formal."""
    if not membership.dojo.has_jury:
        raise Http404
    found = _visible_talk(membership, member_id)
    deck = Deck(record_of(found.membership))
    response = HttpResponse(html_deck(deck))
    if "download" in request.GET:
        name = f"slides-{safe_name(found.membership.display_name, 'participant')}.html"
        response["Content-Disposition"] = content_disposition_header(True, name)
    return response


@participant_view
@require_http_methods(["GET", "HEAD", "POST"])
def slides(request: Request, membership: Membership) -> HttpResponse:
    """Say one's slides in other words, or leave some out."""
    if not membership.dojo.has_jury:
        raise Http404
    context = dojo_context(membership, "talks")
    record = record_of(membership)
    deck = Deck(record)
    with translation.override(record.language):
        form = SlidesForm(request.POST or None, deck=deck)
    if request.method == "POST":
        is_reset = request.POST.get("action") == "reset"
        if is_reset or form.is_valid():
            try:
                save_slides(membership, deck, {} if is_reset else form.told)
            except NotNow:
                form.add_error(None, _("This Dojo has ended: presentations no longer change."))
            else:
                messages.success(request, _("Your slides are saved."))
                return redirect("experiments:slides", membership.dojo.public_id)
    return render(request, "experiments/talks/slides_form.html", context | {"form": form})


@facilitator_view
@require_http_methods(["GET", "HEAD", "POST"])
def talk_grades(request: Request, membership: Membership, member_id: str) -> HttpResponse:
    """A juror's grid, and what the jury has given so far."""
    if not membership.dojo.has_jury:
        raise Http404
    context = dojo_context(membership, "talks")
    found = _visible_talk(membership, member_id)
    form = JuryForm(request.POST or None, initial=points_by(membership, found))
    if request.method == "POST" and form.is_valid():
        queue.grade_talk(
            membership.dojo, found.membership, juror=membership, points=form.cleaned_data
        )
        messages.success(request, _("Your grades are kept."))
        return redirect("experiments:talk_grades", membership.dojo.public_id, member_id)
    context |= _talk_context(membership, found) | {"form": form, "levels": LEVELS}
    return render(request, "experiments/talks/grades.html", context)
