"""What is kept: a Dojo put away or deleted, one's own things taken along or erased."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from classrooms import retention
from classrooms.access import Request, account_view, facilitator_view, member_view, public_view
from classrooms.exceptions import NotNow
from classrooms.models import Membership
from classrooms.presentation import dojo_context
from classrooms.retention_forms import DeleteAccountForm, DeleteDojoForm
from classrooms.selectors import home_memberships


@facilitator_view
@require_POST
def archive(request: Request, membership: Membership) -> HttpResponse:
    """Put a Dojo away from everyone's list, or back."""
    dojo = membership.dojo
    if request.POST.get("action") == "restore":
        retention.unarchive(dojo)
        messages.success(request, _("This Dojo is back on the lists."))
        return redirect("classrooms:prepare", dojo.public_id)
    try:
        retention.archive(dojo)
    except NotNow:
        messages.warning(request, _("End the Dojo first: only then can it be archived."))
        return redirect("classrooms:prepare", dojo.public_id)
    messages.success(
        request, _("“%(title)s” is archived: below, under Archived.") % {"title": dojo.title}
    )
    return redirect("home")


@facilitator_view
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: Request, membership: Membership) -> HttpResponse:
    """Delete a Dojo with everything in it, once its title is typed."""
    dojo = membership.dojo
    own_dataset = retention.has_its_own_dataset(dojo)
    form = DeleteDojoForm(request.POST or None, dojo=dojo, has_its_own_dataset=own_dataset)
    if request.method == "POST" and form.is_valid():
        with_dataset = form.cleaned_data.get("with_dataset", False)
        retention.delete_dojo(dojo, with_dataset=with_dataset)
        messages.success(request, _("“%(title)s” is deleted.") % {"title": dojo.title})
        return redirect("home")
    context = dojo_context(membership, "prepare") | {
        "form": form,
        "people": dojo.memberships.participants().count(),
    }
    return render(request, "classrooms/retention/delete.html", context)


@member_view
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: Request, membership: Membership) -> HttpResponse:
    """Leave a Dojo, and erase what one did in it."""
    if request.method == "POST":
        try:
            retention.leave(membership)
        except NotNow:
            messages.warning(request, _("Somebody must be left to run the Dojo."))
            return redirect("classrooms:leave", membership.dojo.public_id)
        messages.success(
            request,
            _("You have left “%(title)s”, and what you did in it is erased.")
            % {"title": membership.dojo.title},
        )
        return redirect("home")
    return render(request, "classrooms/retention/leave.html", dojo_context(membership, ""))


# --- One's account ----------------------------------------------------------------
@account_view
@require_safe
def account(request: Request) -> HttpResponse:
    """Who one is here, and what is kept of it."""
    return _account_page(request, DeleteAccountForm(user=request.user))


@account_view
@require_POST
def account_delete(request: Request) -> HttpResponse:
    """Delete one's account with everything of it."""
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
        "memberships": home_memberships(request.user),
        "in_need": retention.dojos_in_need_of(request.user),
    }
    return render(request, "classrooms/retention/account.html", context)
