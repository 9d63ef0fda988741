"""Budgets hold, whoever asks at the same time."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import F

from assistant.model.budget import reserve, settle
from assistant.model.client import CoachUnavailable, Prompt, Turn
from assistant.model.pricing import PRICES, Usage, cost_of, price_of
from assistant.models import Call, CoachSettings
from classrooms.models import Seat
from tests import factories

pytestmark = pytest.mark.django_db

MODEL = "claude-sonnet-5-5"
PROMPT = Prompt(("system",), (Turn("user", "hello"),), max_tokens=1000)
# Input at a third of a token per character, and all of the answer.
MOST = Decimal("0.010006")


@pytest.fixture
def member() -> Seat:
    return factories.join(factories.make_dojo())


def ask(member: Seat) -> Call:
    return reserve(member, Call.Purpose.CHAT, MODEL, PROMPT)


def test_costs_are_the_price_list_s(settings) -> None:
    usage = Usage(1_000_000, 100_000, 10_000, 2_000_000)
    assert cost_of(MODEL, usage) == Decimal("3.225000")
    dearest = price_of("a-model-of-tomorrow")
    for price in PRICES.values():
        assert dearest.input >= price.input
        assert dearest.output >= price.output
        assert dearest.cache_read >= price.cache_read
    settings.ASSISTANT_PRICES = {"local": [0, 0.5, 0, 0]}
    assert cost_of("local", usage) == Decimal("0.05")


def test_the_most_that_a_call_can_cost_is_reserved_until_it_has_ended(member: Seat) -> None:
    call = ask(member)
    assert (call.cost, call.outcome) == (MOST, "under_way")
    settle(call, Call.Outcome.ANSWERED, Usage(100, 20, 0, 900))
    call.refresh_from_db()
    assert (call.cost, call.outcome) == (Decimal("0.000490"), "answered")
    assert (call.input_tokens, call.cache_read_tokens) == (100, 900)


@pytest.mark.parametrize("field", ["participant_budget", "dojo_budget", "day_budget"])
def test_a_budget_of_the_dojo_ends_before_the_call(member: Seat, field: str) -> None:
    CoachSettings.objects.create(dojo=member.dojo, **{field: Decimal("0.03")})
    for _call in range(2):
        ask(member)
    code = "dojo_day_budget" if field == "day_budget" else field
    with pytest.raises(CoachUnavailable, match=f"^{code}$"):
        ask(member)
    assert Call.objects.count() == 2
    neighbour = factories.join(member.dojo)
    if field == "participant_budget":
        ask(neighbour)
    else:
        with pytest.raises(CoachUnavailable, match=f"^{code}$"):
            ask(neighbour)
    Call.objects.update(started_at=F("started_at") - timedelta(days=1))
    if field == "day_budget":
        ask(member)


def test_the_day_s_budget_is_everyone_s_and_begins_anew(member: Seat, settings) -> None:
    settings.ASSISTANT_DAY_BUDGET = 0.015
    ask(factories.join(factories.make_dojo(title="Other")))
    with pytest.raises(CoachUnavailable, match="day_budget"):
        ask(member)
    Call.objects.update(started_at=F("started_at") - timedelta(days=1))
    ask(member)
