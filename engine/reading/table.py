"""A table as it is in a file: texts, and numbers if the file has typed columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from engine.reading import table_format
from engine.reading.columns.values import LARGEST_EXACT_INTEGER
from engine.reading.files.header import Note
from engine.reading.table_format import DataError, TableFormat

# What spreadsheets write where a formula gives no value, in English, French, German, Spanish and
# Italian; and where a column was too narrow for its numbers.
ERROR_VALUES = (
    r"^(?:#[¡¿]?(?:div/0|n/a|n/d|n/v|nv|value|ref|name|num|null|valeur|nom|nombre|nul|wert|bezug|"
    r"zahl|valor|nulo|valore|rif|nome|spill|propagation|überlauf|calc|field|getting_data|error)"
    r"[!?]?|#{4,}|err:\d{3})$"
)

Reason = Literal["ragged", "blank", "separator", "preamble", "footer"]


@dataclass(frozen=True)
class LeftOut:
    """A line of the file that is no row of the table.

    Attributes:
        line: number of its first line in the file, from 1.
        fields: how many fields it has.
        text: how it begins.
    """

    line: int
    reason: Reason
    fields: int
    text: str


@dataclass(frozen=True)
class RawTable:
    """The table that was read, column by column, and the lines left out.

    Attributes:
        columns: string columns, null where missing; float64 where a Parquet file has numbers.
        left_out: the first lines that are no rows, in the file's order.
        left_out_counts: how many lines were left out for each reason.
        notes: what was done about columns without a name, and names that stood twice.
        missing_words: how often each text that means "no value" stands in the file.
    """

    columns: Mapping[str, pa.ChunkedArray]
    format: TableFormat = field(default_factory=TableFormat)
    left_out: tuple[LeftOut, ...] = ()
    left_out_counts: Mapping[str, int] = field(default_factory=dict)
    missing_words: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()

    @classmethod
    def from_values(cls, columns: Mapping[str, list[Any]]) -> RawTable:
        """A table of texts, None where missing, that are in memory already."""
        arrays = {name: pa.array(values, pa.string()) for name, values in columns.items()}
        return cls({name: pa.chunked_array([array]) for name, array in arrays.items()})

    @property
    def names(self) -> list[str]:
        return list(self.columns)

    @property
    def row_count(self) -> int:
        return len(next(iter(self.columns.values()))) if self.columns else 0

    def head(self, rows: int) -> list[list[Any]]:
        """The first rows, None where missing."""
        columns = [values.slice(0, rows).to_pylist() for values in self.columns.values()]
        return [list(row) for row in zip(*columns, strict=True)]

    def is_text(self, name: str) -> bool:
        return bool(pa.types.is_string(self.columns[name].type))

    def texts(self, name: str) -> pa.ChunkedArray:
        """A column as text: of numbers, whole ones without a decimal point."""
        values = self.columns[name]
        if self.is_text(name):
            return values
        is_whole = pc.and_(
            pc.equal(values, pc.floor(values)),
            pc.less_equal(pc.abs(values), pa.scalar(float(LARGEST_EXACT_INTEGER))),
        )
        whole = pc.cast(pc.if_else(is_whole, values, pa.scalar(None, values.type)), pa.int64())
        return pc.coalesce(pc.cast(whole, pa.string()), pc.cast(values, pa.string()))


def check_row_count(rows: int) -> None:
    """Refuse more rows than are allowed.

    Raises:
        DataError: too many.
    """
    if rows > table_format.MAX_ROWS:
        raise DataError("too_many_rows", limit=table_format.MAX_ROWS)


class MissingWords:
    """Turns the texts that mean "no value" into missing values, and counts them."""

    def __init__(self, table_format: TableFormat) -> None:
        words = {word.strip().lower() for word in table_format.missing}
        self._words = pa.array(sorted(words), pa.string())
        self._errors = table_format.errors_missing
        self._by_column: dict[str, Counter[str]] = {}

    def counts(self, *, without: Collection[str] = ()) -> dict[str, int]:
        """How often each text that means "no value" stands, but for some columns."""
        kept = (words for name, words in self._by_column.items() if name not in without)
        return dict(sum(kept, Counter()))

    def remove(self, texts: pa.Array, name: str) -> pa.Array:
        """The texts of a column, null where they mean "no value"."""
        plain = pc.utf8_lower(pc.utf8_trim_whitespace(texts))
        missing = pc.is_in(plain, value_set=self._words)
        if self._errors and pc.any(pc.match_substring_regex(plain, "^(?:#|err:)")).as_py():
            missing = pc.or_(missing, pc.match_substring_regex(plain, ERROR_VALUES))
        for item in pc.value_counts(plain.filter(missing)).to_pylist():
            words = self._by_column.setdefault(name, Counter())
            words[item["values"]] += item["counts"]
        return pc.if_else(missing, pa.scalar(None, texts.type), texts)
