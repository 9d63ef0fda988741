"""Page objects of the coach's page and panel."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.safestring import SafeString

from assistant.conversation.markdown import to_html
from assistant.conversation.offers import Offer, told
from assistant.facts import wording as words
from assistant.facts.own_work import OPENING
from assistant.facts.small_talk import quick_prompts
from assistant.model.access import check_model_is_on
from assistant.model.budget import coach_settings
from assistant.model.client import CoachUnavailable, is_configured
from assistant.models import Call, CoachChoice, Message
from assistant.models.conversation import Source
from classrooms.models import Seat
from experiments.models import Experiment

MESSAGES_SHOWN = 60
# Why there is no language model at all.
SAID_ABOVE = ("no_key", "off")


@dataclass(frozen=True)
class MessageView:
    """One turn as it is shown."""

    message: Message
    is_latest: bool = True

    @property
    def html(self) -> SafeString:
        return to_html(self.message.text)

    @property
    def by(self) -> str:
        return str(Source(self.message.source).label) if self.message.source else ""

    @property
    def offers(self) -> list[Offer]:
        """Where to go from here; of the latest answer alone, for the others were left."""
        return told(self.message.offers, self.message.seat) if self.is_latest else []

    @property
    def remark(self) -> str:
        """Why it is not, or not all of, the language model's; where there is none, once for all
        stands above."""
        failure = self.message.failure
        return words.unavailable(failure) if failure and failure not in SAID_ABOVE else ""

    @property
    def mark(self) -> str:
        """Where sentences are missing; the rules' own answers miss none."""
        by_model = self.message.source == Source.MODEL
        return words.sentences_left_out(len(self.message.left_out)) if by_model else ""


@dataclass(frozen=True)
class CoachPage:
    """A participant's conversation."""

    seat: Seat
    looked_at: Experiment | None

    @cached_property
    def messages(self) -> list[MessageView]:
        latest = Message.objects.filter(seat=self.seat).select_related("experiment", "seat__dojo")
        shown = list(latest.order_by("-pk")[:MESSAGES_SHOWN])
        return [MessageView(one, is_latest=one == shown[0]) for one in reversed(shown)]

    @property
    def opening(self) -> str:
        return str(OPENING)

    @cached_property
    def unavailable(self) -> str:
        """Why the rules will answer; empty where a language model will."""
        try:
            check_model_is_on(self.seat)
        except CoachUnavailable as reason:
            return words.unavailable(reason.code)
        return ""

    @property
    def has_model(self) -> bool:
        """Whether there is one to switch on or off."""
        return is_configured()

    @cached_property
    def model_is_wanted(self) -> bool:
        chosen = CoachChoice.objects.filter(seat=self.seat).first()
        return chosen is None or chosen.is_enabled

    @property
    def prompts(self) -> list[str]:
        phase = self.seat.dojo.current_phase
        return quick_prompts(phase.kind if phase else None)


@dataclass(frozen=True)
class Spending:
    """The cost of a Dojo's language model so far, in US dollars."""

    spent: Decimal
    budget: Decimal
    today: Decimal
    day_budget: Decimal
    calls: int
    failed: int


def spending_of(seat: Seat) -> Spending:
    """Of the whole Dojo."""
    calls = Call.objects.filter(dojo=seat.dojo)
    chosen = coach_settings(seat.dojo)
    return Spending(
        spent=calls.spent(),
        budget=chosen.dojo_budget,
        today=calls.of_day(timezone.now()).spent(),
        day_budget=chosen.day_budget,
        calls=calls.count(),
        failed=calls.filter(outcome=Call.Outcome.FAILED).count(),
    )
