"""Page objects of the theory slides."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count
from django.utils.functional import Promise, cached_property

from classrooms.models import Dojo, QuizAnswer, Seat
from classrooms.models.agenda import PhaseKind
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
    """A slide, as a given person sees it.

    Attributes:
        number: of the slide, from 0.
        follows: whether it moves with the facilitator's.
        seat: None on the projector.
    """

    dojo: Dojo
    number: int
    follows: bool
    seat: Seat | None = None

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
        """The next slide, for the presenter."""
        return DECK[self.number + 1] if self.number + 1 < len(DECK) else None

    @cached_property
    def last(self) -> int:
        """The last slide that the person may open: no answer before it is shown."""
        presents = self.seat is not None and self.seat.is_facilitator
        if presents or self.theory_is_over:
            return len(DECK) - 1
        return self.dojo.stage.slide

    @property
    def theory_is_over(self) -> bool:
        phases = [phase for phase in self.dojo.phases.all() if phase.kind == PhaseKind.THEORY]
        return self.dojo.has_ended or (bool(phases) and all(phase.is_over for phase in phases))

    @cached_property
    def own_choice(self) -> int | None:
        if self.seat is None or self.slide.question is None:
            return None
        answers = self.seat.quiz_answers.filter(question=self.slide.question.key)
        return answers.values_list("choice", flat=True).first()

    @cached_property
    def bars(self) -> list[Bar]:
        """The choices with how many chose each."""
        question = self.slide.question
        if question is None:
            return []
        answers = QuizAnswer.objects.filter(seat__dojo=self.dojo, question=question.key)
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
        return self.dojo.seats.participants().count()


def slide_page(dojo: Dojo, seat: Seat | None, asked: int | None) -> SlidePage:
    """The facilitator's current slide, or one that the person opened.

    Args:
        asked: number of the slide, from the address.
    """
    following = SlidePage(dojo, clamp(dojo.stage.slide), follows=True, seat=seat)
    if asked is None:
        return following
    number = min(clamp(asked), following.last)
    return SlidePage(dojo, number, follows=False, seat=seat)
