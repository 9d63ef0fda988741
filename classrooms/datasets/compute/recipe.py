"""Make the recipe of a dataset: what was cleaned, from what was decided and found."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from classrooms.models import Dataset
from engine.reading.cleaning.recipe import Cleaned, Step
from engine.reading.dataset import RawTable
from engine.spec.schema import Schema


def recipe_of(
    dataset: Dataset, table: RawTable, schema: Schema, done: tuple[Step, ...]
) -> list[dict[str, Any]]:
    """Every step, in the order in which it was done, as plain JSON.

    Columns that the facilitator added are for others to find: the recipe is silent about them,
    and about columns that are in the data no longer, but for their names.

    Args:
        done: to values, then to rows.
    """
    lines = {reason: n for reason, n in table.left_out_counts.items() if n}
    words = {word: n for word, n in table.missing_words.items() if word}
    infinite = [column for column in schema.columns if column.infinite]
    left_out = tuple(name for name in dataset.dropped_columns if name in table.columns)
    before = [
        _counted(Cleaned.LINES, lines),
        _counted(Cleaned.WORDS, words),
        *(step for step in done if step.columns and _is_there(step, schema)),
        *(Step(Cleaned.INFINITE, (column.name,), column.infinite) for column in infinite),
        *(step for step in done if not step.columns),
    ]
    if left_out:
        before.append(Step(Cleaned.COLUMNS, left_out, len(left_out)))
    if dataset.rest_label:
        before.append(Step(Cleaned.REST, (dataset.target,), becomes=dataset.rest_label))
    return [asdict(step) for step in before if step.count or step.becomes]


def _counted(code: Cleaned, counts: dict[str, int]) -> Step:
    return Step(code, (), sum(counts.values()), tuple(counts.items()))


def _is_there(step: Step, schema: Schema) -> bool:
    return all(name in schema.by_name for name in step.columns)
