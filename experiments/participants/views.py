"""Views of the participants' table, and of one participant."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from classrooms.access import Request, facilitator_view
from classrooms.audit.notes import note_reading
from classrooms.conversation import announcements as announcing
from classrooms.conversation.forms import NoteForm
from classrooms.dojos.page import dojo_context
from classrooms.knowledge import knows_truths
from classrooms.models import Announcement, Seat
from experiments.findings import Finding, held_strengths
from experiments.leaderboard.entries import entry_of
from experiments.participants.forms import QuestionForm
from experiments.participants.table import (
    ParticipantRow,
    matching,
    participant_row,
    participant_rows,
    totals,
)
from posting.edits import edited_alone, lock_row
from posting.once import claimed, keeps_once


@facilitator_view
@require_safe
def overview(request: Request, seat: Seat) -> HttpResponse:
    """The participants' table: a fragment of the cockpit."""
    dojo = seat.dojo
    rows = participant_rows(dojo, names_columns=knows_truths(seat))
    search = request.GET.get("search", "")[:60]
    show = "help" if request.GET.get("show") == "help" else "all"
    context = {
        "dojo": dojo,
        "seat": seat,
        "rows": matching(rows, search=search, only_help=show == "help"),
        "people": len(rows),
        "in_need": sum(row.needs_help for row in rows),
        "totals": totals(rows),
        "search": search,
        "show": show,
        "metric_label": dojo.get_primary_metric_display(),
    }
    is_part = request.htmx and request.htmx.target == "participants-live"
    template = "experiments/participants/overview.html"
    return render(request, f"{template}#live" if is_part else template, context)


@facilitator_view
@require_safe
def person(request: Request, seat: Seat, person_id: str) -> HttpResponse:
    """A participant's work, read-only, with questions to ask and the private note."""
    context = dojo_context(seat, "cockpit")
    context |= _person_context(seat, person_id)
    note_reading(seat, request.user, context["person"])
    parts = {"person-live": "#live", "person-side": "#side"}
    part = parts.get(request.htmx.target or "", "") if request.htmx else ""
    return render(request, f"experiments/participants/person.html{part}", context)


def _person_context(seat: Seat, person_id: str) -> dict[str, Any]:
    row = participant_row(seat.dojo, person_id, names_columns=knows_truths(seat))
    sent = list(announcing.sent_to(row.seat))
    return {
        "dojo": seat.dojo,
        "seat": seat,
        "row": row,
        "person": row.seat,
        "entry": entry_of(row.experiments, seat.dojo.primary_metric),
        "questions": [_question(row, finding, sent) for finding in row.pressing],
        "strengths": held_strengths(row.findings),
        "sent": sent,
        "hands": list(row.seat.hands.select_related("taken_by").order_by("-raised_at")[:10]),
        "note_form": NoteForm(instance=row.seat),
    }


def _question(row: ParticipantRow, finding: Finding, sent: list[Announcement]) -> dict[str, Any]:
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
@keeps_once
def ask(request: Request, seat: Seat, person_id: str) -> HttpResponse:
    """Send a finding's question, unchanged or edited."""
    row = participant_row(seat.dojo, person_id, names_columns=knows_truths(seat))
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
        link = finding.experiment.get_absolute_url()
        with claimed(request) as claim:
            if claim.is_first:
                announcing.announce(
                    seat,
                    form.cleaned_data["text"],
                    recipient=row.seat,
                    finding=finding.code,
                    link=link,
                )
                claim.keep(link)
        if not request.htmx:
            return redirect("experiments:person", seat.dojo.public_id, person_id)
    question = _question(row, finding, list(announcing.sent_to(row.seat)))
    if form.errors:
        question |= {"form": form, "text": form["text"].value()}
    context = {
        "dojo": seat.dojo,
        "seat": seat,
        "person": row.seat,
        "question": question,
    }
    return render(request, "experiments/participants/question.html", context)


@facilitator_view
@require_POST
@edited_alone
def note(request: Request, seat: Seat, person_id: str) -> HttpResponse:
    """Keep what the facilitators note about a participant."""
    person = participant_row(seat.dojo, person_id).seat
    # Other facilitators note things about the same person.
    lock_row(person)
    person.refresh_from_db(fields=["facilitator_note"])
    form = NoteForm(request.POST, instance=person)
    is_saved = form.is_valid()
    if is_saved:
        Seat.objects.filter(pk=person.pk).update(
            facilitator_note=form.cleaned_data["facilitator_note"]
        )
        if not request.htmx:
            return redirect("experiments:person", seat.dojo.public_id, person_id)
        form = NoteForm(instance=person)
    context = {
        "dojo": seat.dojo,
        "person": person,
        "note_form": form,
        "is_saved": is_saved,
    }
    return render(request, "experiments/participants/note.html", context)
