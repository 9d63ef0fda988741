"""A check and what it found; imports no scientific library."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

# Stable: a code names the same check for ever, in pages, logs and links.
NO_BETTER_THAN_BASELINE = "MLX01"
ODD_FOLD = "MLX02"
WORSE_THAN_BOOSTING = "MLX03"
SLOW_TO_PREDICT = "MLX04"
EDGE_OF_SEARCH = "MLX05"
COLUMN_WITHOUT_USE = "MLX06"
NOTHING_TUNED = "MLX07"
BETTER_ON_TRAIN = "MLX08"
CONTRADICTORY_ROWS = "MLX09"

# A gap that may be as small as this is none that matters.
LEAST_GAP = 0.02

State = Literal["found", "fine", "not_applicable"]


@dataclass(frozen=True)
class Check:
    """What one check found in a run.

    Attributes:
        code: one of those above; worded later, in the reader's language.
        context: JSON-able numbers and names that its sentence quotes.
    """

    code: str
    state: State
    context: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def is_notable_gap(lowest: float) -> bool:
    """Whether train is better than test by more than chance and a little.

    Args:
        lowest: end of the 95 % interval of the gap.
    """
    return lowest > LEAST_GAP


def found_if(code: str, is_found: bool, **context: Any) -> Check:
    return Check(code, "found" if is_found else "fine", context)


def not_applicable(code: str) -> Check:
    return Check(code, "not_applicable")
