"""Page objects of the checks of one result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from experiments.checks.wording import EXPLANATIONS, Explanation


@dataclass(frozen=True)
class Row:
    """One check of one run, in words.

    Attributes:
        sentence: what was found; empty where nothing was.
    """

    explanation: Explanation
    state: str
    sentence: str


def rows_of(checks: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Checks as a worker stored them: what was found first, then what is fine, then the rest."""
    order = ("found", "fine", "not_applicable")
    rows = []
    for check in checks:
        explanation, state = EXPLANATIONS[check["code"]], check["state"]
        sentence = explanation.found(check["context"]) if state == "found" else ""
        rows.append(Row(explanation, state, sentence))
    return sorted(rows, key=lambda row: order.index(row.state))
