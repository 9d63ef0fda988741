"""The slides in their order. A question is followed by its answer."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from classrooms.theory.questions import BY_KEY, Question


@dataclass(frozen=True)
class Slide:
    """One slide, and what the facilitator says with it.

    Attributes:
        key: names its template; of a question and its answer, the question's.
        is_answer: shows what was answered, and the right choice.
    """

    key: str
    title: Promise
    notes: Promise
    question: Question | None = None
    is_answer: bool = False

    @property
    def template(self) -> str:
        if self.question:
            name = "answer" if self.is_answer else "question"
            return f"classrooms/theory/{name}.html"
        return f"classrooms/theory/slides/{self.key}.html"


def _asked(key: str, notes: Promise, afterwards: Promise) -> tuple[Slide, Slide]:
    question = BY_KEY[key]
    return (
        Slide(key, _("Question"), notes, question),
        Slide(key, _("Answer"), afterwards, question, is_answer=True),
    )


ASK = _(
    "Give participants a minute to answer alone, without talking. Wait for most of the answers."
)
EXPLAIN = _(
    "Ask someone who chose another answer to say why, then someone else to explain the right one."
)

DECK: tuple[Slide, ...] = (
    Slide(
        "welcome",
        _("Rigorous machine learning experiments"),
        _(
            "Say who you are and what participants will take home: a notebook that "
            "re-runs, and a log."
        ),
    ),
    Slide(
        "why",
        _("“We tried XGBoost and it doesn't work.”"),
        _("Ask who has heard this, or said it. What is missing in that sentence? Collect answers."),
    ),
    Slide(
        "workflow",
        _("The loop of an experiment"),
        _("Walk through the loop once with an example of your own. The arrow back matters most."),
    ),
    Slide(
        "framing",
        _("First, the problem"),
        _("A metric without a decision is just a number. Ask: who will act differently, and how?"),
    ),
    Slide(
        "hypothesis",
        _("A hypothesis can be wrong"),
        _(
            "Change, reason, expected effect. Ask two people to turn “try a forest” "
            "into a hypothesis."
        ),
    ),
    Slide(
        "one_change",
        _("One hypothesis, one experiment"),
        _("If three things change and the score moves, nobody knows why."),
    ),
    *_asked("hypothesis", ASK, EXPLAIN),
    Slide(
        "split",
        _("Three parts, three uses"),
        _(
            "The training set is for learning, the test set for comparing; you open "
            "the holdout once, at the end."
        ),
    ),
    Slide(
        "baseline",
        _("Better than what?"),
        _("The key question: how do you know it's better?"),
    ),
    *_asked("baseline", ASK, EXPLAIN),
    Slide(
        "overfitting",
        _("Compare train and test"),
        _("Follow both curves with your finger. Where would you stop?"),
    ),
    *_asked("overfitting", ASK, EXPLAIN),
    Slide(
        "leakage",
        _("Too good to be true"),
        _("About a column of their own data, ask: who records it, and when?"),
    ),
    Slide(
        "intervals",
        _("A score has an interval"),
        _("Other test rows would give another score. Point at where the two intervals overlap."),
    ),
    *_asked("interval", ASK, EXPLAIN),
    Slide(
        "errors",
        _("Where is it wrong, and for whom?"),
        _("Errors are the best source for the next hypothesis."),
    ),
    Slide(
        "decision",
        _("Then decide"),
        _("Keep, reject or iterate: one word, one reason, and what comes next."),
    ),
    Slide(
        "log",
        _("Log everything, failures too"),
        _("Show the format. Only participants can write the rationale and the conclusion."),
    ),
    Slide(
        "today",
        _("Today"),
        _("Show the agenda. Ask whether anything is unclear before you go on."),
    ),
)


def clamp(number: int) -> int:
    """The nearest slide that there is."""
    return max(0, min(number, len(DECK) - 1))


def answer_slide(key: str) -> int:
    """The slide that shows the answers to a question."""
    return next(n for n, slide in enumerate(DECK) if slide.is_answer and slide.key == key)
