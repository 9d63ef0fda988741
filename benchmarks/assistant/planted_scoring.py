"""Score feedback on planted cases, by kind and language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils import translation

from assistant.facts.records import Work
from assistant.facts.rubric import MOST_POINTS, CodedReview, Review
from assistant.facts.rules import Facts, review_by_rules, within_what_is_known
from assistant.model.client import Prompt
from assistant.model.prompting import review_prompt
from benchmarks.assistant.planted import (
    CRITERION_OF,
    FOR_A_READER,
    PRAISES,
    PlantedCase,
    planted_cases,
)
from benchmarks.assistant.real_runs import load, make_dojos


@dataclass(frozen=True)
class Lived:
    """A case in the database."""

    case: PlantedCase
    work: Work
    facts: Facts

    @property
    def columns(self) -> list[str]:
        return [column.name for column in self.work.record.setting.schema.columns]

    def by_rules(self) -> CodedReview:
        with translation.override(self.case.language):
            return review_by_rules(self.facts)

    def prompt(self) -> Prompt:
        with translation.override(self.case.language):
            return review_prompt(self.facts, self.work.record, self.work.framing)

    def shown(self, given: Review) -> CodedReview:
        """A model's feedback as the product shows it; nobody has told its codes."""
        with translation.override(self.case.language):
            shown = within_what_is_known(given, self.facts)
        return CodedReview(**shown.model_dump())


@dataclass(frozen=True)
class Judged:
    """What feedback on one case gets right and wrong.

    Attributes:
        named: every planted fault is among the codes of what is said.
        praised: faults whose criterion has a full mark or a strength.
        alarms: codes of weaknesses on a clean case that are not true of it.
        is_useful: the question is about a planted fault, or about a clean case, with a number or
            a name of the record.
    """

    case: PlantedCase
    named: bool
    praised: frozenset[str]
    alarms: frozenset[str]
    is_useful: bool


def live_all(path: Path) -> dict[str, Lived]:
    """Every case of a file, lived in a database of its own."""
    cases = planted_cases(path)
    dojos = make_dojos({case.language for case in cases})
    return {case.name: Lived(case, *load(case, dojos[case.language])) for case in cases}


def judge(case: PlantedCase, review: CodedReview, names: Iterable[str]) -> Judged:
    """Compare what is said with what good feedback says.

    Args:
        names: of the record, such as columns; one of them makes a question concrete.
    """
    said = {code for codes in review.codes.values() for code in codes}
    strengths = {PRAISES[code] for code in review.codes.get("strength", ()) if code in PRAISES}
    full = {score.criterion for score in review.scores if score.points == MOST_POINTS}
    weak = {code for place in review.weaknesses for code in review.codes.get(str(place), ())}
    asked = frozenset(review.codes.get("question", ()))
    is_concrete = any(letter.isdigit() for letter in review.question) or any(
        name in review.question for name in names
    )
    return Judged(
        case=case,
        named=case.must_find <= said,
        praised=frozenset(
            kind for kind in case.must_find if CRITERION_OF[kind] in strengths | full
        ),
        alarms=frozenset(weak - case.may_find) if case.is_clean else frozenset(),
        is_useful=is_concrete and (case.is_clean or bool(asked & case.must_find)),
    )


def judge_rules(lived: dict[str, Lived]) -> list[Judged]:
    return [judge(one.case, one.by_rules(), one.columns) for one in lived.values()]


# --- The table ----------------------------------------------------------------------
def _of_kind(found: list[Judged], kind: str, language: str) -> list[Judged]:
    kinds = [one for one in found if kind in (one.case.must_find or {"clean"})]
    return [one for one in kinds if one.case.language == language]


def _line(title: str, of: list[Judged]) -> str:
    named = sum(one.named for one in of if not one.case.is_clean)
    faulty = sum(not one.case.is_clean for one in of)
    praised = sum(bool(one.praised) for one in of)
    alarms = sum(bool(one.alarms) for one in of)
    useful = sum(one.is_useful for one in of)
    clean = len(of) - faulty
    return (
        f"  {title:28} {named:3}/{faulty:<3} {praised:7}/{faulty:<3}"
        f" {alarms:7}/{clean:<3} {useful:6}/{len(of)}"
    )


def table(found: list[Judged]) -> Iterator[str]:
    """Per kind and language, then in sum."""
    yield f"  {'kind':28} named   praised     alarm    useful"
    kinds = sorted({kind for one in found for kind in one.case.must_find or {"clean"}})
    for kind in kinds:
        for language in ("en", "fr"):
            if of := _of_kind(found, kind, language):
                mark = " (reader)" if kind in FOR_A_READER else ""
                yield _line(f"{kind}{mark} {language}", of)
    faulty = [one for one in found if not one.case.is_clean]
    of_facts = [one for one in faulty if not one.case.must_find & FOR_A_READER]
    yield _line("faults that facts show", of_facts)
    yield _line("faults for a reader", [one for one in faulty if one not in of_facts])
    yield _line("clean", [one for one in found if one.case.is_clean])
    yield _line("all", found)


def misses(found: list[Judged]) -> Iterator[str]:
    """What went wrong, case by case."""
    for one in found:
        wrong = sorted(one.case.must_find)
        if not one.named and not one.case.is_clean:
            yield f"    {one.case.name}: does not name {', '.join(wrong)}"
        if one.praised:
            yield f"    {one.case.name}: praises {', '.join(sorted(one.praised))}"
        if one.alarms:
            yield f"    {one.case.name}: alarms of {', '.join(sorted(one.alarms))}"
        if not one.is_useful:
            yield f"    {one.case.name}: its question does not help"


def meets_goals(found: list[Judged]) -> bool:
    """No false praise, no false alarm, and 85 % of the faults that facts show are named."""
    of_facts = [
        one for one in found if not one.case.is_clean and not one.case.must_find & FOR_A_READER
    ]
    return not any(one.praised or one.alarms for one in found) and sum(
        one.named for one in of_facts
    ) >= 0.85 * len(of_facts)


def told(lived: Lived, review: CodedReview) -> Iterator[str]:
    """Everything that is said of a case, with its codes, for who reads it."""
    yield f"--- {lived.case.name} ({lived.case.language})"
    for score in review.scores:
        codes = ", ".join(review.codes.get(str(score.criterion), ()))
        weak = "!" if score.criterion in review.weaknesses else " "
        yield f" {weak}{score.criterion:11} {score.points}  {score.reason}  [{codes}]"
    for place in ("strength", "question", "suggestion"):
        codes = ", ".join(review.codes.get(place, ()))
        yield f"  {place:11} {getattr(review, place)}  [{codes}]"
