"""Rows that a split would tear apart: equal ones, contradicting ones, and those of one group."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from engine.reading.leaks.names import is_identifier
from engine.reading.leaks.repairs import Repair
from engine.reading.leaks.suspicion import Suspicion
from engine.spec.schema import Column, ColumnType, Schema

# Of so many cells equal rows are looked for; of a wider table, in its most telling columns.
MOST_CELLS = 10_000_000
FEWEST_EQUAL = 3
SHARE_EQUAL = 0.005
FEWEST_GROUPS = 30
GROUP_SIZES = (1.25, 25)
# Rows of the same group agree in the class so much more than others.
LEAST_CORRELATION = 0.05
CERTAIN, QUITE_CERTAIN = 4.0, 3.0
# Columns that never change within a group show that it is one person or thing.
SAME_IN_GROUP = 0.95
CHANCE_OF_SAME = 0.5
PROOF = 2


@dataclass(frozen=True)
class EqualRows:
    """Rows with the same values in every column but identifiers.

    Attributes:
        by_features: a hash of each row's features, shape (n_rows,).
        by_chance: among rows of few values some are equal, and then far more are nearly so.
    """

    by_features: np.ndarray
    by_chance: bool


def features_of_rows(frame: pd.DataFrame, schema: Schema) -> list[Column]:
    """Columns in which rows may be equal: not those that number them."""
    found = [
        column
        for column in schema.features
        if column.type != ColumnType.ID and column.distinct + column.missing < len(frame)
    ]
    most = max(MOST_CELLS // max(len(frame), 1), 1)
    return sorted(found, key=lambda column: -column.distinct)[:most]


def equal_rows(frame: pd.DataFrame, schema: Schema) -> EqualRows:
    """Find equal rows, and whether chance explains them.

    In a table of few values as many rows differ in one column only as chance makes equal, and
    more; rows that were copied have no such neighbours.
    """
    hashes = [_hashed(frame[c.name], n) for n, c in enumerate(features_of_rows(frame, schema))]
    if not hashes:
        return EqualRows(np.arange(len(frame)), by_chance=True)
    whole: np.ndarray = np.add.reduce(hashes, dtype=np.uint64)
    exact = _pairs(whole)
    if not exact:
        return EqualRows(whole, by_chance=True)
    nearly = sum(_pairs(whole - one) - exact for one in hashes)
    return EqualRows(whole, by_chance=len(hashes) == 1 or nearly >= exact)


def _hashed(values: pd.Series, place: int) -> np.ndarray:
    codes = pd.factorize(values)[0].astype(np.int64)
    salted: np.ndarray = pd.util.hash_array(codes * 1_000_003 + place + 1)
    return salted * np.uint64(2 * place + 1)


def _pairs(hashes: np.ndarray) -> int:
    counts = np.unique(hashes, return_counts=True)[1].astype(np.int64)
    return int((counts * (counts - 1) // 2).sum())


def duplicate_rows(equal: EqualRows, target: np.ndarray) -> np.ndarray:
    """Which rows repeat an earlier one, class included, shape (n_rows,)."""
    pairs = pd.DataFrame({"row": equal.by_features, "target": target})
    found: np.ndarray = pairs.duplicated().to_numpy()
    return found


def conflicting_rows(equal: EqualRows, target: np.ndarray) -> np.ndarray:
    """Which rows have an equal one of the other class, shape (n_rows,)."""
    classes = pd.Series(target).groupby(equal.by_features)
    found: np.ndarray = (classes.transform("min") != classes.transform("max")).to_numpy()
    return found


def repeated_rows(frame: pd.DataFrame, schema: Schema) -> Iterator[Suspicion]:
    """Equal rows that would stand on both sides of a split, and equal rows of both classes."""
    equal, target = equal_rows(frame, schema), schema.encode_target(frame)
    if equal.by_chance:
        return
    least = max(FEWEST_EQUAL, SHARE_EQUAL * len(frame))
    for code, repair, rows in (
        ("duplicates", Repair.DUPLICATES, duplicate_rows(equal, target)),
        ("conflicts", Repair.CONFLICTS, conflicting_rows(equal, target)),
    ):
        if (count := int(rows.sum())) >= least:
            yield Suspicion(code, (), {"count": count, "of": len(frame)}, (repair,))


def repeated_groups(frame: pd.DataFrame, schema: Schema) -> Iterator[Suspicion]:
    """The column of people or things with several rows each, whose class they share."""
    target = schema.encode_target(frame)
    found = []
    for column in schema.features:
        groups = len(frame) - column.missing
        if column.type in {ColumnType.TEXT, ColumnType.DATETIME} or not column.distinct:
            continue
        size = groups / column.distinct
        if column.distinct < FEWEST_GROUPS or not GROUP_SIZES[0] <= size <= GROUP_SIZES[1]:
            continue
        correlation, certainty = within_groups(frame[column.name], target)
        if correlation < LEAST_CORRELATION or certainty < QUITE_CERTAIN:
            continue
        proofs = constant_columns(frame, schema, column.name)
        named = is_identifier(column.name)
        if len(proofs) >= PROOF or (named and (proofs or certainty >= CERTAIN)):
            found.append((named, column.distinct, column, correlation, proofs))
    if found:
        *_, column, correlation, proofs = max(found, key=lambda one: one[:2])
        values = {
            "groups": column.distinct,
            "rows": len(frame) - column.missing,
            "correlation": correlation,
            "same": proofs[:PROOF],
        }
        repairs = (Repair.DROP, Repair.MARK) if column.missing else (Repair.GROUP, Repair.DROP)
        yield Suspicion("groups", (column.name,), values, repairs)


def within_groups(groups: pd.Series, target: np.ndarray) -> tuple[float, float]:
    """How much more rows of one group agree in the class than any two.

    Returns:
        The intraclass correlation of pairs, and how many of its standard errors it is from 0.
    """
    known = groups.notna().to_numpy()
    apart = target[known] - target[known].mean()
    codes = pd.factorize(groups[known])[0]
    sizes = np.bincount(codes)
    sums, squares = np.bincount(codes, apart), np.bincount(codes, apart**2)
    pairs = float((sizes * (sizes - 1)).sum())
    variance = float((apart**2).mean())
    if not pairs or not variance:
        return 0.0, 0.0
    correlation = float((sums**2 - squares).sum()) / pairs / variance
    return correlation, correlation * float(np.sqrt(pairs / 2))


def constant_columns(frame: pd.DataFrame, schema: Schema, by: str) -> list[str]:
    """Columns that have one value in nearly every group of several rows, and would not by
    chance."""
    codes = pd.factorize(frame[by])[0]
    several = np.bincount(codes[codes >= 0])[codes] > 1
    several &= codes >= 0
    total = len(np.unique(codes[several]))
    found = []
    for column in schema.features:
        if column.name == by:
            continue
        values = pd.factorize(frame[column.name])[0]
        shares = np.bincount(values + 1) / len(values)
        if float((shares**2).sum()) > CHANCE_OF_SAME:
            continue
        kinds = len(np.unique(codes[several].astype(np.int64) * (len(frame) + 1) + values[several]))
        if total and kinds <= total * (2 - SAME_IN_GROUP):
            found.append(column.name)
    return found
