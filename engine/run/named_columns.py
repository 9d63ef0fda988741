"""Name the columns that a failure of a fit is about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd

from engine.build.instantiate import build
from engine.build.spec_builder import column_groups
from engine.failures import CannotRun
from engine.spec.config import ExperimentConfig
from engine.spec.schema import Schema


@contextmanager
def naming_columns(config: ExperimentConfig, schema: Schema, X: pd.DataFrame) -> Iterator[None]:
    """Add to a failure that comes from values of single columns the names of these.

    Args:
        X: the training rows, shape (n_rows, n_columns).

    Raises:
        CannotRun: the failure of before, with `names` in its context where columns are at fault.
    """
    try:
        yield
    except CannotRun as error:
        if error.code == "empty_vocabulary":
            names = _wordless(config, schema, X)
        elif error.code == "no_value":
            names = _least_filled(X)
        elif error.code in ("needs_scaling", "not_finite"):
            names = _of_largest_numbers(X)
        else:
            raise
        raise CannotRun(error.code, **error.context | {"names": names}) from error


def _wordless(config: ExperimentConfig, schema: Schema, X: pd.DataFrame) -> list[str]:
    """Texts without a frequent word in the whole training set; else the one that is filled in
    least, since only a fold of it has none."""
    groups = [group for group in column_groups(config, schema) if group.single]
    found = []
    for group in groups:
        name = group.columns[0]
        try:
            build(group.steps).fit(X[name])
        except ValueError:
            found.append(name)
    return found or _least_filled(X[[group.columns[0] for group in groups]])


def _least_filled(X: pd.DataFrame) -> list[str]:
    """The columns of numbers, or else of anything, that have the fewest values."""
    numbers = X.select_dtypes("number")
    present = (X if numbers.empty else numbers).notna().sum()
    return [str(name) for name in present.index[present == present.min()]]


def _of_largest_numbers(X: pd.DataFrame) -> list[str]:
    """The column with the number that is farthest from zero; none where none has numbers."""
    largest = np.abs(X.select_dtypes("number")).max()
    return [str(largest.idxmax())] if largest.notna().any() else list(map(str, X))
