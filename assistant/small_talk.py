"""The coach by rules in conversation: the question that helps most, or what the FAQ says."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistant import words
from assistant.records import Work
from assistant.rules import facts_of, verdicts
from classrooms.models.phases import PhaseKind
from experiments.findings import Finding, findings_of, most_pressing
from experiments.findings.reading import folded
from experiments.models import Experiment

Text = str | Promise

OPENING = gettext_lazy("Which ML problem do you want to solve? What data do you have?")


@dataclass(frozen=True)
class Topic:
    """Something that people ask about, and what to answer.

    Attributes:
        stems: beginnings of words that name it, in both languages, without accents.
    """

    stems: tuple[str, ...]
    answer: Text


TOPICS = (
    Topic(
        ("quel modele", "which model", "choisir", "choose", "xgboost", "foret", "forest"),
        gettext_lazy(
            "Begin simple: a logistic regression. What would it have to get wrong for you to need "
            "more?"
        ),
    ),
    Topic(
        ("pas assez bon", "not good enough", "ameliorer", "improve", "meilleur", "better"),
        gettext_lazy(
            "Analyse the errors before you make it more complex: which rows does it get wrong, and "
            "what do they share?"
        ),
    ),
    Topic(
        ("logge", "log ", "noter", "write down", "documenter"),
        gettext_lazy(
            "Hyperparameters, metrics, time and versions are logged by themselves. What only you "
            "can write is why you tried it, and what you concluded. What would you want to read in "
            "a month?"
        ),
    ),
    Topic(
        ("surapp", "overfit", "par coeur", "by heart"),
        gettext_lazy("Compare train and test: how large is the gap, and does it shrink with less?"),
    ),
    Topic(
        ("interval", "hasard", "chance", "signific"),
        gettext_lazy(
            "An interval says where the score could be on other rows like these. Does yours hold "
            "the score that you want to beat?"
        ),
    ),
    Topic(
        ("seuil", "threshold"),
        gettext_lazy(
            "A threshold trades one kind of error for the other. Which of the two costs more here, "
            "and who pays?"
        ),
    ),
    Topic(
        ("baseline", "reference", "dummy"),
        gettext_lazy(
            "A baseline is the simplest thing that somebody could do today. What is it for your "
            "problem, and what does it score?"
        ),
    ),
    Topic(
        ("fuite", "leak"),
        gettext_lazy("For each column: will you know its value at the moment when you predict?"),
    ),
)

QUICK_PROMPTS: dict[str, tuple[Text, ...]] = {
    PhaseKind.THEORY: (
        gettext_lazy("What makes a good hypothesis?"),
        gettext_lazy("Why hold rows out?"),
    ),
    PhaseKind.SETUP: (
        gettext_lazy("Is my framing clear enough?"),
        gettext_lazy("Which baseline makes sense here?"),
    ),
    PhaseKind.ITERATIONS: (
        gettext_lazy("Is my hypothesis testable?"),
        gettext_lazy("What does my last result say?"),
        gettext_lazy("Am I changing too much at once?"),
    ),
    PhaseKind.INTERPRETATION: (
        gettext_lazy("Where should I look at the errors?"),
        gettext_lazy("What can this model not be trusted for?"),
    ),
    PhaseKind.DOCUMENTATION: (
        gettext_lazy("What is missing in my log?"),
        gettext_lazy("Would somebody else understand it?"),
    ),
    PhaseKind.PRESENTATION: (gettext_lazy("Which experiment taught me most?"),),
}


def quick_prompts(phase: str | None) -> list[str]:
    """What one may want to ask in this phase."""
    return [str(text) for text in QUICK_PROMPTS.get(phase or "", QUICK_PROMPTS["iterations"])]


def answer_by_rules(
    work: Work, looked_at: Experiment | None, question: str, said_before: str = ""
) -> str:
    """What the rules answer.

    Args:
        said_before: the coach's last answer, so as not to repeat it.
    """
    if topic := _topic_of(question):
        return str(topic.answer)
    if work.framing is None and not work.record.experiments:
        return str(OPENING)
    for finding in _pressing(work, looked_at):
        asked = f"{words.told(finding)}\n\n**{finding.question}**"
        if asked != said_before:
            return asked
    experiment = looked_at or (work.record.experiments[-1] if work.record.experiments else None)
    if experiment is None:
        return _("What is the simplest model that could be right, and what would it score?")
    return _praise_and_question(work, experiment)


def _topic_of(question: str) -> Topic | None:
    plain = folded(question)
    return next((topic for topic in TOPICS if any(stem in plain for stem in topic.stems)), None)


def _pressing(work: Work, looked_at: Experiment | None) -> list[Finding]:
    """What is wrong: with what they look at first."""
    found = most_pressing(findings_of(work.record))
    if looked_at is None:
        return found
    return sorted(found, key=lambda finding: finding.experiment.pk != looked_at.pk)


def _praise_and_question(work: Work, experiment: Experiment) -> str:
    facts = facts_of(work.record, experiment)
    best = max(verdicts(facts).items(), key=lambda pair: pair[1].most or 0)
    return f"{best[1].reason}\n\n**{words.open_question(experiment)}**"
