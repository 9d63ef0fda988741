"""Dates that lie after the outcome, and identifiers that were given class by class."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from engine.reading.health.alone import alone_by_number
from engine.reading.leaks.look import Look
from engine.reading.leaks.names import is_identifier
from engine.reading.leaks.repairs import Repair
from engine.reading.leaks.suspicion import (
    Count,
    Suspicion,
    is_pure,
    short,
)
from engine.spec.schema import Column, ColumnType

# Days between two dates that rank the classes so well are no duration, but the outcome.
BETWEEN_AUC = 0.85
# Numbers grow with time, and the share of a class may drift: that stays below.
ORDER_AUC = 0.75
# An identifier's numbers lie so dense, in multiples of the rows.
DENSE = 3
NEARLY_UNIQUE = 0.95
MOST_DATES = 8
QUARTERS = 4


def late_dates(look: Look) -> Iterator[Suspicion]:
    """Dates that lie after another date of their row where the outcome came, and only there."""
    dates = [c for c in look.schema.features if c.type == ColumnType.DATETIME][:MOST_DATES]
    seconds = {column.name: look.numbers(column) for column in dates}
    for first, second in combinations(seconds, 2):
        one, other = seconds[first], seconds[second]
        if one is None or other is None:
            continue
        known = (one.notna() & other.notna()).to_numpy()
        days, target = (one - other).to_numpy()[known], look.target[known]
        if not 0 < target.sum() < len(target):
            continue
        found = _late(days, target, look.share)
        if found is None:
            continue
        late, before = (first, second) if found > 0 else (second, first)
        after = days * found > 0
        counts = tuple(
            Count(label, int(rows.sum()), int(target[rows].sum()))
            for label, rows in (("after", after), ("before", ~after))
        )
        auc = float(roc_auc_score(target, days))
        values = {"other": before, "auc": max(auc, 1 - auc)}
        yield Suspicion("late", (late,), values, counts=counts)


def _late(days: np.ndarray, target: np.ndarray, share: float) -> int | None:
    """1 where the first date is the late one, -1 where the second is; None where neither is."""
    auc = float(roc_auc_score(target, days))
    if max(auc, 1 - auc) >= BETWEEN_AUC:
        return 1 if auc > 0.5 else -1
    for sign in (1, -1):
        after = days * sign > 0
        # Where one date always comes after the other, that is what they mean.
        if 0 < after.sum() < len(after) and is_pure(
            int(after.sum()), int(target[after].sum()), share, 2
        ):
            return sign
    return None


def ordered_identifiers(look: Look) -> Iterator[Suspicion]:
    """Identifiers whose order tells the class: rows were numbered, or put together, by it."""
    for column in look.schema.features:
        values = look.frame[column.name]
        if not _is_identifier(column, values):
            continue
        order = _order(look.numbers(column), values)
        auc = alone_by_number(order, look.target)
        if auc is None or auc < ORDER_AUC or auc - 2 * look.error() < ORDER_AUC - 0.05:
            continue
        repairs: tuple[Repair, ...] = (Repair.DROP, Repair.MARK)
        if column.numeric and not column.missing:
            repairs = (*repairs, Repair.TIME)
        yield Suspicion(
            "ordered", (column.name,), {"auc": auc}, repairs, _quarters(order, values, look.target)
        )


def _is_identifier(column: Column, values: pd.Series) -> bool:
    if column.date_format or column.type == ColumnType.TEXT:
        return False
    present = values.dropna()
    if not len(present) or present.nunique() < NEARLY_UNIQUE * len(present):
        return False
    if is_identifier(column.name):
        return True
    if not column.numeric:
        return column.type == ColumnType.ID
    is_whole = bool((present == np.floor(present)).all())
    span = float(present.max() - present.min() + 1)
    # The frame may be a sample of the table, whose rows all have a number.
    return is_whole and span <= DENSE * max(column.distinct, len(present))


def _order(numbers: pd.Series | None, values: pd.Series) -> pd.Series:
    """Of numbers, of the number at a text's end, or of the text itself."""
    if numbers is not None:
        return numbers
    digits = values.astype(object).str.extract(r"(\d+)\D*$", expand=False)
    if digits.notna().sum() >= NEARLY_UNIQUE * values.notna().sum():
        return digits.astype("float64")
    return values.rank(method="dense").astype("float64")


def _quarters(order: pd.Series, values: pd.Series, target: np.ndarray) -> tuple[Count, ...]:
    places = pd.qcut(order.rank(method="first"), QUARTERS, labels=False).to_numpy()
    counts = []
    for quarter in range(QUARTERS):
        here = places == quarter
        inside = values[here].loc[order[here].sort_values().index]
        label = f"{short(inside.iloc[0])} – {short(inside.iloc[-1])}"
        counts.append(Count(label, int(here.sum()), int(target[here].sum())))
    return tuple(counts)
