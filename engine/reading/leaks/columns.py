"""Single columns that know the outcome: by their value, by being missing, by one category, or in
another guise of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from engine.judge.leaks import LEAK_AUC, auc_without, stands_out
from engine.reading.health.alone import alone_by_category
from engine.reading.leaks.look import FEW_VALUES, Look
from engine.reading.leaks.suspicion import Count, Suspicion, counts_by, is_pure, short
from engine.spec.schema import Column, ColumnType

# So good, a column is a copy of the target.
COPY_AUC = 0.985
# It misranks less than this share of the pairs that the next best column misranks.
MISRANKED_BY_NEXT = 1 / 3
# Correlation (φ) of a column of two values with the target.
RECODED = 0.85
MISSING_AUC = 0.75
# What a part of a value (its last digit, its prefix) tells, of a value with a meaning and of an
# identifier, which has none.
GUISE_AUC, GUISE_OF_ID_AUC = 0.9, 0.75
BINS = 5
SHOWN = 6


def strong_columns(look: Look) -> Iterator[Suspicion]:
    """Columns that rank the classes nearly alone, while all others do not."""
    strong = {name: auc for name, auc in look.alone.items() if auc >= LEAK_AUC}
    if not strong:
        return
    others = auc_without(look.frame, look.schema, strong)
    honest = [auc for name, auc in look.alone.items() if name not in strong]
    for name, auc in strong.items():
        rivals = [other for rival, other in strong.items() if rival != name] + honest
        leads = 1 - auc < MISRANKED_BY_NEXT * (1 - max(rivals, default=0.5))
        if stands_out(auc, others) or leads:
            code = "copy" if auc >= COPY_AUC else "alone"
            values = {"auc": auc, "others": others}
            yield Suspicion(code, (name,), values, counts=counts_of(look, name))


def recoded_targets(look: Look) -> Iterator[Suspicion]:
    """Columns of two values that say the same as the target, but for a few slips."""
    for column in look.schema.features:
        values = look.frame[column.name]
        if column.distinct != 2:
            continue
        codes, known = pd.factorize(values)[0], values.notna().to_numpy()
        if len(np.unique(look.target[known])) < 2 or len(np.unique(codes[known])) < 2:
            continue
        agreement = abs(float(np.corrcoef(codes[known], look.target[known])[0, 1]))
        if agreement >= RECODED:
            told = {"auc": look.alone.get(column.name), "agreement": agreement}
            yield Suspicion("copy", (column.name,), told, counts=counts_of(look, column.name))


def counts_of(look: Look, name: str) -> tuple[Count, ...]:
    """How the classes lie along a column: fifths of a number, or the commonest categories."""
    values = look.frame[name]
    numbers = look.numbers(look.schema.by_name[name])
    if numbers is None or numbers.nunique() <= SHOWN:
        found = list(counts_by(values, look.target).items())[:SHOWN]
        counts = [Count(short(value), rows, positive) for value, (rows, positive) in found]
    else:
        bins = pd.qcut(numbers, BINS, labels=False, duplicates="drop")
        counts = []
        for place in sorted(bins.dropna().unique()):
            here = (bins == place).to_numpy()
            inside = values[here]
            label = f"{short(inside.min())} – {short(inside.max())}"
            counts.append(Count(label, int(here.sum()), int(look.target[here].sum())))
    missing = values.isna().to_numpy()
    if missing.any():
        counts.append(Count("", int(missing.sum()), int(look.target[missing].sum())))
    return tuple(counts)


def missing_columns(look: Look) -> Iterator[Suspicion]:
    """Columns that are filled in, or left empty, where the outcome came."""
    for column in look.schema.features:
        missing = look.frame[column.name].isna().to_numpy()
        if not 0 < missing.sum() < len(missing):
            continue
        rates = [missing[look.target == code].mean() for code in (0, 1)]
        auc = 0.5 + abs(rates[1] - rates[0]) / 2
        parts = [
            Count(label, int(rows.sum()), int(look.target[rows].sum()))
            for label, rows in (("", missing), ("+", ~missing))
        ]
        pure = any(is_pure(part.rows, part.positive, look.share, 2) for part in parts)
        certain = auc - 2 * look.error() >= MISSING_AUC - 0.05
        if pure or (auc >= MISSING_AUC and certain):
            yield Suspicion("missing", (column.name,), {"auc": auc}, counts=tuple(parts))


def pure_categories(look: Look) -> Iterator[Suspicion]:
    """Columns of which one value holds one class, in more rows than an honest one would."""
    for column in look.schema.features:
        values = look.frame[column.name]
        if column.distinct > FEW_VALUES or column.type in {ColumnType.TEXT, ColumnType.ID}:
            continue
        found = counts_by(values, look.target)
        for value, (rows, positive) in found.items():
            if is_pure(rows, positive, look.share, len(found)):
                shown = {value: found[value]} | found
                yield Suspicion(
                    "pure",
                    (column.name,),
                    {"value": short(value), "rows": rows, "positive": positive}
                    | {"share": look.share},
                    counts=tuple(Count(short(v), *shown[v]) for v in list(shown)[:SHOWN]),
                )
                break


def guises(look: Look) -> Iterator[Suspicion]:
    """Columns a part of whose value is the target: the last digit, the prefix, the length."""
    for column in look.schema.features:
        values = look.frame[column.name]
        if column.type == ColumnType.TEXT or column.distinct <= 2:
            continue
        known = look.alone.get(column.name, 0.5)
        least = GUISE_OF_ID_AUC if column.type == ColumnType.ID else GUISE_AUC
        for part, taken in _parts(column, values):
            if taken.nunique() > FEW_VALUES:
                continue
            auc = alone_by_category(taken, look.target) or 0.5
            if auc >= least and auc >= known + 0.05:
                counts = [
                    Count(short(value), *found)
                    for value, found in list(counts_by(taken, look.target).items())[:SHOWN]
                ]
                values_told = {"part": part, "auc": auc}
                yield Suspicion("guise", (column.name,), values_told, counts=tuple(counts))
                break


def _parts(column: Column, values: pd.Series) -> Iterator[tuple[str, pd.Series]]:
    """Parts of a value that may tell, by what they are."""
    if column.numeric:
        whole = np.floor(values)
        if (values == whole).mean() > 0.5:
            yield "last_digit", (whole % 10).astype(object)
        yield "whole", (values == whole).where(values.notna()).astype(object)
        return
    if column.date_format:
        return
    texts = values.astype(object)
    yield "first", texts.str[:1]
    yield "last", texts.str[-1:]
    yield "prefix", texts.str.extract(r"^(\D*)", expand=False)
    yield "suffix", texts.str.extract(r"([^\d\W_]*)$", expand=False)
    yield "length", texts.str.len().astype(object)
