"""The room, and looking over one participant's shoulder."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from classrooms import announcing
from classrooms.access import Request, facilitator_view
from classrooms.conversation_forms import NoteForm
from classrooms.models import Announcement, Membership
from classrooms.presentation import dojo_context
from experiments.findings import Finding, held_strengths
from experiments.room import RoomRow, matching, room_row, room_rows, totals
from experiments.room_forms import QuestionForm


@facilitator_view
@require_safe
def room(request: Request, membership: Membership) -> HttpResponse:
    """Where everyone is: a fragment of the cockpit."""
    dojo = membership.dojo
    rows = room_rows(dojo)
    search = request.GET.get("search", "")[:60]
    show = "help" if request.GET.get("show") == "help" else "all"
    context = {
        "dojo": dojo,
        "membership": membership,
        "rows": matching(rows, search=search, only_help=show == "help"),
        "people": len(rows),
        "in_need": sum(row.needs_help for row in rows),
        "totals": totals(rows),
        "search": search,
        "show": show,
        "metric_label": dojo.get_primary_metric_display(),
    }
    is_part = request.htmx and request.htmx.target == "room-live"
    template = "experiments/room/room.html"
    return render(request, f"{template}#live" if is_part else template, context)


@facilitator_view
@require_safe
def person(request: Request, membership: Membership, member_id: str) -> HttpResponse:
    """What a participant sees, read only; what to ask them; what only facilitators note."""
    context = dojo_context(membership, "cockpit")
    context |= _person_context(membership, member_id)
    parts = {"person-live": "#live", "person-side": "#side"}
    part = parts.get(request.htmx.target or "", "") if request.htmx else ""
    return render(request, f"experiments/room/person.html{part}", context)


def _person_context(membership: Membership, member_id: str) -> dict[str, Any]:
    row = room_row(membership.dojo, member_id)
    sent = list(announcing.sent_to(row.membership))
    return {
        "dojo": membership.dojo,
        "membership": membership,
        "row": row,
        "person": row.membership,
        "questions": [_question(row, finding, sent) for finding in row.pressing],
        "strengths": held_strengths(row.findings),
        "sent": sent,
        "hands": list(row.membership.hands.select_related("taken_by").order_by("-raised_at")[:10]),
        "note_form": NoteForm(instance=row.membership),
    }


def _question(row: RoomRow, finding: Finding, sent: list[Announcement]) -> dict[str, Any]:
    """A finding, the question in the Dojo's language, and when it was asked."""
    with translation.override(row.setting.dojo.language):
        text = _("Experiment #%(number)s: %(question)s") % {
            "number": finding.experiment.number,
            "question": finding.question,
        }
    asked = next(
        (
            one
            for one in sent
            if one.finding == finding.code and one.link == finding.experiment.get_absolute_url()
        ),
        None,
    )
    return {"finding": finding, "text": text, "asked": asked}


@facilitator_view
@require_POST
def ask(request: Request, membership: Membership, member_id: str) -> HttpResponse:
    """Send a finding's question, as it stands or edited."""
    row = room_row(membership.dojo, member_id)
    finding = next(
        (
            finding
            for finding in row.findings
            if finding.code == request.POST.get("finding")
            and finding.experiment.public_id == request.POST.get("experiment")
            and finding.question
        ),
        None,
    )
    if finding is None:
        raise Http404
    form = QuestionForm(request.POST)
    if form.is_valid():
        announcing.announce(
            membership,
            form.cleaned_data["text"],
            recipient=row.membership,
            finding=finding.code,
            link=finding.experiment.get_absolute_url(),
        )
        if not request.htmx:
            return redirect("experiments:person", membership.dojo.public_id, member_id)
    question = _question(row, finding, list(announcing.sent_to(row.membership)))
    if form.errors:
        question |= {"form": form, "text": form["text"].value()}
    context = {
        "dojo": membership.dojo,
        "membership": membership,
        "person": row.membership,
        "question": question,
    }
    return render(request, "experiments/room/question.html", context)


@facilitator_view
@require_POST
def note(request: Request, membership: Membership, member_id: str) -> HttpResponse:
    """Keep what the facilitators note about a participant."""
    person = room_row(membership.dojo, member_id).membership
    form = NoteForm(request.POST, instance=person)
    is_saved = form.is_valid()
    if is_saved:
        Membership.objects.filter(pk=person.pk).update(
            facilitator_note=form.cleaned_data["facilitator_note"]
        )
        if not request.htmx:
            return redirect("experiments:person", membership.dojo.public_id, member_id)
    context = {
        "dojo": membership.dojo,
        "person": person,
        "note_form": form,
        "is_saved": is_saved,
    }
    return render(request, "experiments/room/note.html", context)
