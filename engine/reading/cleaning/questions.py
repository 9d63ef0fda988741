"""Everything that is asked about the values of a table before it is split."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from engine.reading.cleaning.decisions import Decision, Kind, Question
from engine.reading.cleaning.sentinels import (
    may_have_sentinel,
    missing_question,
    number_questions,
    word_question,
)
from engine.reading.cleaning.spellings import spelling_questions
from engine.reading.dataset import numbers_of_column, stray_words
from engine.reading.table import RawTable
from engine.spec.schema import Column, ColumnType


def find_questions(table: RawTable, columns: tuple[Column, ...]) -> list[Question]:
    """Merges of spellings, and numbers and words that may mean "no value", by column."""
    strays = stray_words(table, columns)
    found: list[Question] = []
    for column in columns:
        texts = table.texts(column.name)
        if words := strays.get(column.name):
            found.append(_stray_question(column.name, texts, words))
        elif column.numeric:
            if column.type in {ColumnType.NUMERIC, ColumnType.ID}:
                found += _number_questions(table, column)
        elif column.type in {ColumnType.CATEGORICAL, ColumnType.BOOLEAN}:
            counted = pc.value_counts(texts.drop_null())
            found += spelling_questions(column.name, counted)
            found += word_question(column.name, counted)
    return found


def _number_questions(table: RawTable, column: Column) -> Iterator[Question]:
    """Of the different values, since most columns have far fewer of them than rows."""
    counted = pc.value_counts(table.columns[column.name].drop_null())
    values = pa.chunked_array([counted.field("values")])
    distinct = replace(table, columns={column.name: values})
    texts = distinct.texts(column.name)
    if may_have_sentinel(texts):
        numbers = numbers_of_column(distinct, column).to_numpy()
        counts = counted.field("counts").to_numpy()
        yield from number_questions(column.name, texts.to_pylist(), numbers, counts)


def questions_of(
    raw: RawTable,
    raw_columns: Iterable[Column],
    table: RawTable,
    columns: tuple[Column, ...],
    decisions: Iterable[Decision],
) -> list[Question]:
    """What is asked of a table of which something is decided already.

    Args:
        raw: as it is in the file.
        raw_columns: of it, those that a decision is about.
        table: with the decisions applied.

    Returns:
        Questions that are open, and those that the decisions answered, for whoever undoes one.
    """
    decided = {decision.key for decision in decisions}
    before = find_questions(raw, tuple(raw_columns))
    found = {question.key: question for question in before if question.key in decided}
    for question in find_questions(table, columns):
        found.setdefault(question.key, question)
    places = {name: place for place, name in enumerate(table.names)}
    return sorted(found.values(), key=lambda one: places[one.column])


def alone(table: RawTable, names: Iterable[str]) -> RawTable:
    """The table of these columns only."""
    wanted = set(names)
    kept = {name: values for name, values in table.columns.items() if name in wanted}
    return replace(table, columns=kept)


def _stray_question(name: str, texts: pa.ChunkedArray, words: dict[str, int]) -> Question:
    """Words among numbers or dates, as they are written in the file."""
    plain = pc.utf8_trim_whitespace(texts)
    is_word = pc.is_in(plain, value_set=pa.array(list(words), pa.string()))
    counts = {
        item["values"]: item["counts"]
        for item in pc.value_counts(texts.filter(is_word)).to_pylist()
    }
    rows = len(texts) - texts.null_count
    return missing_question(Kind.WORD, name, counts, {"rows": rows, "rule": "stray"})
