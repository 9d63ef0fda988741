"""Archive or delete a Dojo; leave one; download or delete personal data."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from classrooms.access import Request, account_view, facilitator_view, member_view, public_view
from classrooms.accounts.proof import has_proven
from classrooms.audit.notes import Action, note
from classrooms.dojos.page import dojo_context
from classrooms.dojos.reads import home_seats
from classrooms.exceptions import NotNow
from classrooms.models import Seat
from classrooms.retention import services as retention
from classrooms.retention.forms import DeleteAccountForm, DeleteDojoForm


@facilitator_view
@require_POST
def archive(request: Request, seat: Seat) -> HttpResponse:
    """Put a Dojo away from everyone's list, or back."""
    dojo = seat.dojo
    if request.POST.get("action") == "restore":
        retention.unarchive(dojo)
        note(dojo, request.user, Action.ARCHIVED, detail="unarchived")
        messages.success(request, _("Dojo unarchived."))
        return redirect("classrooms:prepare", dojo.public_id)
    try:
        retention.archive(dojo)
        note(dojo, request.user, Action.ARCHIVED, detail="archived")
    except NotNow:
        messages.warning(request, _("End the Dojo before archiving it."))
        return redirect("classrooms:prepare", dojo.public_id)
    messages.success(
        request,
        _("“%(title)s” archived. You can find it below, under Archived.") % {"title": dojo.title},
    )
    return redirect("home")


@facilitator_view
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: Request, seat: Seat) -> HttpResponse:
    """Delete a Dojo with everything in it, once its title is typed."""
    dojo = seat.dojo
    own_dataset = retention.has_its_own_dataset(dojo)
    form = DeleteDojoForm(request.POST or None, dojo=dojo, has_its_own_dataset=own_dataset)
    if request.method == "POST" and form.is_valid():
        with_dataset = form.cleaned_data.get("with_dataset", False)
        retention.delete_dojo(dojo, with_dataset=with_dataset)
        messages.success(request, _("“%(title)s” deleted.") % {"title": dojo.title})
        return redirect("home")
    context = dojo_context(seat, "prepare") | {
        "form": form,
        "people": dojo.seats.participants().count(),
    }
    return render(request, "classrooms/retention/delete.html", context)


@member_view
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: Request, seat: Seat) -> HttpResponse:
    """Leave a Dojo, and erase what one did in it."""
    if request.method == "POST":
        is_shared = seat.is_shared
        try:
            retention.leave(seat, request.user)
            note(seat.dojo, request.user, Action.LEFT)
        except NotNow:
            messages.warning(request, _("A Dojo needs at least one facilitator."))
            return redirect("classrooms:leave", seat.dojo.public_id)
        words = (
            _("You have left “%(title)s”.")
            if is_shared
            else _("You have left “%(title)s”, and your work in it has been deleted.")
        )
        messages.success(request, words % {"title": seat.dojo.title})
        return redirect("home")
    return render(request, "classrooms/retention/leave.html", dojo_context(seat, ""))


# --- One's account ----------------------------------------------------------------
@account_view
@require_safe
def account(request: Request) -> HttpResponse:
    """The person's account and stored data."""
    return _account_page(request, DeleteAccountForm(user=request.user))


@account_view
@require_POST
def account_delete(request: Request) -> HttpResponse:
    """Delete the person's account with all its data."""
    form = DeleteAccountForm(request.POST, user=request.user)
    if not form.is_valid():
        return _account_page(request, form)
    try:
        retention.erase_account(request.user)
    except NotNow:
        form.add_error(None, _("Dojos with other people still need you: see the list."))
        return _account_page(request, form)
    logout(request)
    return redirect("classrooms:account_deleted")


@public_view
@require_safe
def account_deleted(request: HttpRequest) -> HttpResponse:
    return render(request, "classrooms/retention/account_deleted.html")


def _account_page(request: Request, form: DeleteAccountForm) -> HttpResponse:
    context = {
        "form": form,
        "is_proven": has_proven(request.user),
        "seats": home_seats(request.user),
        "in_need": retention.dojos_in_need_of(request.user),
    }
    return render(request, "classrooms/retention/account.html", context)
