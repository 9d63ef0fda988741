"""Train, test and hidden holdout: a pure function of the data and a policy."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype
from sklearn.model_selection import StratifiedGroupKFold, train_test_split

from engine.reading.table_format import DataError
from engine.spec.schema import SplitPolicy

MIN_ROWS_OF_A_CLASS = 5
# Texts that sort as their times do, as long as they are written alike.
SORTED_TIMES = tuple(
    rf"\d{{4}}-\d{{2}}-\d{{2}}({between}\d{{2}}:\d{{2}}(:\d{{2}}(\.\d+)?)?)?" for between in "T "
)

Parts = tuple[np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Split:
    """Row positions of each part, shape (n_rows_of_part,).

    Sorted by position; with a split by time, by time.
    """

    train: np.ndarray
    test: np.ndarray
    holdout: np.ndarray
    policy: SplitPolicy = field(default_factory=SplitPolicy)


def split_rows(frame: pd.DataFrame, target: str, policy: SplitPolicy) -> Split:
    """Divide the rows of a canonical frame.

    Args:
        frame: shape (n_rows, n_columns).

    Raises:
        DataError: the policy's column has missing values, too few groups, or no times,
            or a part would have fewer than five rows of a class.
    """
    if policy.kind != "stratified":
        _check_column(frame, policy)
    match policy.kind:
        case "stratified":
            train, test, holdout = _stratified(frame[target].to_numpy(), policy)
        case "time":
            train, test, holdout = _by_time(frame[policy.column], policy)
        case "group":
            train, test, holdout = _by_group(
                frame[target].to_numpy(), frame[policy.column].to_numpy(), policy
            )
    split = Split(train, test, holdout, policy)
    _check_classes(frame[target], split)
    return split


def _check_column(frame: pd.DataFrame, policy: SplitPolicy) -> None:
    if policy.column not in frame:
        raise DataError("no_such_split_column", name=policy.column or "")
    if missing := int(frame[policy.column].isna().sum()):
        raise DataError("split_column_has_missing", name=policy.column, count=missing)
    groups, least = frame[policy.column].nunique(), round(1 / policy.holdout)
    if policy.kind == "group" and groups < least:
        raise DataError("too_few_groups", name=policy.column, groups=groups, least=least)
    if policy.kind == "time" and not _can_be_sorted(frame[policy.column]):
        raise DataError("split_column_without_times", name=policy.column)


def _can_be_sorted(times: pd.Series) -> bool:
    """Return whether these are numbers or ISO 8601 dates: other texts sort by their letters."""
    return is_numeric_dtype(times) or any(
        times.str.fullmatch(written).all() for written in SORTED_TIMES
    )


def _check_classes(target: pd.Series, split: Split) -> None:
    for part in ("train", "test", "holdout"):
        counts = target.iloc[getattr(split, part)].value_counts()
        for name in target.unique():
            if (rows := int(counts.get(name, 0))) < MIN_ROWS_OF_A_CLASS:
                raise DataError("class_missing_in_part", part=part, name=str(name), rows=rows)


def _stratified(target: np.ndarray, policy: SplitPolicy) -> Parts:
    """Every part has the same share of each class."""
    rows = np.arange(len(target))
    known, holdout = train_test_split(
        rows, test_size=policy.holdout, stratify=target, random_state=policy.seed
    )
    train, test = train_test_split(
        known,
        test_size=policy.test / (1 - policy.holdout),
        stratify=target[known],
        random_state=policy.seed,
    )
    return np.sort(train), np.sort(test), np.sort(holdout)


def _by_time(times: pd.Series, policy: SplitPolicy) -> Parts:
    """The past to learn from, then the test, then the latest rows as holdout."""
    rows = np.argsort(times.to_numpy(), kind="stable")
    holdout_begins = round(len(rows) * (1 - policy.holdout))
    test_begins = round(len(rows) * (1 - policy.holdout - policy.test))
    return rows[:test_begins], rows[test_begins:holdout_begins], rows[holdout_begins:]


def _by_group(target: np.ndarray, groups: np.ndarray, policy: SplitPolicy) -> Parts:
    """Assign whole groups to parts, with shares of rows and classes as close as possible."""

    def take(rows: np.ndarray, share: float) -> tuple[np.ndarray, np.ndarray]:
        parts = max(2, round(1 / share))
        folds = StratifiedGroupKFold(parts, shuffle=True, random_state=policy.seed)
        kept, taken = next(folds.split(rows, target[rows], groups[rows]))
        return rows[kept], rows[taken]

    known, holdout = take(np.arange(len(target)), policy.holdout)
    train, test = take(known, policy.test / (1 - policy.holdout))
    return train, test, holdout
