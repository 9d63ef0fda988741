"""Numbers with their uncertainty. Imports no scientific library."""

from __future__ import annotations

from dataclasses import dataclass

Interval = tuple[float, float]


@dataclass(frozen=True)
class Difference:
    """One metric of a second run minus that of a first, with its 95 % interval."""

    estimate: float
    low: float
    high: float

    @property
    def interval(self) -> Interval:
        return self.low, self.high

    @property
    def is_certain(self) -> bool:
        """Whether what the metric reads of both runs' predictions is the same."""
        return self.low == self.high
