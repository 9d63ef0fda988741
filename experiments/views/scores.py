"""What the group sees of itself."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from classrooms.access import Request, facilitator_view, member_view
from classrooms.exceptions import NotNow
from classrooms.models import Membership
from classrooms.presentation import dojo_context, render_page_or_part
from experiments.board import reveal as ceremony
from experiments.board import rows

ROOM_PLACES = 8  # how many fit on a projector


@member_view
@require_safe
def leaderboard(request: Request, membership: Membership) -> HttpResponse:
    """Everyone's best test score on the primary metric, and how properly they came to it."""
    context = dojo_context(membership, "leaderboard")
    dojo = membership.dojo
    # The projector asks as the room: it shows what everyone may see.
    is_room = "room" in request.GET
    board = rows.leaderboard(dojo, None if is_room else membership)
    has_begun = dojo.revealed_rows or dojo.holdout_is_revealed
    told = ceremony.reveal_rows(dojo) if has_begun else []
    context |= {
        "board": board.top(ROOM_PLACES) if is_room else board,
        "ceremony": ceremony.rows_in_sight(told, ROOM_PLACES) if is_room else told,
        "metric_label": dojo.get_primary_metric_display(),
        "is_room": is_room,
    }
    return render_page_or_part(request, "experiments/leaderboard.html", "board", context)


@facilitator_view
@require_safe
def board_controls(request: Request, membership: Membership) -> HttpResponse:
    """Freeze and reveal: a fragment of the cockpit."""
    dojo = membership.dojo
    context = {"dojo": dojo, "left": _left(membership)}
    return render(request, "experiments/board/controls.html", context)


def _left(membership: Membership) -> int:
    """Rows whose hidden score is yet to be told."""
    dojo = membership.dojo
    if dojo.holdout_is_revealed:
        return 0
    return sum(not row.is_revealed for row in ceremony.reveal_rows(dojo))


@facilitator_view
@require_POST
def freeze(request: Request, membership: Membership) -> HttpResponse:
    """Let participants see the board as it is now, or let it move again."""
    dojo = membership.dojo
    ceremony.unfreeze(dojo) if request.POST.get("frozen") == "no" else ceremony.freeze(dojo)
    return redirect("classrooms:cockpit", dojo.public_id)


@facilitator_view
@require_POST
def reveal(request: Request, membership: Membership) -> HttpResponse:
    """Tell the next hidden score, or all of them."""
    dojo = membership.dojo
    if request.POST.get("rows") == "next":
        try:
            ceremony.reveal_next(dojo)
        except NotNow:
            messages.info(request, _("All hidden scores are told."))
    else:
        ceremony.reveal_all(dojo)
    if request.POST.get("back") == "cockpit":
        return redirect("classrooms:cockpit", dojo.public_id)
    return redirect("experiments:leaderboard", dojo.public_id)
