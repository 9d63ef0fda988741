"""Views of the people in a Dojo: join code, invitations, facilitators, personal links."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from classrooms.access import Request, facilitator_view, member_view, public_view
from classrooms.accounts.proof import NotProven, ask_for_proof
from classrooms.audit.notes import Action, note
from classrooms.dojos.page import dojo_context
from classrooms.dojos.settings.page import step_links
from classrooms.exceptions import NameTaken, NotNow
from classrooms.models import Dojo, Invitation, Seat, User
from classrooms.people import services as verbs
from classrooms.people.checklist import checklist
from classrooms.people.entering import come_back, enter, log_in
from classrooms.people.forms import FacilitatorForm, RenameForm, RosterForm
from classrooms.people.join_forms import JoinForm
from classrooms.people.letters import invited_to, letter_with_code, links_table
from classrooms.people.offers import offer_facilitation, withdraw
from classrooms.people.roster import MAX_PEOPLE
from classrooms.tables import csv_table
from posting.once import keeps_once, made_once


def _page(
    request: Request,
    seat: Seat,
    *,
    roster: RosterForm | None = None,
    facilitator: FacilitatorForm | None = None,
) -> HttpResponse:
    dojo = seat.dojo
    seats = list(dojo.seats.prefetch_related("people"))
    context = dojo_context(seat, "people") | {
        "join_url": _join_url(request, dojo),
        "roster": roster or RosterForm(),
        "facilitator": facilitator or FacilitatorForm(),
        "invited": invited_to(dojo, request.build_absolute_uri),
        "participants": [one for one in seats if one.participates],
        "facilitators": [one for one in seats if one.is_facilitator],
        "offered": dojo.seat_offers.filter(seat=None),
    }
    return render(request, "classrooms/people/people.html", context)


@facilitator_view
@require_safe
def people(request: Request, seat: Seat) -> HttpResponse:
    """The join code, invitations and everyone in the Dojo."""
    return _page(request, seat)


@facilitator_view
@require_safe
def inviting(request: Request, seat: Seat) -> HttpResponse:
    """The last step of creating a Dojo: code, projector, letter and list of names."""
    join_url = _join_url(request, seat.dojo)
    context = dojo_context(seat, "people") | {
        "steps": step_links("invite"),
        "join_url": join_url,
        "letter": letter_with_code(seat.dojo, join_url),
        "roster": RosterForm(),
    }
    return render(request, "classrooms/people/inviting.html", context)


def _join_url(request: Request, dojo: Dojo) -> str:
    return request.build_absolute_uri(reverse("classrooms:join", args=[dojo.join_code]))


@facilitator_view
@require_POST
@made_once
def code(request: Request, seat: Seat) -> HttpResponse:
    """Another code, or joining by it opened and closed."""
    match request.POST.get("action"):
        case "rotate":
            verbs.rotate_code(seat.dojo)
            note(seat.dojo, request.user, Action.CODE)
            messages.success(request, _("Code changed. The old one no longer works."))
        case "open" | "close" as action:
            verbs.open_join(seat.dojo, is_open=action == "open")
            note(seat.dojo, request.user, Action.JOINING, detail=action)
    return redirect("classrooms:people", seat.dojo.public_id)


@facilitator_view
@require_POST
@made_once
def roster(request: Request, seat: Seat) -> HttpResponse:
    """Invite everyone of a list."""
    form = RosterForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, seat, roster=form)
    try:
        count = verbs.invite(seat.dojo, form.cleaned_data["lines"])
    except NotNow:
        form.add_error(
            None,
            _("Not invited: the Dojo has ended, or it would have more than %(most)s invitations.")
            % {"most": MAX_PEOPLE},
        )
        return _page(request, seat, roster=form)
    words = ngettext(
        "%(count)s person invited. Anyone already on the list is unchanged.",
        "%(count)s people invited. Anyone already on the list is unchanged.",
        count,
    )
    messages.success(request, words % {"count": count})
    return redirect("classrooms:people", seat.dojo.public_id)


@facilitator_view
@require_POST
def invitation_action(request: Request, seat: Seat) -> HttpResponse:
    """Renew a link, or take it back."""
    invitations = seat.dojo.invitations.all()
    found = invitations.filter(token=request.POST.get("token", ""), seat=None).first()
    if found is None:
        messages.info(request, _("This link has already been used, or it was revoked."))
    elif request.POST.get("action") == "revoke":
        found.delete()
    else:
        verbs.renew(found)
    return redirect("classrooms:people", seat.dojo.public_id)


@facilitator_view
@require_safe
def links(request: Request, seat: Seat) -> HttpResponse:
    """The unused links as CSV, for a mail merge."""
    rows = links_table(invited_to(seat.dojo, request.build_absolute_uri))
    name = content_disposition_header(True, f"{slugify(seat.dojo.title) or 'dojo'}.csv")
    return HttpResponse(
        csv_table(rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": name or ""},
    )


@facilitator_view
@require_safe
def cards(request: Request, seat: Seat) -> HttpResponse:
    """A card to print for everyone with an unused link."""
    invited = invited_to(seat.dojo, request.build_absolute_uri)
    with translation.override(seat.dojo.language):
        unused = [one for one in invited if not one.invitation.is_used]
        context = {"dojo": seat.dojo, "cards": unused}
        return render(request, "classrooms/people/cards.html", context)


@facilitator_view
@require_POST
def facilitators(request: Request, seat: Seat) -> HttpResponse:
    """Ask somebody to facilitate, or withdraw that."""
    if request.POST.get("action") == "withdraw":
        withdraw(seat.dojo, request.POST.get("offer", ""))
        note(seat.dojo, request.user, Action.WITHDREW)
        return redirect("classrooms:people", seat.dojo.public_id)
    form = FacilitatorForm(request.POST)
    if form.is_valid():
        email, home = form.cleaned_data["email"], request.build_absolute_uri(reverse("home"))
        offer_facilitation(seat.dojo, email, home=home)
        note(seat.dojo, request.user, Action.OFFERED)
        words = _("%(email)s is asked to facilitate: by mail, and under “My Dojos”.")
        messages.success(request, words % {"email": email})
        return redirect("classrooms:people", seat.dojo.public_id)
    return _page(request, seat, facilitator=form)


@facilitator_view
@require_POST
def person(request: Request, seat: Seat, person_id: str) -> HttpResponse:
    """Rename or remove a person."""
    found = get_object_or_404(seat.dojo.seats, public_id=person_id)
    try:
        if request.POST.get("action") == "remove":
            verbs.remove(found)
            note(seat.dojo, request.user, Action.REMOVED, about=found)
        elif (form := RenameForm(request.POST)).is_valid():
            verbs.rename(found, form.cleaned_data["display_name"])
            note(seat.dojo, request.user, Action.RENAMED, about=found)
        else:
            messages.warning(request, _("Not changed: a name has 1 to 60 characters."))
    except NameTaken:
        words = _("Someone in this Dojo already has this name. Add an initial, for example.")
        messages.warning(request, words)
    except NotNow:
        messages.warning(request, _("A Dojo needs at least one facilitator."))
    if found == seat and not seat.dojo.seats.filter(pk=seat.pk).exists():
        return redirect("home")
    return redirect("classrooms:people", seat.dojo.public_id)


@facilitator_view
@require_safe
def checks(request: Request, seat: Seat) -> HttpResponse:
    """The checklist before the start: a fragment of the hub."""
    context = {"checks": checklist(seat.dojo), "dojo": seat.dojo}
    return render(request, "classrooms/people/checklist.html", context)


@member_view
@require_safe
def log_template(request: Request, seat: Seat) -> HttpResponse:
    """The brief's format of an experiment log, empty, to write in."""
    with translation.override(seat.dojo.language):
        text = render_to_string("classrooms/people/log_template.txt", {"dojo": seat.dojo})
    return HttpResponse(
        text,
        content_type="text/markdown; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="experiment-log.md"'},
    )


# --- For who is invited -----------------------------------------------------------
@public_view
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_once
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Take the seat that was kept, in one form."""
    found = get_object_or_404(Invitation.objects.select_related("dojo__dataset"), token=token)
    dojo = found.dojo
    initial = {"display_name": found.display_name, "email": found.email}
    form = JoinForm(request.POST or None, request=request, initial=initial, only_for=found.email)
    if found.is_used or dojo.has_ended:
        if request.method == "POST" and come_back(request, form, dojo):
            return redirect(dojo)
        return render(request, "classrooms/people/used.html", {"invitation": found}, status=410)
    if request.method == "POST" and form.is_valid():
        try:
            if _accepted(request, found, form):
                return redirect(dojo)
        except NotProven:
            return _asked_for_proof(request, form)
    return render(request, "classrooms/join.html", {"form": form, "dojo": dojo})


def _asked_for_proof(request: HttpRequest, form: JoinForm) -> HttpResponse:
    """The place stays kept until the person opens the link in their mail."""
    user = form.account()
    log_in(request, user)
    ask_for_proof(request, user)
    return render(request, "classrooms/people/check_mail.html", {"email": user.email})


def _accepted(request: HttpRequest, invitation: Invitation, form: JoinForm) -> bool:
    def take_seat(user: User, name: str) -> Seat:
        return verbs.accept(invitation, user=user, display_name=name)

    try:
        return enter(request, form, invitation.dojo, take_seat)
    except NotNow:
        form.add_error(None, _("This link has just been used, or the Dojo has ended."))
    return False
