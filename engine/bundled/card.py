"""The data card of a bundled dataset. Imports no scientific library."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.spec.schema import SplitPolicy

if TYPE_CHECKING:
    import pandas as pd

AT_RANDOM = SplitPolicy()


@dataclass(frozen=True)
class PlantedTrap:
    """Something planted, for the facilitator: what, where, and what to ask."""

    key: str
    title: str
    description: str
    columns: tuple[str, ...]
    question: str


@dataclass(frozen=True)
class BundledDataset:
    """A dataset with its card. `load` returns the frame that a CSV would hold.

    Attributes:
        split: how its rows are divided.
        primary_metric, success_threshold: what a Dojo on it is proposed to be measured by.
        baseline: with what to begin; "" where the usual one will do.
    """

    key: str
    title: str
    summary: str
    source: str
    licence: str
    period: str
    target: str
    positive_class: str
    column_meanings: Mapping[str, str]
    traps: tuple[PlantedTrap, ...]
    load: Callable[[], pd.DataFrame]
    split: SplitPolicy = AT_RANDOM
    primary_metric: str = "roc_auc"
    success_threshold: float = 0.8
    baseline: str = ""
