"""Ask the rule-based coach the recorded questions, and count whom it helps.

A question is helped by one of the entries that are named with it, with a number where it is about
the record; off-topic ones by the words that nothing here knows. The reader's language is set to
the other one throughout, so that the language of an answer is the question's doing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from django.utils import translation

from assistant.facts.records import Work
from assistant.facts.small_talk import Said, answer_by_rules
from benchmarks.assistant.cases import all_cases
from benchmarks.assistant.database import load, make_dojo

FILE = Path(__file__).resolve().parent / "questions.yaml"
# A record with a baseline, a better run that is compared with it, and a conclusion.
RECORD = "good-kept"
OTHER = {"en": "fr", "fr": "en"}
# With a number wherever the record holds one; what these say may hold none.
WORDS_ONLY = frozenset({"own:leak", "own:next", "own:missing", "own:subgroups", "own:importance"})
LEAST_HELPED, MOST_UNKNOWN = 0.75, 0.20


@dataclass(frozen=True)
class Question:
    """One question: what would help, or nothing."""

    name: str
    language: str
    text: str
    helps: frozenset[str]
    is_unseen: bool

    def outcome(self, said: Said) -> str:
        """`helped`, `beside` the question, or `unknown`."""
        if not said.is_known:
            return "unknown" if self.helps else "helped"
        if said.key not in self.helps:
            return "beside"
        needs_number = said.key.startswith("own:") and said.key not in WORDS_ONLY
        return "helped" if not needs_number or re.search(r"\d", said.text) else "beside"


def read_questions(path: Path = FILE) -> list[Question]:
    """The questions of a file."""
    told = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [
        Question(
            name=one["id"],
            language=one["language"],
            text=one["text"],
            helps=frozenset(one["helps"]),
            is_unseen=one.get("unseen", False),
        )
        for one in told["questions"]
    ]


@dataclass
class Tally:
    """How many of a set were helped, and what went wrong."""

    counts: Counter[str] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)

    def note(self, question: Question, said: Said) -> None:
        outcome = question.outcome(said)
        self.counts[outcome] += 1
        self.counts["right language"] += said.language == question.language
        if outcome != "helped":
            self.misses.append(f"{outcome}: {question.name} “{question.text}” {said.key}")

    def lines(self) -> Iterator[str]:
        asked = sum(self.counts[name] for name in ("helped", "beside", "unknown"))
        for name in ("helped", "beside", "unknown", "right language"):
            yield f"  {name:42} {self.counts[name]:4} of {asked:4}"

    @property
    def meets_goals(self) -> bool:
        asked = sum(self.counts[name] for name in ("helped", "beside", "unknown"))
        return (
            self.counts["helped"] >= LEAST_HELPED * asked
            and not self.counts["beside"]
            and self.counts["unknown"] <= MOST_UNKNOWN * asked
            and self.counts["right language"] == asked
        )


def ask(work: Work, question: Question) -> Said:
    with translation.override(OTHER[question.language]):
        return answer_by_rules(work, None, question.text)


def ask_all(questions: list[Question]) -> dict[str, Tally]:
    """Seen and unseen questions apart; needs an empty database."""
    work, _facts = load(all_cases()[RECORD], make_dojo("en"))
    tallies = {"seen": Tally(), "unseen": Tally()}
    for one in questions:
        tallies["unseen" if one.is_unseen else "seen"].note(one, ask(work, one))
    return tallies
