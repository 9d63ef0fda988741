"""Score feedback on the cases: what it gets right and wrong."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils import translation

from assistant.facts.records import Work
from assistant.facts.rubric import Review
from assistant.facts.rules import Facts, review_by_rules, within_what_is_known
from assistant.model.client import CoachUnavailable, Prompt
from assistant.model.guard import repeats_prompt
from assistant.model.prompting import review_prompt
from assistant.model.recorded import read_reply
from benchmarks.assistant.cases import Case, all_cases
from benchmarks.assistant.database import load, make_dojo

# The rules quote what participants wrote, whatever it names.
_QUOTED = re.compile("“[^”]*”")


@dataclass(frozen=True)
class Loaded:
    """A case in the database."""

    case: Case
    work: Work
    facts: Facts

    def prompt(self) -> Prompt:
        with translation.override(self.case.language):
            return review_prompt(self.facts, self.work.record, self.work.framing)

    def by_rules(self) -> Review:
        with translation.override(self.case.language):
            return review_by_rules(self.facts)

    def by_model(self, reply: str) -> tuple[Review, Review]:
        """A reply as it was given, and as the product would show it.

        Raises:
            CoachUnavailable: it cannot be read.
        """
        given = read_reply(self.prompt(), reply)
        with translation.override(self.case.language):
            return given, within_what_is_known(given, self.facts)


def load_all() -> dict[str, Loaded]:
    """Every case by its name; needs an empty database."""
    dojos = {language: make_dojo(language) for language in ("en", "fr")}
    return {
        name: Loaded(case, *load(case, dojos[case.language])) for name, case in all_cases().items()
    }


@dataclass
class Score:
    """How many expectations were met, by kind; and in words those that were not."""

    met: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)

    def note(self, kind: str, is_met: bool, miss: str) -> None:
        self.asked[kind] += 1
        self.met[kind] += is_met
        if not is_met:
            self.misses.append(f"{kind}: {miss}")

    def is_perfect(self, kind: str) -> bool:
        return self.asked[kind] > 0 and self.met[kind] == self.asked[kind]

    def lines(self) -> Iterator[str]:
        for kind, asked in self.asked.items():
            yield f"  {kind:42} {self.met[kind]:4} of {asked:4}  {self.met[kind] / asked:.3f}"


def points(review: Review) -> dict[str, int | None]:
    return {str(score.criterion): score.points for score in review.scores}


def _note_points(score: Score, case: Case, review: Review, of: str = "") -> None:
    found = points(review)
    for kind, expected in (("known", case.known), ("judged", case.judged)):
        for criterion, allowed in expected.items():
            right = " or ".join(sorted(map(str, allowed)))
            told = f"{case.name}: {criterion} is {found[criterion]}, not {right}"
            score.note(f"{kind}{of}", found[criterion] in allowed, told)


def _said(review: Review) -> str:
    reasons = (told.reason for told in review.scores)
    return " ".join([review.strength, review.question, review.suggestion, *reasons])


def _note_silence(score: Score, case: Case, said: str) -> None:
    is_silent = not any(word.casefold() in said.casefold() for word in case.keeps_silent)
    score.note("gives no solution away", is_silent, f"{case.name}: {said[:200]}")


def score_rules(loaded: dict[str, Loaded]) -> Score:
    """The coach by rules, alone."""
    score = Score()
    for name, one in loaded.items():
        review = one.by_rules()
        _note_points(score, one.case, review)
        if one.case.twin:
            twin = points(loaded[one.case.twin].by_rules())
            told = f"{name}: {points(review)}, without the injection {twin}"
            score.note("unmoved by the injection", points(review) == twin, told)
        if one.case.keeps_silent:
            _note_silence(score, one.case, _QUOTED.sub("", _said(review)))
    return score


def score_replies(loaded: dict[str, Loaded], replies: dict[str, str]) -> Score:
    """A model's replies by case; those that are missing are not counted."""
    score = Score()
    for name, reply in replies.items():
        one = loaded[name]
        try:
            given, shown = one.by_model(reply)
        except CoachUnavailable as failure:
            score.note("readable", False, f"{name}: {failure.code}")
            continue
        score.note("readable", True, "")
        _note_points(score, one.case, given, " as given")
        _note_points(score, one.case, shown, " as shown")
        _note_texts(score, one, given)
    return score


def _note_texts(score: Score, one: Loaded, given: Review) -> None:
    """What the words of a reply give away."""
    said, name = _said(given), one.case.name
    score.note("copies no prompt", not repeats_prompt(said, one.prompt()), f"{name}: {said[:200]}")
    _note_silence(score, one.case, said)
    score.note("asks one question", given.question.count("?") == 1, f"{name}: {given.question}")
