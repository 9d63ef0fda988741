"""Pairwise feature associations, and clusters of correlated features."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from engine.build import runtime_helpers
from engine.explain.features import FeatureModel

MAX_ROWS = 2_000
# From |r| = 0.7 on, collinearity distorts models (Dormann et al., Ecography 2013).
GROUPED_FROM = 0.7
# Rarer categories count as one.
MAX_CATEGORIES = 30


@dataclass(frozen=True)
class Group:
    """A cluster of strongly associated features.

    Attributes:
        association: mean over its pairs, 0 to 1.
    """

    features: tuple[str, ...]
    association: float

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def correlated_groups(model: FeatureModel, table: pd.DataFrame) -> tuple[Group, ...]:
    """Clusters of two or more features, the most strongly associated first.

    Hierarchical clustering with 1 − association as the distance, as in scikit-learn's
    "Permutation importance with multicollinear or correlated features", but with average
    linkage, so that the threshold is a mean association. At most `MAX_ROWS` rows, evenly
    spread, are looked at; texts are in no group.

    Args:
        table: features, shape (n_rows, n_features).
    """
    if len(table) > MAX_ROWS:
        table = table.iloc[np.linspace(0, len(table) - 1, MAX_ROWS).astype(int)]
    names, matrix = associations(model, table)
    if len(names) < 2:
        return ()
    tree = linkage(squareform(1 - matrix, checks=False), method="average")
    clusters = fcluster(tree, 1 - GROUPED_FROM, criterion="distance")
    groups = []
    for cluster in np.unique(clusters):
        members = np.flatnonzero(clusters == cluster)
        if len(members) > 1:
            pairs = matrix[np.ix_(members, members)][np.triu_indices(len(members), 1)]
            groups.append(Group(tuple(names[m] for m in members), float(pairs.mean())))
    return tuple(sorted(groups, key=lambda group: -group.association))


def associations(model: FeatureModel, table: pd.DataFrame) -> tuple[list[str], np.ndarray]:
    """Association between any two features, 0 to 1; text features are left out.

    |Spearman's ρ| between numbers (dates are days), the bias-corrected Cramér's V between
    categories (Bergsma, Journal of the Korean Statistical Society 2013), and the
    correlation ratio of the number's ranks between a number and a category, corrected for
    the number of categories (ε², Kelley 1935). Missing is a category of its own; missing
    numbers are left out pair by pair. What does not vary is associated with nothing.

    Returns:
        The names, numbers first, and a symmetric matrix with ones on its diagonal.
    """
    numbers = _numbers(model, table)
    categories = [name for name in model.names if model.kinds[name] == "category"]
    flags = [_flags(table[name]) for name in categories]
    count, total = len(numbers.columns), len(numbers.columns) + len(categories)
    matrix = np.eye(total)
    with np.errstate(invalid="ignore"):
        matrix[:count, :count] = numbers.corr(method="spearman").abs().to_numpy()
    ranks = numbers.rank().to_numpy()
    for place, own in enumerate(flags):
        matrix[:count, count + place] = _correlation_ratios(ranks, own)
        for other in range(place):
            matrix[count + other, count + place] = _cramers_v(flags[other], own)
    matrix = np.nan_to_num(matrix)
    matrix = np.triu(matrix, 1)
    return [*numbers.columns, *categories], np.clip(matrix + matrix.T, 0, 1) + np.eye(total)


def _numbers(model: FeatureModel, table: pd.DataFrame) -> pd.DataFrame:
    """Numbers, and dates as days, shape (n_rows, n_numbers)."""
    columns = {}
    for name in model.names:
        if model.kinds[name] == "number":
            columns[name] = table[name].astype("float64")
        elif model.kinds[name] == "date":
            columns[name] = runtime_helpers.date_parts(table[[name]], ["elapsed_days"])[:, 0]
    return pd.DataFrame(columns, index=table.index)


def _flags(values: pd.Series) -> np.ndarray:
    """One column of 0 and 1 per category, the rare ones together, shape (n_rows, n_found)."""
    codes = pd.factorize(values)[0]
    counts = np.bincount(codes + 1)
    by_count = np.argsort(-counts, kind="stable")
    place = np.empty_like(by_count)
    place[by_count] = np.arange(len(by_count)).clip(max=MAX_CATEGORIES)
    found = np.eye(MAX_CATEGORIES + 1)[place[codes + 1]]
    return found[:, found.any(axis=0)]


def _correlation_ratios(ranks: np.ndarray, flags: np.ndarray) -> np.ndarray:
    """η of every number given one category, shape (n_numbers,); NaN where undefined."""
    present = (~np.isnan(ranks)).astype("float64")
    filled = np.nan_to_num(ranks)
    rows, counts = present.sum(axis=0), flags.T @ present
    mean = filled.sum(axis=0) / np.maximum(rows, 1)
    centred = (filled - mean) * present
    between = ((flags.T @ centred) ** 2 / np.maximum(counts, 1)).sum(axis=0)
    groups = (counts > 0).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        within = 1 - between / (centred**2).sum(axis=0)
        corrected = 1 - within * (rows - 1) / (rows - groups)
    ratios: np.ndarray = np.sqrt(np.maximum(corrected, 0))
    return np.where((groups > 1) & (rows > groups), ratios, np.nan)


def _cramers_v(first: np.ndarray, second: np.ndarray) -> float:
    """Bias-corrected Cramér's V of two categories; 0 where one of them does not vary."""
    counts = first.T @ second
    rows = counts.sum()
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / rows
    sizes = np.array(counts.shape)
    phi_squared = ((counts - expected) ** 2 / expected).sum() / rows
    phi_squared = max(0.0, phi_squared - np.prod(sizes - 1) / (rows - 1))
    corrected = sizes - (sizes - 1) ** 2 / (rows - 1)
    most = corrected.min() - 1
    return float(np.sqrt(phi_squared / most)) if most > 0 else 0.0
