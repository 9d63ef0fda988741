"""Whether a participant's words may go to a language model."""

from __future__ import annotations

from assistant.budget import coach_settings
from assistant.client import CoachUnavailable, is_configured
from assistant.models import CoachChoice
from classrooms.models import Membership


def check_model_is_on(membership: Membership) -> None:
    """Do nothing where a language model may be asked for this person.

    Raises:
        CoachUnavailable: "no_key", or "off" where the facilitator or the person switched it
            off, or nobody real is asking.
    """
    if not is_configured():
        raise CoachUnavailable("no_key")
    chosen = CoachChoice.objects.filter(membership=membership).first()
    is_wanted = chosen is None or chosen.is_enabled
    if membership.simulated_as or not is_wanted or not coach_settings(membership.dojo).is_enabled:
        raise CoachUnavailable("off")
