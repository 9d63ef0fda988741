"""Budgets per participant, Dojo and day: without money left, no call is made."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from assistant.model.client import CoachUnavailable, Prompt, upper_bound
from assistant.model.pricing import Usage, cost_of
from assistant.models import Call, CoachSettings
from classrooms.models import Dojo, Seat


def coach_settings(dojo: Dojo) -> CoachSettings:
    """The Dojo's own, or the defaults (not stored)."""
    return CoachSettings.objects.filter(dojo=dojo).first() or CoachSettings(dojo=dojo)


@transaction.atomic
def reserve(seat: Seat, purpose: Call.Purpose, model: str, prompt: Prompt) -> Call:
    """Note a call with the most that it can cost, if every budget has room for that.

    Locks the Dojo, so that calls at the same time cannot spend the same money.

    Raises:
        CoachUnavailable: "participant_budget", "dojo_budget", "dojo_day_budget" or
            "day_budget" is used up.
    """
    dojo = Dojo.objects.select_for_update(no_key=True).get(pk=seat.dojo_id)
    chosen = coach_settings(dojo)
    most = cost_of(model, upper_bound(prompt))
    calls, now = Call.objects.filter(dojo=dojo), timezone.now()
    limits = (
        ("participant_budget", calls.filter(seat=seat), chosen.participant_budget),
        ("dojo_budget", calls, chosen.dojo_budget),
        ("dojo_day_budget", calls.of_day(now), chosen.day_budget),
        (
            "day_budget",
            Call.objects.of_day(now),
            Decimal(str(settings.ASSISTANT_DAY_BUDGET)),
        ),
    )
    for code, spent, budget in limits:
        if spent.spent() + most > budget:
            raise CoachUnavailable(code)
    return Call.objects.create(dojo=dojo, seat=seat, purpose=purpose, model=model, cost=most)


def settle(call: Call, outcome: Call.Outcome, usage: Usage, *, failure: str = "") -> None:
    """Note how a call ended, and what it really cost."""
    fields = asdict(usage) | {
        "outcome": outcome,
        "failure": failure,
        "cost": cost_of(call.model, usage),
        "seconds": (timezone.now() - call.started_at).total_seconds(),
    }
    Call.objects.filter(pk=call.pk).update(**fields)
