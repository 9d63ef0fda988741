"""The claims of a Dojo as one person, or the audience, sees them on the leaderboard."""

from __future__ import annotations

from dataclasses import replace

from classrooms.knowledge import knows_claims
from classrooms.models import Seat
from classrooms.models.rules import Visibility
from experiments.holdout.claims import HoldoutClaim, KeptClaims, kept_claims

# How many fit on a projector.
AUDIENCE_CLAIMS = 6


def claims_for(seat: Seat, *, is_audience: bool) -> KeptClaims | None:
    """Which claims hold; None before it is told, and where there are none.

    One by one, everybody sees their own. Those of others as scores are seen: with names, without,
    or not at all; the audience sees what participants see.
    """
    dojo = seat.dojo
    if not knows_claims(dojo):
        return None
    found = kept_claims(dojo)
    if not found.claims and not found.set_aside:
        return None
    sees_all = seat.is_facilitator and not is_audience

    def is_own(claim: HoldoutClaim) -> bool:
        return not is_audience and claim.experiment.seat_id == seat.pk

    shown = [
        replace(claim, is_own=is_own(claim), shows_name=sees_all or _shows_names(seat))
        for claim in found.claims
        if sees_all or is_own(claim) or dojo.rules.visibility != Visibility.NOTHING
    ]
    return replace(found, shown=shown[:AUDIENCE_CLAIMS] if is_audience else shown)


def _shows_names(seat: Seat) -> bool:
    return seat.dojo.rules.visibility == Visibility.NAMES
