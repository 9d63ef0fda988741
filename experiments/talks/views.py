"""Views of presentations: the queue, each person's slides, takeaways."""

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
from classrooms.dojos.page import dojo_context, render_page_or_part
from classrooms.exceptions import NotNow
from classrooms.models import Dojo, Seat
from experiments.exports.archives.participant import safe_name
from experiments.exports.documents.deck import deck_script_source, html_deck
from experiments.exports.policies import DOCUMENT_POLICY
from experiments.exports.record import record_of
from experiments.models import Takeaway, Talk
from experiments.talks import services as queue
from experiments.talks.forms import LearningsForm, TakeawayForm
from experiments.talks.jury import LEVELS, JuryForm, grades_are_released, jury_result, points_by
from experiments.talks.learnings import learnings_of
from experiments.talks.slides import Deck, save_slides
from experiments.talks.slides_form import SlidesForm
from live.stream import server_milliseconds
from posting.edits import edited_alone
from posting.once import made_once

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
TALK_ACTIONS: dict[str, Callable[[Dojo, Seat], None]] = {
    "start": queue.begin_talk,
    "skip": queue.skip_talk,
    "call": queue.call_again,
    "up": lambda dojo, seat: queue.move_talk(dojo, seat, by=-1),
    "down": lambda dojo, seat: queue.move_talk(dojo, seat, by=1),
}


# --- The queue ----------------------------------------------------------------------------
@member_view
@require_safe
def talks(request: Request, seat: Seat) -> HttpResponse:
    """The current presenter, their presentation, and who is next."""
    context = dojo_context(seat, "talks") | _queue_context(seat.dojo)
    if current := context["queue"].current:
        context |= _talk_context(seat, current)
        if seat.is_facilitator:
            context["speaker"] = current.seat
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
def talk_on_screen(request: Request, seat: Seat) -> HttpResponse:
    """The current presentation in large type, or who is next: a fragment of the projector."""
    context = _queue_context(seat.dojo)
    current = context["queue"].current
    with translation.override(seat.dojo.language):
        context["learnings"] = learnings_of(current) if current else None
        return render(request, "experiments/talks/screen.html", context)


@facilitator_view
@require_POST
@made_once
def talks_action(request: Request, seat: Seat, action: str) -> HttpResponse:
    """Begin the next talk, end one, go back, shuffle."""
    if action not in QUEUE_ACTIONS:
        raise Http404
    return _done(request, seat, lambda: QUEUE_ACTIONS[action](seat.dojo))


@facilitator_view
@require_POST
def talk_action(request: Request, seat: Seat, person_id: str, action: str) -> HttpResponse:
    """Begin one participant's talk, skip it, call it again, move it."""
    if action not in TALK_ACTIONS:
        raise Http404
    presenter = _presenter(seat, person_id)
    return _done(request, seat, lambda: TALK_ACTIONS[action](seat.dojo, presenter))


def _done(request: Request, seat: Seat, act: Callable[[], None]) -> HttpResponse:
    try:
        act()
    except NotNow:
        messages.warning(request, _("Not changed: the queue had already moved on."))
    return redirect("experiments:talks", seat.dojo.public_id)


# --- One talk -----------------------------------------------------------------------------
def _presenter(seat: Seat, person_id: str) -> Seat:
    people = seat.dojo.seats.participants()
    found: Seat = get_object_or_404(people.with_dojo(), public_id=person_id)
    return found


def _visible_talk(seat: Seat, person_id: str) -> Talk:
    """A presentation that the caller may read: their own; any for a facilitator; for peers, once
    it has started."""
    presenter = _presenter(seat, person_id)
    talk = Talk.objects.filter(seat=presenter).first() or Talk(position=0)
    talk.seat = presenter
    if not (talk.is_public or presenter == seat or seat.is_facilitator):
        raise Http404
    return talk


def _talk_context(seat: Seat, talk: Talk) -> dict[str, Any]:
    """A talk's page, and what this reader may see and do with it."""
    is_own = talk.seat_id == seat.pk
    words = Takeaway.objects.filter(talk__seat=talk.seat)
    own = words.filter(author=seat).first()
    reads = seat.is_facilitator or (is_own and talk.is_over)
    sees_grades = seat.is_facilitator or (is_own and grades_are_released(seat.dojo))
    return {
        "talk": talk,
        "learnings": learnings_of(talk),
        "is_own": is_own,
        "own_takeaway": own,
        "takeaway_form": None if is_own or not talk.is_public else TakeawayForm(instance=own),
        "takeaways": list(words.select_related("author")) if reads else [],
        "reads_takeaways": reads,
        "jury": jury_result(talk) if seat.dojo.has_jury and sees_grades else None,
    }


@member_view
@require_safe
def talk(request: Request, seat: Seat, person_id: str) -> HttpResponse:
    """One person's presentation, with others' takeaways for those who may read them."""
    context = dojo_context(seat, "talks")
    context |= _talk_context(seat, _visible_talk(seat, person_id))
    return render(request, "experiments/talks/talk.html", context)


@participant_view
@require_http_methods(["GET", "HEAD", "POST"])
@edited_alone
def learnings(request: Request, seat: Seat) -> HttpResponse:
    """Edit your own presentation."""
    context = dojo_context(seat, "talks")
    own = _visible_talk(seat, seat.public_id)
    page = learnings_of(own)
    form = LearningsForm(request.POST or None, learnings=page)
    if request.method == "POST" and form.is_valid():
        try:
            queue.save_learnings(seat, **form.cleaned_data)
        except NotNow:
            form.add_error(None, _("This Dojo has ended: presentations can't change any more."))
        else:
            messages.success(request, _("Presentation saved."))
            return redirect("experiments:talk", seat.dojo.public_id, seat.public_id)
    context |= {"form": form, "learnings": page, "talk": own}
    return render(request, "experiments/talks/learnings_form.html", context)


@member_view
@require_POST
@edited_alone
def takeaway(request: Request, seat: Seat, person_id: str) -> HttpResponse:
    """Send a takeaway to a presenter, edit it, or delete it."""
    found = _visible_talk(seat, person_id)
    if found.seat_id == seat.pk or not found.is_public:
        raise Http404
    own = Takeaway.objects.filter(talk__seat=found.seat, author=seat).first()
    form = TakeawayForm(request.POST, instance=own)
    removes = "remove" in request.POST
    if not removes and not form.is_valid():
        context = dojo_context(seat, "talks") | _talk_context(seat, found)
        context["takeaway_form"] = form
        return render(request, "experiments/talks/talk.html", context)
    queue.leave_takeaway(found, seat, "" if removes else form.cleaned_data["text"])
    said = _("Takeaway deleted.") if removes else _("Takeaway sent.")
    messages.success(request, said)
    if found.is_current:
        return redirect("experiments:talks", seat.dojo.public_id)
    return redirect("experiments:talk", seat.dojo.public_id, person_id)


# --- Formal presentations -----------------------------------------------------------------
@csp(DECK_POLICY)
@member_view
@require_safe
def talk_slides(request: Request, seat: Seat, person_id: str) -> HttpResponse:
    """A talk as slides in one file, where presentations are formal."""
    if not seat.dojo.has_jury:
        raise Http404
    found = _visible_talk(seat, person_id)
    deck = Deck(record_of(found.seat))
    response = HttpResponse(html_deck(deck))
    if "download" in request.GET:
        name = f"slides-{safe_name(found.seat.display_name, 'participant')}.html"
        response["Content-Disposition"] = content_disposition_header(True, name)
    return response


@participant_view
@require_http_methods(["GET", "HEAD", "POST"])
@edited_alone
def slides(request: Request, seat: Seat) -> HttpResponse:
    """Edit your own slides, or hide some."""
    if not seat.dojo.has_jury:
        raise Http404
    context = dojo_context(seat, "talks")
    record = record_of(seat)
    deck = Deck(record)
    with translation.override(record.language):
        form = SlidesForm(request.POST or None, deck=deck)
    if request.method == "POST":
        is_reset = request.POST.get("action") == "reset"
        if is_reset or form.is_valid():
            try:
                save_slides(seat, deck, {} if is_reset else form.told)
            except NotNow:
                form.add_error(None, _("This Dojo has ended: presentations can't change any more."))
            else:
                messages.success(request, _("Presentation slides saved."))
                return redirect("experiments:slides", seat.dojo.public_id)
    return render(request, "experiments/talks/slides_form.html", context | {"form": form})


@facilitator_view
@require_http_methods(["GET", "HEAD", "POST"])
def talk_grades(request: Request, seat: Seat, person_id: str) -> HttpResponse:
    """A juror's grid, and what the jury has given so far."""
    if not seat.dojo.has_jury:
        raise Http404
    context = dojo_context(seat, "talks")
    found = _visible_talk(seat, person_id)
    form = JuryForm(request.POST or None, initial=points_by(seat, found))
    if request.method == "POST" and form.is_valid():
        queue.grade_talk(seat.dojo, found.seat, juror=seat, points=form.cleaned_data)
        messages.success(request, _("Grades saved."))
        return redirect("experiments:talk_grades", seat.dojo.public_id, person_id)
    context |= _talk_context(seat, found) | {"form": form, "levels": LEVELS}
    return render(request, "experiments/talks/grades.html", context)
