"""Views of the leaderboard and its controls."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from classrooms.access import Request, facilitator_view, member_view
from classrooms.audit.notes import Action, note
from classrooms.dojos.page import dojo_context, render_page_or_part
from classrooms.exceptions import NotNow
from classrooms.knowledge import same_split_elsewhere
from classrooms.models import Seat
from experiments.holdout.board import claims_for
from experiments.leaderboard import reveal as ceremony
from experiments.leaderboard import rows
from posting.once import made_once

AUDIENCE_RANKS = 8  # how many fit on a projector; one less below a line about luck


@member_view
@require_safe
def leaderboard(request: Request, seat: Seat) -> HttpResponse:
    """Everyone's best test score on the primary metric, and how properly they came to it."""
    context = dojo_context(seat, "leaderboard")
    dojo = seat.dojo
    # The projector asks as the audience: it shows what everyone may see.
    is_audience = "audience" in request.GET
    board = rows.leaderboard(dojo, None if is_audience else seat)
    tells_scores = dojo.stage.revealed_rows or dojo.stage.holdout_is_revealed
    told = ceremony.reveal_rows(dojo) if tells_scores else []
    claims = claims_for(seat, is_audience=is_audience)
    has_leaks = any(one.place is None for one in told)
    places = AUDIENCE_RANKS - (board.luck is not None)
    # A line about claims, and what is said of leaks, take room.
    in_sight = AUDIENCE_RANKS - (claims is not None) - has_leaks
    context |= {
        "claims": claims,
        "board": board.top(places) if is_audience else board,
        "ceremony": ceremony.rows_in_sight(told, in_sight) if is_audience else told,
        "has_leaks": has_leaks,
        "metric_label": dojo.get_primary_metric_display(),
        "is_audience": is_audience,
    }
    return render_page_or_part(request, "experiments/leaderboard.html", "board", context)


@facilitator_view
@require_safe
def board_controls(request: Request, seat: Seat) -> HttpResponse:
    """Freeze and reveal: a fragment of the cockpit."""
    dojo = seat.dojo
    context = {
        "dojo": dojo,
        "left": _left(seat),
        "claims_come_next": ceremony.claims_come_next(dojo),
    }
    return render(request, "experiments/leaderboard/controls.html", context)


def _left(seat: Seat) -> int:
    """Rows whose holdout score is not revealed yet."""
    dojo = seat.dojo
    if dojo.stage.holdout_is_revealed:
        return 0
    return sum(not row.is_revealed for row in ceremony.reveal_rows(dojo))


@facilitator_view
@require_POST
def freeze(request: Request, seat: Seat) -> HttpResponse:
    """Let participants see the board as it is now, or let it move again."""
    dojo = seat.dojo
    lets_move = request.POST.get("frozen") == "no"
    if ceremony.unfreeze(dojo) if lets_move else ceremony.freeze(dojo):
        note(dojo, request.user, Action.BOARD, detail="unfreeze" if lets_move else "freeze")
    return redirect("classrooms:cockpit", dojo.public_id)


@facilitator_view
@require_POST
@made_once
def reveal(request: Request, seat: Seat) -> HttpResponse:
    """Reveal the next holdout score, or all of them."""
    dojo = seat.dojo
    if elsewhere := same_split_elsewhere(seat):
        words = _(
            "Not revealed: these rows are also hidden in “%(title)s”, in which you take part. "
            "Another facilitator can reveal them, or you once that Dojo has ended."
        )
        messages.error(request, words % {"title": elsewhere.title})
    elif request.POST.get("rows") == "next":
        try:
            ceremony.reveal_next(dojo)
            note(dojo, request.user, Action.REVEALED, detail="next row")
        except NotNow:
            messages.info(request, _("All holdout scores have been revealed."))
    else:
        ceremony.reveal_all(dojo)
        note(dojo, request.user, Action.REVEALED, detail="all rows")
    if request.POST.get("back") == "cockpit":
        return redirect("classrooms:cockpit", dojo.public_id)
    return redirect("experiments:leaderboard", dojo.public_id)
