"""How good somebody's forecasts are. Imports no scientific library.

Scores are proper: who tells what they believe does best in expectation (Gneiting and
Raftery 2007, Strictly proper scoring rules, prediction, and estimation).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.judge.numbers import Interval
from engine.judge.power import Z_90, chance_of_range

# Of the forecast range: one case in five lies outside.
OUTSIDE = 0.2
FEWEST = 3


@dataclass(frozen=True)
class Scored:
    """One forecast that was scored.

    Attributes:
        skill: against the product's own range, −1 to 1.
        is_held: the measured difference lay within the forecast range.
        chance, happened: what was said of the forecast side, and what came; None if not said.
    """

    skill: float
    is_held: bool
    chance: float | None = None
    happened: bool | None = None


def interval_score(low: float, high: float, measured: float) -> float:
    """The interval score of an 80 % range; less is better."""
    missed = max(low - measured, measured - high, 0.0)
    return (high - low) + 2 / OUTSIDE * missed


def reference_range(error: float) -> Interval:
    """The product's own 80 % range: no change is expected, of the usual size for the kind.

    Args:
        error: how far differences of this kind usually lie from 0.
    """
    return -Z_90 * error, Z_90 * error


def _share(own: float, reference: float) -> float:
    if reference <= 0:
        return 0.0
    return max(-1.0, min(1.0, 1 - own / reference))


def score_forecast(
    kind: str,
    own: Interval,
    measured: float,
    *,
    error: float,
    margin: float,
    chance: float | None = None,
) -> Scored:
    """Score one forecast against the measured difference.

    Its range by the interval score and, where said, how sure by Brier (1950); each as a
    share of what the product's own range gets, and the mean of the two.

    Args:
        own: the forecast range.
        error: of the product's own range.
        margin: a smaller difference does not matter, so that to know it more finely earns
            nothing.
    """
    low, high = reference_range(error)
    counted = _no_finer_than(own, min(2 * margin, high - low))
    ranged = _share(interval_score(*counted, measured), interval_score(low, high, measured))
    is_held = own[0] <= measured <= own[1]
    if chance is None:
        return Scored(ranged, is_held)
    happened = _happened(kind, measured, margin)
    usual = chance_of_range(kind, low, high, margin)
    told = _share((chance - happened) ** 2, (usual - happened) ** 2)
    return Scored((ranged + told) / 2, is_held, chance, happened)


def _no_finer_than(own: Interval, width: float) -> Interval:
    middle, reach = (own[0] + own[1]) / 2, max(own[1] - own[0], width) / 2
    return middle - reach, middle + reach


def _happened(kind: str, measured: float, margin: float) -> bool:
    if kind == "stays":
        return abs(measured) <= margin
    return measured > 0 if kind == "rises" else measured < 0


def mean_skill(scored: Sequence[Scored]) -> float | None:
    """Their mean; None below three."""
    if len(scored) < FEWEST:
        return None
    return sum(one.skill for one in scored) / len(scored)


@dataclass(frozen=True)
class CalibrationPoint:
    """Forecasts that were about as sure: what they said and what came, as shares."""

    said: float
    came: float
    count: int

    @property
    def x(self) -> float:
        """In percent, from the left."""
        return round(100 * self.said, 1)

    @property
    def y(self) -> float:
        """In percent, from the top."""
        return round(100 * (1 - self.came), 1)


def calibration_curve(
    scored: Sequence[Scored], edges: Sequence[float] = (0.6, 0.75, 0.9)
) -> list[CalibrationPoint]:
    """Groups of forecasts by how sure they were (Murphy and Winkler 1977)."""
    known = [one for one in scored if one.chance is not None]
    groups: dict[int, list[Scored]] = {}
    for one in known:
        place = sum(edge <= (one.chance or 0.0) for edge in edges)
        groups.setdefault(place, []).append(one)
    return [
        CalibrationPoint(
            sum(one.chance or 0.0 for one in group) / len(group),
            sum(bool(one.happened) for one in group) / len(group),
            len(group),
        )
        for _place, group in sorted(groups.items())
    ]
