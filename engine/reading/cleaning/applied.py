"""Apply decisions about values to a table, before its columns are understood."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from engine.reading.cleaning.decisions import Decision, Kind, in_order
from engine.reading.cleaning.recipe import Cleaned, Step
from engine.reading.table import RawTable

# So many spellings of one value a recipe names; it counts all.
SHOWN_VALUES = 12


def apply_decisions(
    table: RawTable, decisions: Iterable[Decision]
) -> tuple[RawTable, tuple[Step, ...]]:
    """The table with values merged and read as missing, and what that changed.

    Decisions about columns that the table does not have are left alone.
    """
    columns, steps = dict(table.columns), []
    for decision in in_order(decisions):
        if decision.column in columns:
            values, done = _applied(replace(table, columns=columns), decision)
            columns[decision.column] = values
            steps += done
    return replace(table, columns=columns), tuple(steps)


def _applied(table: RawTable, decision: Decision) -> tuple[pa.ChunkedArray, list[Step]]:
    values, texts = table.columns[decision.column], table.texts(decision.column)
    written = pa.array(list(decision.becomes), pa.string())
    if decision.kind == Kind.WORD:  # merges of before may have changed its case and spaces
        place = pc.index_in(_bare(texts), value_set=_bare(written))
    else:
        place = pc.index_in(texts, value_set=written)
    changes = pc.is_valid(place)
    counts = {
        item["values"]: item["counts"]
        for item in pc.value_counts(texts.filter(changes)).to_pylist()
    }
    if table.is_text(decision.column):
        becomes = pc.take(pa.array(list(decision.becomes.values()), pa.string()), place)
    else:  # numbers of a typed file are only ever read as missing
        becomes = pa.scalar(None, values.type)
    return pc.if_else(changes, becomes, values), list(_steps(decision, counts))


def _bare(texts: pa.Array) -> pa.Array:
    return pc.utf8_lower(pc.utf8_trim_whitespace(texts))


def _steps(decision: Decision, counts: dict[str, int]) -> Iterable[Step]:
    for kept in dict.fromkeys(decision.becomes.values()):
        found = {
            text: counts[text]
            for text, new in decision.becomes.items()
            if new == kept and text in counts
        }
        if kept is None:
            found = counts
        if found:
            most = sorted(found.items(), key=lambda item: (-item[1], item[0]))
            yield Step(
                Cleaned.MISSING if kept is None else Cleaned.MERGED,
                (decision.column,),
                sum(found.values()),
                tuple(most[:SHOWN_VALUES]),
                kept or "",
            )
