"""Decide whether a participant's words may go to a language model."""

from __future__ import annotations

from assistant.model.budget import coach_settings
from assistant.model.client import CoachUnavailable, is_configured
from assistant.models import CoachChoice
from classrooms.models import Seat


def check_model_is_on(seat: Seat) -> None:
    """Do nothing where a language model may be asked for this person.

    Raises:
        CoachUnavailable: "no_key", or "off" where the facilitator or the person switched it
            off, or nobody real is asking.
    """
    if not is_configured():
        raise CoachUnavailable("no_key")
    chosen = CoachChoice.objects.filter(seat=seat).first()
    is_wanted = chosen is None or chosen.is_enabled
    if seat.simulated_as or not is_wanted or not coach_settings(seat.dojo).is_enabled:
        raise CoachUnavailable("off")
