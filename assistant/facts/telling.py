"""Choose a strength, a question and a suggestion: what matters for this record, and never the same
pair of sentences twice in a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.facts import wording as words
from assistant.facts.faults import DOUBTS, kinds_of
from experiments.findings import Finding
from experiments.forecasts.outcomes import outcome_of
from experiments.models import Experiment

# Merits that are facts whatever was written, those that are rarer first.
MERITS = ("reproduced", "errors_analysed", "one_change", "compared", "has_baseline")


@dataclass(frozen=True)
class Sentence:
    """Attributes:
    about: tells it from other sentences, whatever its numbers.
    codes: what it speaks of.
    """

    text: str
    about: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Said:
    """What is said of an experiment beside its points."""

    strength: Sentence
    question: Sentence
    suggestion: Sentence

    @property
    def codes(self) -> dict[str, list[str]]:
        return {
            place: list(getattr(self, place).codes)
            for place in ("strength", "question", "suggestion")
        }

    @property
    def pair(self) -> tuple[str, str]:
        return self.strength.about, self.question.about


def chosen_for(
    experiment: Experiment,
    findings: Mapping[str, Finding],
    faults: Sequence[Finding],
    before: Said | None,
) -> Said:
    """The sentences on one experiment.

    Args:
        faults: what is wrong, gravest first.
        before: what was said of the experiment before; None of the first.
    """
    questions = [*_on_faults(faults), *_open_questions(experiment)]
    strengths = list(_strengths(experiment, findings))
    strength, question = strengths[0], questions[0]
    if before is not None and (strength.about, question.about) == before.pair:
        # Another merit says more than another question: the gravest fault stays the gravest.
        strength = strengths[1] if len(strengths) > 1 else strength
        if strength.about == before.strength.about and len(questions) > 1:
            question = questions[1]
    return Said(strength, question, _suggestion(question))


def _strengths(experiment: Experiment, findings: Mapping[str, Finding]) -> Iterator[Sentence]:
    """What is well done and true whatever the words; at the end what holds of every run."""
    is_in_doubt = bool(DOUBTS & findings.keys())
    for code in MERITS:
        found = findings.get(code)
        if found is None or (is_in_doubt and code in ("one_change", "has_baseline")):
            continue
        if code == "has_baseline" and found.evidence["number"] != experiment.number:
            # Of a later experiment its reference says more.
            continue
        yield Sentence(found.sentence, code, (code,))
    yield Sentence(words.reason("logged", experiment), "logged", ("logged",))


def _on_faults(faults: Sequence[Finding]) -> Iterator[Sentence]:
    for one in faults:
        yield Sentence(one.question, one.code, kinds_of(one) or (one.code,))


def _open_questions(experiment: Experiment) -> Iterator[Sentence]:
    """What to ask where facts show no fault: of what only a reader can judge, with its numbers."""
    for about, text in words.open_questions(experiment, outcome_of(experiment)):
        yield Sentence(text, about, (about,))


def _suggestion(question: Sentence) -> Sentence:
    """Where to look, for what is asked."""
    return Sentence(words.suggestion_for(question.about), question.about, question.codes)
