"""Who is in a Dojo: code, roster, seats; and the link that keeps one."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.db import transaction
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

from classrooms import people as verbs
from classrooms.access import Request, facilitator_view, member_view, public_view
from classrooms.checklist import checklist
from classrooms.exceptions import NameTaken, NotNow
from classrooms.forms import JoinForm, name_taken_message
from classrooms.letters import invited_to, links_table
from classrooms.models import Invitation, Membership
from classrooms.people_forms import FacilitatorForm, RenameForm, RosterForm
from classrooms.presentation import dojo_context
from classrooms.roster import MAX_PEOPLE
from classrooms.tables import csv_table


def _page(
    request: Request,
    membership: Membership,
    *,
    roster: RosterForm | None = None,
    facilitator: FacilitatorForm | None = None,
) -> HttpResponse:
    dojo = membership.dojo
    context = dojo_context(membership, "people") | {
        "join_url": request.build_absolute_uri(reverse("classrooms:join", args=[dojo.join_code])),
        "roster": roster or RosterForm(),
        "facilitator": facilitator or FacilitatorForm(),
        "invited": invited_to(dojo, request.build_absolute_uri),
        "participants": dojo.memberships.participants().select_related("user"),
        "facilitators": dojo.memberships.filter(role=verbs.FACILITATOR).select_related("user"),
    }
    return render(request, "classrooms/people/people.html", context)


@facilitator_view
@require_safe
def people(request: Request, membership: Membership) -> HttpResponse:
    """The code, the roster and everyone who is there."""
    return _page(request, membership)


@facilitator_view
@require_POST
def code(request: Request, membership: Membership) -> HttpResponse:
    """Another code, or joining by it opened and closed."""
    match request.POST.get("action"):
        case "rotate":
            verbs.rotate_code(membership.dojo)
            messages.success(request, _("There is a new code; the old one no longer works."))
        case "open" | "close" as action:
            verbs.open_join(membership.dojo, is_open=action == "open")
    return redirect("classrooms:people", membership.dojo.public_id)


@facilitator_view
@require_POST
def roster(request: Request, membership: Membership) -> HttpResponse:
    """Invite everyone of a list."""
    form = RosterForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, membership, roster=form)
    try:
        count = verbs.invite(membership.dojo, form.cleaned_data["lines"])
    except NotNow:
        form.add_error(
            None,
            _("The Dojo has ended, or it would have more than %(most)s invitations.")
            % {"most": MAX_PEOPLE},
        )
        return _page(request, membership, roster=form)
    words = ngettext(
        "%(count)s person is invited; who was on the list already stays as they were.",
        "%(count)s people are invited; who was on the list already stays as they were.",
        count,
    )
    messages.success(request, words % {"count": count})
    return redirect("classrooms:people", membership.dojo.public_id)


@facilitator_view
@require_POST
def invitation_action(request: Request, membership: Membership) -> HttpResponse:
    """Renew a link, or take it back."""
    invitations = membership.dojo.invitations.all()
    found = invitations.filter(token=request.POST.get("token", ""), membership=None).first()
    if found is None:
        messages.info(request, _("This link is used already, or was taken back."))
    elif request.POST.get("action") == "revoke":
        found.delete()
    else:
        verbs.renew(found)
    return redirect("classrooms:people", membership.dojo.public_id)


@facilitator_view
@require_safe
def links(request: Request, membership: Membership) -> HttpResponse:
    """The unused links as CSV, for a mail merge."""
    rows = links_table(invited_to(membership.dojo, request.build_absolute_uri))
    name = content_disposition_header(True, f"{slugify(membership.dojo.title) or 'dojo'}.csv")
    return HttpResponse(
        csv_table(rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": name or ""},
    )


@facilitator_view
@require_safe
def cards(request: Request, membership: Membership) -> HttpResponse:
    """A card to print for everyone with an unused link."""
    invited = invited_to(membership.dojo, request.build_absolute_uri)
    with translation.override(membership.dojo.language):
        unused = [one for one in invited if not one.invitation.is_used]
        context = {"dojo": membership.dojo, "cards": unused}
        return render(request, "classrooms/people/cards.html", context)


@facilitator_view
@require_POST
def facilitators(request: Request, membership: Membership) -> HttpResponse:
    """Let somebody else run the Dojo, too."""
    form = FacilitatorForm(request.POST)
    if form.is_valid():
        try:
            added = verbs.add_facilitator(membership.dojo, form.cleaned_data["email"])
        except verbs.NoAccount:
            form.add_error(
                "email", _("Nobody has an account with this e-mail: ask them to sign up.")
            )
        except NotNow:
            form.add_error("email", _("They take part as a participant and have begun to work."))
        else:
            messages.success(
                request, _("%(name)s facilitates with you.") % {"name": added.display_name}
            )
            return redirect("classrooms:people", membership.dojo.public_id)
    return _page(request, membership, facilitator=form)


@facilitator_view
@require_POST
def seat(request: Request, membership: Membership, member_id: str) -> HttpResponse:
    """Rename somebody, or take them out."""
    found = get_object_or_404(membership.dojo.memberships, public_id=member_id)
    try:
        if request.POST.get("action") == "remove":
            verbs.remove(found)
        elif (form := RenameForm(request.POST)).is_valid():
            verbs.rename(found, form.cleaned_data["display_name"])
        else:
            messages.warning(request, _("A name has 1 to 60 characters; nothing was changed."))
    except NameTaken:
        messages.warning(request, name_taken_message())
    except NotNow:
        messages.warning(request, _("Somebody must be left to run the Dojo."))
    if found == membership and not membership.dojo.memberships.filter(pk=membership.pk).exists():
        return redirect("home")
    return redirect("classrooms:people", membership.dojo.public_id)


@facilitator_view
@require_safe
def checks(request: Request, membership: Membership) -> HttpResponse:
    """The checklist before the start: a fragment of the hub."""
    context = {"checks": checklist(membership.dojo), "dojo": membership.dojo}
    return render(request, "classrooms/people/checklist.html", context)


@member_view
@require_safe
def log_template(request: Request, membership: Membership) -> HttpResponse:
    """The brief's format of an experiment log, empty, to write in."""
    with translation.override(membership.dojo.language):
        text = render_to_string("classrooms/people/log_template.txt", {"dojo": membership.dojo})
    return HttpResponse(
        text,
        content_type="text/markdown; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="experiment-log.md"'},
    )


# --- For who is invited -----------------------------------------------------------
@public_view
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Take the seat that was kept, in one form."""
    found = get_object_or_404(Invitation.objects.select_related("dojo__dataset"), token=token)
    dojo = found.dojo
    if found.is_used or dojo.has_ended:
        return render(request, "classrooms/people/used.html", {"invitation": found}, status=410)
    initial = {"display_name": found.display_name, "email": found.email}
    form = JoinForm(request.POST or None, request=request, dojo=dojo, initial=initial)
    if request.method == "POST" and form.is_valid() and _accepted(request, found, form):
        return redirect(dojo)
    return render(request, "classrooms/join.html", {"form": form, "dojo": dojo})


def _accepted(request: HttpRequest, invitation: Invitation, form: JoinForm) -> bool:
    try:
        with transaction.atomic():
            user = form.account()
            verbs.accept(invitation, user=user, display_name=form.cleaned_data["display_name"])
    except NameTaken:
        form.add_error("display_name", name_taken_message())
    except NotNow:
        form.add_error(None, _("This link has just been used, or the Dojo has ended."))
    else:
        if not request.user.is_authenticated:
            login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
        return True
    return False
