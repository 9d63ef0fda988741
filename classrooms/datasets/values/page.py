"""Questions about values as a page shows them."""

from __future__ import annotations

from dataclasses import dataclass

from classrooms.datasets.values.wording import (
    ACCEPT,
    DECIDED,
    KEEP,
    KEPT,
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


SHOWN_LINES = 8


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
