"""Views for who is offered a seat, and for proving an e-mail."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from classrooms.access import Request, account_view
from classrooms.accounts.proof import NotProven, ask_for_proof
from classrooms.audit.notes import Action, note
from classrooms.exceptions import NotNow
from classrooms.models import SeatOffer
from classrooms.people import offers
from posting.once import made_once


@account_view
@require_POST
@made_once
def offer(request: Request, offer_id: str) -> HttpResponse:
    """Accept or decline an offered seat."""
    if request.POST.get("action") == "decline":
        offers.decline(request.user, offer_id)
        messages.info(request, _("Declined."))
        return redirect("home")
    try:
        seat = offers.accept(request.user, offer_id)
    except SeatOffer.DoesNotExist:
        messages.info(request, _("This offer no longer stands."))
    except NotProven:
        return redirect("account_email")
    except NotNow:
        messages.warning(
            request,
            _("You already take part in this Dojo, with work that would be lost. Leave it first."),
        )
    else:
        if seat.is_facilitator:
            note(seat.dojo, request.user, Action.FACILITATES, about=seat)
        return redirect(seat.dojo)
    return redirect("home")


@account_view
@require_POST
def prove_email(request: Request) -> HttpResponse:
    """Send the link by which the person proves their e-mail."""
    ask_for_proof(request, request.user)
    return render(request, "classrooms/people/check_mail.html", {"email": request.user.email})
