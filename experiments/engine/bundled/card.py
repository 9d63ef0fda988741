"""What is told of a bundled dataset. Imports no scientific library."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Trap:
    """Something planted, for the facilitator: what, where, and what to ask."""

    key: str
    title: str
    description: str
    columns: tuple[str, ...]
    question: str


@dataclass(frozen=True)
class BundledDataset:
    """A dataset with its card. `load` returns the frame that a CSV would hold."""

    key: str
    title: str
    summary: str
    source: str
    licence: str
    period: str
    target: str
    positive_class: str
    column_meanings: Mapping[str, str]
    traps: tuple[Trap, ...]
    load: Callable[[], pd.DataFrame]
