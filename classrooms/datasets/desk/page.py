"""The leak desk as a page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from classrooms.datasets.desk.forms import all_findings
from classrooms.datasets.desk.wording import (
    MENDED,
    REPAIRS,
    evidence_of,
    label_of,
    reason_of,
    title_of,
)
from classrooms.datasets.values.page import DivisionCard, division_cards
from classrooms.messages import DATASET_FAILURES, describe_failure
from classrooms.models import Dataset, Dojo, LeakCheck, Seat
from engine.reading.leaks.repairs import Repair


@dataclass(frozen=True)
class Evidence:
    """Some rows, and the share of the positive class among them."""

    label: str
    rows: int
    percent: float


@dataclass(frozen=True)
class Card:
    """One finding, or one question, with what was done about it.

    Attributes:
        state: what was done or answered; empty while it is open.
        answer: why it is fine.
        repairs: by value, what a click does.
        may_be_undone: whether a click takes back what was done or answered.
    """

    key: str
    title: str
    reason: str
    evidence: str
    counts: list[Evidence]
    is_question: bool
    state: str
    answer: str
    repairs: list[tuple[str, str]]
    may_be_undone: bool

    @property
    def is_open(self) -> bool:
        return not self.state


@dataclass(frozen=True)
class DeskPage:
    """Everything that the desk says of a dataset.

    Attributes:
        is_before_split: all repairs are offered; afterwards only marking is.
        dojos: Dojos on it that this person runs, where columns are marked once it is used.
    """

    check: LeakCheck
    is_before_split: bool
    dojos: list[Dojo]

    @property
    def dataset(self) -> Dataset:
        return self.check.dataset

    @property
    def failure(self) -> str:
        if not self.check.has_failed:
            return ""
        code, context = self.check.failure_code, self.check.failure_context
        return describe_failure(code, context, DATASET_FAILURES)

    @cached_property
    def cards(self) -> list[Card]:
        return [self._card(finding) for finding in all_findings(self.check)]

    @property
    def findings(self) -> list[Card]:
        return [card for card in self.cards if not card.is_question]

    @property
    def questions(self) -> list[Card]:
        return [card for card in self.cards if card.is_question]

    @property
    def divisions(self) -> list[DivisionCard]:
        """Splits that columns suggest, while one can be chosen."""
        if not self.is_before_split:
            return []
        return division_cards(self.dataset, self.check.content.get("findings", []))

    @property
    def open_count(self) -> int:
        return sum(card.is_open for card in self.cards)

    @property
    def may_mark(self) -> bool:
        """Whether a click here marks a column: in a Dojo, its runs are judged anew with it."""
        return self.is_before_split or not self.dojos

    def _card(self, finding: dict[str, Any]) -> Card:
        done = self._done(finding)
        answer = None if done else self.dataset.leak_answers.get(finding["key"])
        is_question = finding["code"] == "question"
        state = str(MENDED[done]) if done else ""
        if answer is not None:
            state = _("Known when you predict") if is_question else _("It is fine")
        return Card(
            key=finding["key"],
            title=title_of(finding),
            reason=reason_of(finding),
            evidence=evidence_of(finding),
            counts=[
                Evidence(
                    label_of(finding, count["label"]),
                    count["rows"],
                    100 * count["positive"] / max(count["rows"], 1),
                )
                for count in finding["counts"]
            ],
            is_question=is_question,
            state=state,
            answer=answer["reason"] if answer else "",
            repairs=[
                (repair.value, str(REPAIRS[repair])) for repair in self._offered(finding, done)
            ],
            may_be_undone=bool(state)
            and (self.is_before_split or (done == Repair.MARK and self.may_mark)),
        )

    def _offered(self, finding: dict[str, Any], done: Repair | None) -> list[Repair]:
        if self.is_before_split:
            return [Repair(name) for name in finding["repairs"]]
        marks = Repair.MARK in finding["repairs"] and self.may_mark and done is None
        return [Repair.MARK] if marks else []

    def _done(self, finding: dict[str, Any]) -> Repair | None:
        """Which of its repairs holds now."""
        dataset, columns = self.dataset, set(finding["columns"])
        if columns & set(dataset.dropped_columns):
            return Repair.DROP
        if columns & set(dataset.leak_columns):
            return Repair.MARK
        if dataset.split_by in columns and dataset.split_kind in finding["repairs"]:
            return Repair(dataset.split_kind)
        return Repair(finding["code"]) if finding["code"] in dataset.dropped_rows else None


def desk_page(dataset: Dataset) -> DeskPage | None:
    """The desk of an upload; None where no check was made of what is chosen now."""
    check = LeakCheck.objects.select_related("dataset").filter(dataset=dataset).first()
    if check is None or not check.is_current:
        return None
    dojos: list[Dojo] = []
    if dataset.is_ready:
        seats = Seat.objects.held_by(dataset.owner).filter(role=Seat.Role.FACILITATOR)
        dojos = list(Dojo.objects.filter(dataset=dataset, pk__in=seats.values("dojo")))
    return DeskPage(check, dataset.is_correctable, dojos)
