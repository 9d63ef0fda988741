"""How each column's texts are written: as numbers, as dates or as texts; and what is open.

Where a column can be read in two ways, one is proposed and both are shown: a person decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from engine.reading.columns.dates import ENOUGH_COMPACT, ISO, compact_formats, date_formats, to_iso
from engine.reading.columns.numbers import Look, look_at_numbers, to_numbers
from engine.reading.table import RawTable
from engine.reading.table_format import ColumnFormat, TableFormat
from engine.spec.schema import NumberReading


@dataclass(frozen=True)
class Choice:
    """A way to read a column: as numbers, as dates, or as texts where it is neither."""

    number: NumberReading | None = None
    date: str = ""

    @property
    def said(self) -> ColumnFormat:
        """As a person says it, by which it is known again."""
        if self.number:
            separators = {"decimal": self.number.decimal, "thousands": self.number.thousands}
            return ColumnFormat.model_validate({"kind": "number"} | separators)
        if self.date:
            return ColumnFormat(kind="date", date_format=self.date)
        return ColumnFormat(kind="text")


AS_TEXT = Choice()


@dataclass(frozen=True, eq=False)
class Written:
    """How one column is written.

    Attributes:
        distinct: its different values, without missing ones.
        taken: how it is read; as text, too, where the file itself knows its numbers.
        choices: every way to read it, where there is something to choose.
        is_open: more than one fits, and nothing in the file settles which.
        units: what keeps it from being numbers: several units, or some without one ("").
    """

    distinct: pa.Array
    taken: Choice = AS_TEXT
    choices: tuple[Choice, ...] = ()
    is_open: bool = False
    units: tuple[str, ...] = ()


def how_written(table: RawTable) -> dict[str, Written]:
    """Decide for every column how it is read.

    What leaves it open is settled by what a person said of the column, or by the other columns
    of the file and by its separator (where `;` stands between values, a comma is the decimal
    sign); else it is asked, and the file's format proposes.
    """
    distinct = {name: pc.unique(values.drop_null()) for name, values in table.columns.items()}
    looks = {
        name: look_at_numbers(values) for name, values in distinct.items() if table.is_text(name)
    }
    dates = {
        name: _date_formats(distinct[name]) for name, look in looks.items() if not look.readings
    }
    decimals = frozenset(look.readings[0].decimal for look in looks.values() if look.has_decimals)
    orders = frozenset(_order(formats[0]) for formats in dates.values() if len(formats) == 1)
    found: dict[str, Written] = {}
    for name, values in distinct.items():
        look = looks.get(name, Look())
        if look.readings:
            found[name] = _numbers(values, look, table.format, decimals)
        elif formats := dates.get(name):
            found[name] = _dates(values, formats, table.format, orders - {"Y"})
        else:
            found[name] = Written(values, units=look.units)
        if name in table.format.columns:
            found[name] = _as_said(found[name], table.format.columns[name])
    return found


def _as_said(written: Written, said: ColumnFormat) -> Written:
    """With what a person said of it, where its values allow that."""
    taken = next((choice for choice in written.choices if choice.said == said), None)
    if taken is None:
        return written
    return Written(written.distinct, taken, written.choices, units=written.units)


def _date_formats(distinct: pa.Array) -> tuple[str, ...]:
    with_digits = pc.match_substring_regex(distinct, r"\d")
    return date_formats(distinct) if pc.all(with_digits, min_count=0).as_py() else ()


def _order(date_format: str) -> str:
    """What stands first: "d", "m", or "Y" where the rest is beyond doubt."""
    first = date_format[1]
    return first if first in "dm" and "%B" not in date_format else "Y"


def _dates(
    distinct: pa.Array, formats: tuple[str, ...], table_format: TableFormat, orders: frozenset[str]
) -> Written:
    """The order of day and month that the other dates of the file have, or a question."""
    choices = tuple(Choice(date=each) for each in formats)
    if formats == (ISO,):
        return Written(distinct, choices[0])
    usual = orders if len(orders) == 1 else {"d" if table_format.day_first else "m"}
    taken = next((choice for choice in choices if _order(choice.date) in usual), choices[0])
    is_open = len(choices) > 1 and len(orders) != 1
    return Written(distinct, taken, (*choices, AS_TEXT), is_open)


def _numbers(
    distinct: pa.Array, look: Look, table_format: TableFormat, decimals: frozenset[str]
) -> Written:
    numbers = [Choice(number=reading) for reading in look.readings]
    choices = (*numbers, AS_TEXT)
    if look.units:
        # Some stand without the unit: perhaps they are of another one.
        return Written(distinct, AS_TEXT, choices, is_open=True, units=look.units)
    if compact := compact_formats(distinct):
        # 20240301 is a day of 2024, or the number of something.
        dates = [Choice(date=written) for written in compact]
        taken = dates[0] if len(distinct) >= ENOUGH_COMPACT else numbers[0]
        return Written(distinct, taken, (*dates, *choices), is_open=True)
    if len(numbers) == 1:
        return Written(distinct, numbers[0], () if look.readings[0].is_plain else choices)
    taken, is_open = _proposal(look, table_format, decimals)
    return Written(distinct, taken, choices, is_open)


def _proposal(
    look: Look, table_format: TableFormat, decimals: frozenset[str]
) -> tuple[Choice, bool]:
    """Which of two readings is proposed, and whether that has to be asked."""
    as_decimals, as_groups = sorted(look.readings, key=lambda reading: reading.thousands)
    sign = as_decimals.decimal
    usual = (sign == ",") == (table_format.delimiter == ";")
    settled = decimals == {sign} or (usual and not decimals)
    if settled and not look.has_small_wholes:
        return Choice(number=as_decimals), False
    return Choice(number=as_decimals if table_format.decimal == sign else as_groups), True


# --- What a page shows of it ----------------------------------------------------------
def reading_choices(table: RawTable, written: Mapping[str, Written]) -> list[dict[str, Any]]:
    """The columns that are not simply what they look like, and every way to read them.

    Returns:
        JSON-able: per column its name, whether it is open, the units that are mixed, and the
        choices; each with what it says (`ColumnFormat`), whether it is the one that was taken,
        and the least, median and greatest value under it.
    """
    return [
        {
            "name": name,
            "is_open": found.is_open,
            "units": list(found.units),
            "choices": [
                {
                    "format": choice.said.model_dump(mode="json"),
                    "unit": choice.number.unit if choice.number else "",
                    "taken": choice == found.taken,
                    "values": _ends(table, name, choice),
                }
                for choice in found.choices
            ],
        }
        for name, found in written.items()
        if found.choices or found.units
    ]


def _ends(table: RawTable, name: str, choice: Choice) -> list[Any]:
    """Least, median and greatest value under a choice; none of texts."""
    if choice.date:
        dates = sorted(to_iso(table.columns[name], choice.date).dropna())
        return [dates[0], dates[len(dates) // 2], dates[-1]]
    if choice.number is None:
        return []
    numbers = to_numbers(table.columns[name], choice.number).dropna()
    return [numbers.min(), numbers.median(), numbers.max()] if len(numbers) else []
