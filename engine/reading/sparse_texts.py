"""Columns of text that may have no word to learn from in a part of the rows."""

from __future__ import annotations

import re
from collections import Counter

import pandas as pd

from engine.spec.schema import Column, Schema
from engine.spec.steps.stop_words import stop_words

# As scikit-learn's vectorisers cut words, where nothing else is asked for.
WORD = re.compile(r"(?u)\b\w\w+\b")
# A word in so many rows is in two of any 30 % of them, drawn at random, but for once in 100,000.
ENOUGH_ROWS = 40
# Of rows in the order of time, the first fold has the earliest; there fewer do.
FIRST_SHARE, ENOUGH_EARLY = 0.05, 4
ENOUGH_GROUPS = 40


def mark_sparse(frame: pd.DataFrame, schema: Schema) -> Schema:
    """The schema, with each column marked in which no word is in enough rows.

    Where folds are made of groups or in the order of time, enough of them must have it.

    Args:
        frame: canonical, shape (n_rows, n_columns).
    """
    kind, by = schema.split.kind, schema.split.column
    enough = ENOUGH_ROWS
    if kind == "time" and by in frame:
        order = frame[by].sort_values(kind="stable").index
        frame = frame.loc[order[: max(int(FIRST_SHARE * len(frame)), ENOUGH_EARLY)]]
        enough = ENOUGH_EARLY
    groups = frame[by] if kind == "group" and by in frame else None
    columns = tuple(_marked(column, frame, schema, groups, enough) for column in schema.columns)
    return schema.model_copy(update={"columns": columns})


def _marked(
    column: Column, frame: pd.DataFrame, schema: Schema, groups: pd.Series | None, enough: int
) -> Column:
    if column.numeric or column.name == schema.target or column.name not in frame:
        return column
    texts = frame[column.name].dropna()
    if groups is not None:
        # A word is counted once for each group.
        pairs = pd.DataFrame({"text": texts, "group": groups.loc[texts.index]})
        texts = pairs.drop_duplicates()["text"]
    sparse = not _has_word(texts, enough)
    return column if sparse == column.sparse else column.model_copy(update={"sparse": sparse})


def _has_word(texts: pd.Series, enough: int) -> bool:
    """Whether a word other than the most common of a language stands in so many texts."""
    if len(texts) < enough:
        return False
    common, rows = frozenset(stop_words("both")), Counter[str]()
    for text, count in texts.value_counts(sort=False).items():
        for word in set(WORD.findall(str(text).lower())) - common:
            rows[word] += count
            if rows[word] >= enough:
                return True
    return False
