"""Find subgroups on which a model is wrong more often than elsewhere.

Every condition on a column, and every two on different columns, is a candidate: an
exhaustive search of depth two, as in Slice Finder (Chung et al., ICDE 2019). So are the
nodes of a shallow tree of the errors, which chooses its own cuts. Each is tested
against the rest of the rows by Fisher's exact test, one-sided.

Looking at thousands of subgroups finds some by chance. The p-values are corrected by
Holm's step-down method (Scandinavian Journal of Statistics, 1979). It keeps the chance
of even one false finding below the level however the candidates depend on one another,
and they do: they overlap. Benjamini and Yekutieli's method (2001) needs no independence
either, but bounds only the share of false findings, and a learner who follows one
finding needs that one to be true.

What a slice cannot show is why: where classes are hard to tell apart, or one of them is
rarer elsewhere, any model is wrong more often.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy.stats import binomtest, hypergeom
from sklearn.tree import DecisionTreeClassifier

from engine.explain.mistakes.slice_conditions import (
    Condition,
    Conditions,
    between,
    distinct_conditions,
    is_ordered,
    most_promising,
    numbers_of,
    single_conditions,
    surprise_of,
)
from engine.spec.schema import ColumnType, Schema

MAX_ROWS = 40_000
# The exact test takes up to 0.1 ms: only the candidates that stand out most get it.
MAX_TESTED = 5_000
# Of the significant ones, how many are compared with each other; the surest.
MAX_COMPARED = 300
# The tree is offered the most frequent categories and gaps only, for its time.
MAX_FLAGS = 100
LEVEL = 0.05
MIN_ROWS = 20
MIN_SHARE = 0.02
# A subgroup of one class, which is at most so frequent elsewhere.
PURE, MIXED = 0.98, 0.5
# Slices that share so much of their rows (Jaccard) are one finding.
ALIKE = 0.8


@dataclass(frozen=True)
class Slice:
    """Rows that fulfil all of one or two conditions.

    Attributes:
        size, errors: rows, and wrong predictions among them.
        rate: errors / size, with its Wilson 95 % interval `low` to `high` (Wilson 1927),
            which does not know that this slice was picked among many.
        rest_rate: of all other rows; `lift` is rate / rest_rate, None above a rate of 0.
        p_value: how often chance alone would give such a slice so many errors; of one from
            the tree, on the half of the rows that the tree did not see.
        adjusted_p_value: corrected for all that was looked at.
    """

    conditions: tuple[Condition, ...]
    size: int
    errors: int
    rate: float
    low: float
    high: float
    rest_rate: float
    lift: float | None
    p_value: float
    adjusted_p_value: float
    source: Literal["search", "tree"]


@dataclass(frozen=True)
class Slices:
    """The findings, most often wrong first; none where chance may explain all.

    Attributes:
        rows: looked at, a sample where there are more than `MAX_ROWS`.
        candidates: how many slices were looked at; `corrected_for` counts also those that
            were left out as unpromising.
        smallest: fewest rows of a candidate, and of its rest.
    """

    found: tuple[Slice, ...]
    rows: int
    errors: int
    candidates: int
    corrected_for: int
    smallest: int
    level: float

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, eq=False)
class _Candidate:
    """One slice that was tested.

    Attributes:
        parts: which rows fulfil each condition, of shape (n_rows,) each.
        against_parts: p-value against each of two conditions alone, the larger; 0 of one.
    """

    conditions: tuple[Condition, ...]
    parts: tuple[np.ndarray, ...]
    p_value: float
    against_parts: float
    adjusted: float = 1.0
    source: Literal["search", "tree"] = "search"

    @property
    def rows(self) -> np.ndarray:
        both: np.ndarray = np.logical_and.reduce(self.parts)
        return both

    @property
    def effort(self) -> int:
        """Reading effort of a condition: a range takes more than a category."""
        return sum(2 if one.kind == "between" else 1 for one in self.conditions)


def find_slices(
    table: pd.DataFrame,
    y: np.ndarray,
    prediction: np.ndarray,
    *,
    schema: Schema,
    seed: int = 0,
    level: float = LEVEL,
    limit: int = 10,
) -> Slices:
    """Subgroups of one or two conditions in which predictions are wrong more often.

    Args:
        table: original feature columns of rows that the model was not fitted on, shape
            (n_rows, n_features). Identifiers and columns marked as leaks make no
            conditions; of a text its frequent words do.
        y: true classes, shape (n_rows,), 0 or 1; `prediction` is what the model said.
        seed: of the sample and of the tree's half.
        level: chance of any false finding.
        limit: most findings.
    """
    rng = np.random.default_rng(seed)
    y = np.asarray(y)
    wrong = y != np.asarray(prediction)
    if len(table) > MAX_ROWS:
        rows = np.sort(rng.choice(len(table), MAX_ROWS, replace=False))
        table, y, wrong = table.iloc[rows], y[rows], wrong[rows]
    smallest = max(MIN_ROWS, int(np.ceil(MIN_SHARE * len(table))))
    known = [schema.by_name[name] for name in table.columns if name in schema.by_name]
    columns = [column for column in known if column.type != ColumnType.ID and not column.leak]
    numbers = {c.name: numbers_of(c, table[c.name]) for c in columns if is_ordered(c)}
    every = distinct_conditions(single_conditions(table, columns, numbers), smallest, len(table))
    single = most_promising(every, wrong)
    tested, looked_at, tests = _search(single, wrong, smallest)
    grown = _tree_nodes(table, every, numbers, wrong, smallest, rng)
    tests += len(grown)
    significant = [
        candidate
        for candidate in _holm([*tested, *grown], tests, level)
        if not _is_outcome(candidate.rows, y)
    ]
    # A condition has all the others to be paired with: of those, one does well by chance.
    clearly = level / max(len(single.conditions), 1)
    kept = _without_echoes(significant, wrong, smallest, level / max(tests, 1), clearly)
    return Slices(
        found=tuple(_slice(candidate, wrong) for candidate in kept[:limit]),
        rows=len(table),
        errors=int(wrong.sum()),
        candidates=looked_at + len(grown),
        corrected_for=tests,
        smallest=smallest,
        level=level,
    )


def _is_outcome(rows: np.ndarray, y: np.ndarray) -> bool:
    """Whether a subgroup is the outcome in other words: "exit interview = HR" holds nobody who
    stayed. Nobody knows who is in it before it has happened."""
    inside, outside = float(y[rows].mean()), float(y[~rows].mean())
    return (inside >= PURE and outside <= MIXED) or (1 - inside >= PURE and 1 - outside <= MIXED)


# --- The search -------------------------------------------------------------------------
def _excess(errors: Any, size: Any, all_errors: Any, rows: Any) -> Any:
    """p-value of Fisher's exact test, one-sided: so many errors in so many of the rows."""
    return hypergeom.sf(np.asarray(errors) - 1, rows, all_errors, size)


def _search(
    single: Conditions, wrong: np.ndarray, smallest: int
) -> tuple[list[_Candidate], int, int]:
    """Look at every condition and every pair of them, and test those that stand out.

    Returns:
        The tested, how many candidates there were, and how many to correct for.
    """
    count = len(single.conditions)
    as_numbers = single.rows.astype("float32")  # counts up to 2²⁴ stay exact
    sizes, errors = (part @ part.T for part in (as_numbers, as_numbers[:, wrong]))
    own_size, own_errors = np.diag(sizes), np.diag(errors)
    column = np.unique([c.column for c in single.conditions], return_inverse=True)[1]
    # A pair with the rows of one of its conditions says nothing that this one does not.
    is_new = (sizes >= smallest) & (sizes < np.minimum(own_size[:, None], own_size))
    is_candidate = np.triu(is_new & (column[:, None] != column)) | np.eye(count, dtype=bool)
    first, second = np.nonzero(is_candidate)
    looked_at = len(first)
    surprise = surprise_of(sizes[first, second], errors[first, second], wrong)
    outstanding = np.argsort(-surprise, kind="stable")[:MAX_TESTED]
    first, second = first[outstanding], second[outstanding]
    size, error = sizes[first, second], errors[first, second]
    p_values = _excess(error, size, wrong.sum(), len(wrong))
    against = [_excess(error, size, own_errors[n], own_size[n]) for n in (first, second)]
    alone = np.where(first == second, 0.0, np.maximum(*against))
    tested = []
    for one, other, p_value, against_parts in zip(first, second, p_values, alone, strict=True):
        parts = sorted({one, other})
        conditions = tuple(single.conditions[n] for n in parts)
        masks = tuple(single.rows[n] for n in parts)
        tested.append(_Candidate(conditions, masks, float(p_value), float(against_parts)))
    # What was left out for its errors counts as if it had been tested, pairs and all.
    unseen = single.left_out * (1 + count) + single.left_out * (single.left_out - 1) // 2
    return tested, looked_at, looked_at + unseen


def _holm(candidates: list[_Candidate], tests: int, level: float) -> list[_Candidate]:
    """The significant ones among so many tests, surest first; what is not given counts as 1."""
    ordered = sorted(candidates, key=lambda one: one.p_value)
    p_values = np.array([one.p_value for one in ordered])
    adjusted = np.maximum.accumulate(p_values * (tests - np.arange(len(ordered)))).clip(max=1)
    pairs = zip(ordered, adjusted, strict=True)
    return [replace(one, adjusted=float(value)) for one, value in pairs if value <= level]


def _without_echoes(
    significant: list[_Candidate], wrong: np.ndarray, smallest: int, level: float, clearly: float
) -> list[_Candidate]:
    """The slices that are a finding each, most often wrong first.

    A slice inside another must be clearly worse than it. Of two with nearly the same rows
    the simpler is kept. And what overlaps a bad slice has many errors because of it, so
    the rows of every finding are set aside: the next must be significant on what is left.
    """
    candidates = [one for one in significant if one.against_parts <= clearly][:MAX_COMPARED]
    rows = np.array([one.rows for one in candidates], dtype=bool).reshape(-1, len(wrong))
    size, errors = rows.sum(axis=1), rows[:, wrong].sum(axis=1)
    shared = rows.astype("float32") @ rows.T.astype("float32")
    is_alike = shared / (size[:, None] + size - shared) > ALIKE
    inner, outer = np.nonzero((shared == size[:, None]) & ~is_alike)
    against = _excess(errors[inner], size[inner], errors[outer], size[outer])
    is_clear = ~np.isin(np.arange(len(candidates)), inner[against > clearly])
    effort = np.array([one.effort for one in candidates])
    has_simpler = (is_alike & is_clear & (effort[:, None] > effort)).any(axis=1)
    kept: list[_Candidate] = []
    left = np.ones(len(wrong), dtype=bool)
    for place in np.argsort(-errors / size, kind="stable"):
        here = rows[place] & left
        if has_simpler[place] or not is_clear[place] or here.sum() < smallest:
            continue
        p_value = _excess((here & wrong).sum(), here.sum(), (left & wrong).sum(), left.sum())
        if not kept or p_value <= level:
            kept.append(candidates[place])
            left &= ~rows[place]
    return kept


def _slice(candidate: _Candidate, wrong: np.ndarray) -> Slice:
    rows = candidate.rows
    size, errors = int(rows.sum()), int((rows & wrong).sum())
    interval = binomtest(errors, size).proportion_ci(method="wilson")
    rest_rate = float(wrong[~rows].mean())
    return Slice(
        conditions=candidate.conditions,
        size=size,
        errors=errors,
        rate=errors / size,
        low=float(interval.low),
        high=float(interval.high),
        rest_rate=rest_rate,
        lift=errors / size / rest_rate if rest_rate else None,
        p_value=candidate.p_value,
        adjusted_p_value=candidate.adjusted,
        source=candidate.source,
    )


# --- The tree ---------------------------------------------------------------------------
def _tree_nodes(
    table: pd.DataFrame,
    every: Conditions,
    numbers: dict[str, np.ndarray],
    wrong: np.ndarray,
    smallest: int,
    rng: np.random.Generator,
) -> list[_Candidate]:
    """Nodes of a tree of depth two that grew on half of the rows, tested on the other half.

    A tree cuts where the errors are, so the rows that grew it cannot test it ("honest"
    trees: Athey and Imbens, PNAS 2016). Its numbers may be cut anywhere.
    """
    grows = np.isin(np.arange(len(wrong)), rng.permutation(len(wrong))[: len(wrong) // 2])
    names = [name for name, values in numbers.items() if not np.isnan(values[grows]).all()]
    flags = [n for n, condition in enumerate(every.conditions) if condition.kind != "between"]
    flags = sorted(flags, key=lambda n: -np.count_nonzero(every.rows[n]))[:MAX_FLAGS]
    if len(np.unique(wrong[grows])) < 2 or not names:
        return []
    filled = [np.where(np.isnan(v := numbers[n]), np.nanmedian(v[grows]), v) for n in names]
    X = np.column_stack([*filled, *every.rows[flags]]).astype("float32")
    tree = DecisionTreeClassifier(max_depth=2, min_samples_leaf=smallest // 2, random_state=0)
    tree.fit(X[grows], wrong[grows])
    found = []
    for path in _paths(tree.tree_):
        parts: dict[str, tuple[Condition, np.ndarray]] = {}
        for place, cut, is_above in path:
            if place < len(names):
                name, values = names[place], numbers[names[place]]
                rows = values > cut if is_above else values <= cut
                rows = rows & parts[name][1] if name in parts else rows
                if not rows.any():
                    break
                parts[name] = between(name, table[name], values, rows), rows
            elif is_above:
                flag = every.conditions[flags[place - len(names)]]
                parts[flag.column] = flag, every.rows[flags[place - len(names)]]
            else:
                break  # "not this category" would be a condition on all the others
        else:
            conditions, masks = zip(*parts.values(), strict=True)
            size = np.count_nonzero(np.logical_and.reduce(masks))
            if smallest <= size <= len(wrong) - smallest:
                found.append(_grown(conditions, masks, wrong, ~grows))
    return found


def _paths(tree: Any, node: int = 0, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """To every node but the root: the feature, the cut and whether above it, step by step."""
    if path:
        yield path
    if tree.children_left[node] != tree.children_right[node]:
        step = int(tree.feature[node]), float(tree.threshold[node])
        yield from _paths(tree, tree.children_left[node], (*path, (*step, False)))
        yield from _paths(tree, tree.children_right[node], (*path, (*step, True)))


def _grown(
    conditions: tuple[Condition, ...],
    masks: tuple[np.ndarray, ...],
    wrong: np.ndarray,
    tests: np.ndarray,
) -> _Candidate:
    """A node, tested on the rows that the tree has not seen."""
    inside, errors = np.logical_and.reduce(masks)[tests], wrong[tests]
    # Against everybody first, then against each of two conditions alone.
    outer = [np.ones(len(errors), dtype=bool), *(mask[tests] for mask in masks)]
    p_values = [
        float(_excess((inside & errors).sum(), inside.sum(), (errors & part).sum(), part.sum()))
        for part in outer
    ]
    against_parts = max(p_values[1:]) if len(masks) > 1 else 0.0
    return _Candidate(conditions, masks, p_values[0], against_parts, source="tree")
