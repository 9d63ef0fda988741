"""Questions about values as a page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from classrooms.datasets.values.wording import (
    ACCEPT,
    DECIDED,
    DIVIDE,
    KEEP,
    KEPT,
    division_sentence,
    evidence_of,
    lines_of,
    title_of,
)
from classrooms.models import Dataset


@dataclass(frozen=True)
class ValueCard:
    """One question about the values of a column.

    Attributes:
        lines: of a merge, what becomes what.
        state: what was decided; empty while it is open.
        accept, keep: what the two buttons say.
    """

    key: str
    title: str
    evidence: str
    lines: list[str]
    more: int
    state: str
    accept: str
    keep: str


@dataclass(frozen=True)
class DivisionCard:
    """A split that a column suggests, with the reason."""

    kind: str
    column: str
    sentence: str
    label: str
    is_chosen: bool


SHOWN_LINES = 8


def division_cards(dataset: Dataset, findings: list[dict[str, Any]]) -> list[DivisionCard]:
    """Suggested splits, without groups of which a finding of the leak desk speaks already."""
    told = {name for one in findings if one["code"] == "groups" for name in one["columns"]}
    return [
        DivisionCard(
            kind=one["kind"],
            column=one["column"],
            sentence=division_sentence(one),
            label=str(DIVIDE[one["kind"]]),
            is_chosen=(dataset.split_kind, dataset.split_by) == (one["kind"], one["column"]),
        )
        for one in dataset.divisions
        if one["column"] not in (dataset.target, *dataset.dropped_columns)
        and not (one["kind"] == "group" and one["column"] in told)
    ]


def value_cards(dataset: Dataset) -> list[ValueCard]:
    """Every question about values, the open ones first."""
    decided = {decision.key for decision in dataset.cleaning}
    cards = []
    for question in dataset.asked:
        lines, kind = lines_of(question), question.kind
        state = ""
        if question.key in decided:
            state = str(DECIDED[kind])
        elif question.key in dataset.settled:
            state = str(KEPT)
        cards.append(
            ValueCard(
                key=question.key,
                title=title_of(question),
                evidence=evidence_of(question),
                lines=lines[:SHOWN_LINES],
                more=max(0, len(lines) - SHOWN_LINES),
                state=state,
                accept=str(ACCEPT[kind]),
                keep=str(KEEP[kind]),
            )
        )
    return sorted(cards, key=lambda card: bool(card.state))
