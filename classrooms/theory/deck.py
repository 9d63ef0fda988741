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


ASK = _("Give them a minute, alone and without talking. Wait for most of the answers.")
EXPLAIN = _("Let somebody who chose otherwise say why; then let another explain the right one.")

DECK: tuple[Slide, ...] = (
    Slide(
        "welcome",
        _("Machine-learning experiments, properly"),
        _("Say who you are and what they take home: a notebook that re-runs, and a log."),
    ),
    Slide(
        "why",
        _("“We tried XGBoost and it does not work.”"),
        _("Ask who has heard or said it. What is missing in that sentence? Collect answers."),
    ),
    Slide(
        "workflow",
        _("The loop of an experiment"),
        _("Walk the loop once with an example of your own. The arrow back matters most."),
    ),
    Slide(
        "framing",
        _("First, the problem"),
        _("A metric without a decision is a number. Ask: who will act otherwise, and how?"),
    ),
    Slide(
        "hypothesis",
        _("A hypothesis can be wrong"),
        _("Change, reason, expected effect. Let two people turn “try a forest” into one."),
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
        _("Train learns, test compares, the holdout is opened once, at the end, by you."),
    ),
    Slide(
        "baseline",
        _("Better than what?"),
        _("The brief's question: how do you know that it is better?"),
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
        _("Ask of a column of their own data: who writes it, and when?"),
    ),
    Slide(
        "intervals",
        _("A score has an interval"),
        _("Other test rows would give another score. Point at where the two overlap."),
    ),
    *_asked("interval", ASK, EXPLAIN),
    Slide(
        "errors",
        _("Where is it wrong, and for whom?"),
        _("Errors are the best source of the next hypothesis."),
    ),
    Slide(
        "decision",
        _("Then decide"),
        _("Keep, reject or iterate: a word, a reason, and what comes next."),
    ),
    Slide(
        "log",
        _("Log everything, failures too"),
        _("Show the format. What only they can write: the why and the conclusion."),
    ),
    Slide(
        "today",
        _("Today"),
        _("Point at the agenda. Ask whether anything is unclear before you go on."),
    ),
)


def clamp(number: int) -> int:
    """The nearest slide that there is."""
    return max(0, min(number, len(DECK) - 1))


def answer_slide(key: str) -> int:
    """Where the answers of a question are shown."""
    return next(n for n, slide in enumerate(DECK) if slide.is_answer and slide.key == key)
