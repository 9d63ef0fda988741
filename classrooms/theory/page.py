"""What the pages of the slides show."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count
from django.utils.functional import Promise, cached_property

from classrooms.models import Dojo, Membership, QuizAnswer
from classrooms.models.phases import PhaseKind
from classrooms.theory.deck import DECK, Slide, clamp


@dataclass(frozen=True)
class Bar:
    """One choice, and how many chose it."""

    number: int
    text: Promise
    count: int
    share: float
    is_right: bool
    is_own: bool


@dataclass(frozen=True)
class SlidePage:
    """A slide as somebody sees it.

    Attributes:
        number: of the slide, from 0.
        follows: whether it moves with the facilitator's.
        membership: None on the projector.
    """

    dojo: Dojo
    number: int
    follows: bool
    membership: Membership | None = None

    @property
    def slide(self) -> Slide:
        return DECK[self.number]

    @property
    def place(self) -> int:
        return self.number + 1

    @property
    def count(self) -> int:
        return len(DECK)

    @property
    def previous(self) -> int | None:
        return self.number - 1 if self.number else None

    @property
    def next(self) -> int | None:
        """The next one that may be seen."""
        return self.number + 1 if self.number < self.last else None

    @property
    def following(self) -> Slide | None:
        """What comes next, for who presents."""
        return DECK[self.number + 1] if self.number + 1 < len(DECK) else None

    @cached_property
    def last(self) -> int:
        """How far one may look: no answer before it is shown."""
        presents = self.membership is not None and self.membership.is_facilitator
        if presents or self.theory_is_over:
            return len(DECK) - 1
        return self.dojo.slide

    @property
    def theory_is_over(self) -> bool:
        phases = [phase for phase in self.dojo.phases.all() if phase.kind == PhaseKind.THEORY]
        return self.dojo.has_ended or (bool(phases) and all(phase.is_over for phase in phases))

    @cached_property
    def own_choice(self) -> int | None:
        if self.membership is None or self.slide.question is None:
            return None
        answers = self.membership.quiz_answers.filter(question=self.slide.question.key)
        return answers.values_list("choice", flat=True).first()

    @cached_property
    def bars(self) -> list[Bar]:
        """The choices with how many chose each."""
        question = self.slide.question
        if question is None:
            return []
        answers = QuizAnswer.objects.filter(membership__dojo=self.dojo, question=question.key)
        counts = dict(answers.order_by().values_list("choice").annotate(count=Count("pk")))
        total = max(sum(counts.values()), 1)
        return [
            Bar(
                number,
                text,
                counts.get(number, 0),
                counts.get(number, 0) / total,
                is_right=number == question.right,
                is_own=number == self.own_choice,
            )
            for number, text in enumerate(question.choices)
        ]

    @property
    def answered(self) -> int:
        return sum(bar.count for bar in self.bars)

    @cached_property
    def people(self) -> int:
        return self.dojo.memberships.participants().count()


def slide_page(dojo: Dojo, membership: Membership | None, asked: str | None) -> SlidePage:
    """The facilitator's slide, or one that is looked at on one's own.

    Args:
        asked: number of the slide, from the address.
    """
    following = SlidePage(dojo, clamp(dojo.slide), follows=True, membership=membership)
    if asked is None or not asked.isdecimal():
        return following
    number = min(clamp(int(asked)), following.last)
    return SlidePage(dojo, number, follows=False, membership=membership)
