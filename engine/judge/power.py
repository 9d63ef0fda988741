"""What a test set can tell, before a run. Closed forms on standard errors, plain Python.

Imports no scientific library: the web process answers while a forecast is typed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from statistics import NormalDist, median

from engine.judge.numbers import Interval
from engine.judge.standard_errors import MOVES, SHARES
from engine.spec.metrics import METRICS

NORMAL = NormalDist()
Z_95 = NORMAL.inv_cdf(0.975)
Z_90 = NORMAL.inv_cdf(0.9)
Z_80 = NORMAL.inv_cdf(0.8)
# From so many earlier comparisons of a kind on, they say more than the bundled tables.
FEWEST_PAST = 2
# Never a margin below: half a point of a share.
LEAST_MARGIN = 0.005


@dataclass(frozen=True)
class StandardError:
    """How far apart two test sets would put the same difference.

    Attributes:
        value: the one to count with.
        low, high: where it lies in most cases.
        source: "past" where earlier runs on this dataset tell it, "tables" where the bundled
            datasets do, scaled to this test set, "unknown" where the kind of change is open.
        count: earlier comparisons behind "past".
    """

    value: float
    low: float
    high: float
    source: str
    count: int = 0

    @property
    def half_width(self) -> float:
        """Of the 95 % interval that a comparison will have."""
        return Z_95 * self.value


def standard_error(
    kind: str, metric: str, *, single: float, past: Sequence[float] = ()
) -> StandardError:
    """The standard error of a paired difference that is yet to be measured.

    Args:
        kind: of the change; empty where it is not known yet.
        single: standard error of the reference's own score.
        past: measured ones of this kind on this dataset.
    """
    if len(past) >= FEWEST_PAST:
        return StandardError(median(past), min(past), max(past), "past", len(past))
    if kind not in SHARES:
        every = [shares[metric] for shares in SHARES.values()]
        low, high = min(share[0] for share in every), max(share[2] for share in every)
        middle = SHARES["model"][metric][1]
        return StandardError(middle * single, low * single, high * single, "unknown")
    low, middle, high = SHARES[kind][metric]
    return StandardError(middle * single, low * single, high * single, "tables")


def usual_change(kind: str, metric: str, *, single: float) -> float:
    """How far differences of this kind usually lie from 0, as a standard deviation.

    Args:
        single: standard error of a score.
    """
    return MOVES.get(kind, MOVES["model"])[metric] * single


def smallest_visible(error: float) -> float:
    """The smallest true difference that the test shows 4 times in 5 (Cohen 1988)."""
    return (Z_95 + Z_80) * error


def chance_to_see(effect: float, error: float) -> float:
    """The chance that the interval of a true difference lies on its side of 0."""
    return NORMAL.cdf(abs(effect) / error - Z_95) if error > 0 else 1.0


def chance_to_show_no_change(margin: float, error: float) -> float:
    """The chance that the interval of a true 0 lies within the margin (Schuirmann 1987)."""
    if error <= 0:
        return 1.0
    return max(0.0, 2 * NORMAL.cdf(margin / error - Z_95) - 1)


def rows_to_see(effect: float, error: float, rows: int) -> int:
    """Test rows with which this effect would be seen 4 times in 5."""
    return ceil(rows * (smallest_visible(error) / abs(effect)) ** 2)


def rows_to_show_no_change(margin: float, error: float, rows: int) -> int:
    """Test rows with which a true 0 would be shown to lie within the margin 4 times in 5."""
    return ceil(rows * ((Z_95 + Z_90) * error / margin) ** 2)


def single_error(interval: Interval) -> float:
    """The standard error behind a 95 % interval."""
    return (interval[1] - interval[0]) / (2 * Z_95)


def assumed_single_error(metric: str, *, rows: int, positives: int) -> float:
    """The standard error of a score on these test rows, before any run has told it.

    As of a model with a ROC AUC of 0.8 (Hanley and McNeil 1982), and of shares that
    are right 8 times in 10.

    Args:
        positives: of the rows; both classes occur.
    """
    negatives = rows - positives
    match metric:
        case "roc_auc":
            auc = 0.8
            size = rows / 2 - 1
            spread = 1 + size * ((1 - auc) / (2 - auc) + auc / (1 + auc))
            return sqrt(auc * (1 - auc) * spread / (positives * negatives))
        case "accuracy" | "brier" | "log_loss" | "expected_cost":
            return 0.4 / sqrt(rows)
        case "balanced_accuracy":
            return 0.4 / 2 * sqrt(1 / positives + 1 / negatives)
        case "mcc":
            return 0.8 / sqrt(2 * min(positives, negatives))
    return 0.45 / sqrt(positives)


def default_margin(metric: str, *, single: float) -> float:
    """Half of the smallest visible effect of another model, and no less than half a point."""
    error = standard_error("model", metric, single=single)
    found = smallest_visible(error.value) / 2
    least = LEAST_MARGIN if METRICS[metric].is_share else 0.0
    return max(found, least)


def chance_of_range(kind: str, low: float, high: float, margin: float) -> float:
    """The chance that a normal value whose 80 % range this is lies on the forecast side."""
    middle, error = (low + high) / 2, (high - low) / (2 * Z_90)
    if error <= 0:
        return 1.0
    spread = NormalDist(middle, error)
    if kind == "stays":
        return spread.cdf(margin) - spread.cdf(-margin)
    return 1 - spread.cdf(0) if kind == "rises" else spread.cdf(0)
