"""Name the columns of text from which nothing could be learnt."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd

from engine.build.instantiate import build
from engine.build.spec_builder import column_groups
from engine.failures import CannotRun
from engine.spec.config import ExperimentConfig
from engine.spec.schema import Schema


@contextmanager
def naming_texts(config: ExperimentConfig, schema: Schema, X: pd.DataFrame) -> Iterator[None]:
    """Add to a failure over words the columns that it is about.

    Args:
        X: the training rows, shape (n_rows, n_columns).

    Raises:
        CannotRun: the failure of before, with `names` in its context.
    """
    try:
        yield
    except CannotRun as error:
        if error.code != "empty_vocabulary":
            raise
        raise CannotRun(error.code, names=_wordless(config, schema, X)) from error


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
    names = [group.columns[0] for group in groups]
    return found or [min(names, key=lambda name: X[name].notna().sum())]
