"""Numbers as people write them: separators, units, brackets, and in how many ways they read."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from engine.reading.columns.units import (
    is_currency,
    is_known,
    is_unit_behind,
    merged_units,
    unit_kind,
)
from engine.reading.columns.values import all_match, any_match, finite
from engine.spec.schema import NumberReading

PLAIN = (
    r"^\s*[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[iI][nN][fF](?:[iI][nN][iI][tT][yY])?)\s*$"
)
# What looks like a number and is a name: 007, or more digits than a float holds.
CODE_LIKE = r"^\s*[+-]?(0\d+|\d{16,})\s*$"
# Telephone numbers of other countries, and nine digits in three groups (a French SIREN): what is
# counted or measured does not come in one length only.
PHONE_LIKE = r"^\+\d{8,}$"
NINE_DIGITS = r"^\d{3} \d{3} \d{3}$"
FEW_DIGITS_APART = 3
MANY_UNITS = 6

PARTS = re.compile(
    r"""^(?P<open>\()?\ ?(?P<sign>[+-])?\ ?(?P<before>[^\d\s.,'()+-][^\d\s,'()+-]{0,5})?\ ?
    (?P<sign_behind>[+-])?\ ?
    (?P<digits>\d(?:[\d.,'\ ]*[\d.,])?|[.,]\d+|[iI][nN][fF](?:[iI][nN][iI][tT][yY])?)
    (?P<exponent>[eE][+-]?\d+)?(?P<gap>\ *)
    (?P<behind>[^\d\s.,'()+-](?:[^\d()+-]{0,24}[^\d\s()+-])?(?:[23]|\(s\)|100km)?)?\ ?
    (?P<minus>-)?\ ?(?P<close>\))?$""",
    re.VERBOSE,
)
# Arrow's regular expressions know no verbose mode, and no escaped blank.
PARTS_IN_ARROW = re.sub(r"\n\s*", "", PARTS.pattern).replace(r"\ ", " ")

STYLES = tuple(
    (decimal, thousands)
    for thousands in ("", ",", ".", " ", "'")
    for decimal in (".", ",")
    if decimal != thousands
)
INDIAN = r"^(?:[1-9]\d?(?:,\d{2})*,\d{3}|\d{1,3})(?:\.\d*)?$"
SAMPLE = 200


@dataclass(frozen=True)
class Look:
    """What a column's distinct texts look like as numbers.

    Attributes:
        readings: all that fit and differ: one of decimals and one of thousands where the texts
            leave it open; none where they are no numbers.
        has_decimals: there are some, and they are beyond doubt.
        has_small_wholes: whole numbers below 1,000 stand among those with a separator, as
            they do among grouped ones.
        units: the units that stand beside the numbers, if there is more than one or some
            numbers have none ("").
    """

    readings: tuple[NumberReading, ...] = ()
    has_decimals: bool = False
    has_small_wholes: bool = False
    units: tuple[str, ...] = ()


def look_at_numbers(distinct: pa.Array) -> Look:
    """In how many ways these texts are numbers.

    Args:
        distinct: texts without missing values.
    """
    if all_match(distinct, PLAIN):
        if any_match(distinct, CODE_LIKE):
            return Look()
        digits = pc.utf8_ltrim(pc.utf8_trim_whitespace(distinct), "+-")
        if len(distinct) >= FEW_DIGITS_APART and all_match(
            pc.utf8_trim_whitespace(distinct), PHONE_LIKE
        ):
            return Look()
        return _look(digits, NumberReading())
    if not all_match(distinct.slice(0, SAMPLE), r"\d|[iI][nN][fF]"):
        return Look()
    tidy = tidied(distinct)
    parts = pc.extract_regex(tidy, PARTS_IN_ARROW)
    if parts.null_count:
        return Look()
    unit, units = _unit_of(parts)
    if unit is None:
        return Look(units=units)
    digits = pc.struct_field(parts, "digits")
    brackets = _brackets(parts)
    if brackets is None or (not unit and _are_codes(digits)):
        return Look()
    found = _look(digits, NumberReading(unit=unit, unit_kind=unit_kind(unit), brackets=brackets))
    if units:
        return Look(found.readings, units=units) if found.readings else Look()
    return found


def to_numbers(texts: pa.ChunkedArray, reading: NumberReading) -> pd.Series:
    """Numbers as float64, to the last digit what Python's `float` makes of the plain text.

    NaN where missing, infinite, or too large for float32.
    """
    if reading.is_plain:
        with suppress(pa.ArrowInvalid):
            # Arrow rounds as Python's `float` does.
            return finite(pc.cast(pc.utf8_trim_whitespace(texts), pa.float64()).to_pandas())
    encoded = texts.combine_chunks().dictionary_encode()
    numbers = pc.cast(_plain(encoded.dictionary, reading), pa.float64())
    return finite(pc.take(numbers, encoded.indices).to_pandas())


def tidied(texts: pa.Array) -> pa.Array:
    """Texts with plain spaces, signs and apostrophes, and without the dash of whole prices."""
    if not pc.all(pc.string_is_ascii(texts), min_count=0).as_py():
        for pattern, plain in (
            (r"[\x{00a0}\x{2000}-\x{200a}\x{202f}\x{205f}\x{3000}]", " "),
            (r"[\x{2012}-\x{2015}\x{2212}\x{fe63}\x{ff0d}]", "-"),
            (r"[\x{2018}\x{2019}\x{02bc}\x{00b4}]", "'"),
        ):
            texts = pc.replace_substring_regex(texts, pattern, plain)
    # 12.– and 12,-- in shops.
    texts = pc.replace_substring_regex(texts, r"(\d)[.,]-{1,2}", r"\1")
    return pc.utf8_trim_whitespace(texts)


def _unit_of(parts: pa.StructArray) -> tuple[str | None, tuple[str, ...]]:
    """The one unit, None if there are several or it is none; and all, if they are several."""
    written = {
        (row["before"], row["behind"]): row["apart"]
        for row in pa.table(
            {
                "before": pc.struct_field(parts, "before"),
                "behind": pc.utf8_trim_whitespace(pc.struct_field(parts, "behind")),
                "apart": pc.not_equal(pc.struct_field(parts, "gap"), ""),
            }
        )
        .group_by(["before", "behind"])
        .aggregate([("apart", "min")])
        .rename_columns(["before", "behind", "apart"])
        .to_pylist()
    }
    for (before, behind), apart in written.items():
        if before and (behind or not is_currency(before)):
            return None, ()
        if behind and not is_unit_behind(behind, apart=apart):
            return None, ()
    found = {before or behind for before, behind in written}
    named = merged_units(found)
    units = sorted(set(named.values()))
    if len(units) == 1:
        return units[0], ()
    # With and without a unit: as if all had it, which a person has to say.
    unit = units[1] if len(units) == 2 and not units[0] else None
    if unit is None and (len(units) > MANY_UNITS or not all(map(is_known, units))):
        return None, ()  # 2 apples and 3 pears are no quantity
    return unit, tuple(units)


def _brackets(parts: pa.StructArray) -> bool | None:
    """Whether some are in brackets; None where that, or a minus behind, is no sign of a number.

    All in brackets are footnotes, not losses.
    """
    opened = pc.equal(pc.struct_field(parts, "open"), "(")
    closed = pc.equal(pc.struct_field(parts, "close"), ")")
    minus = pc.equal(pc.struct_field(parts, "minus"), "-")
    signs = [pc.not_equal(pc.struct_field(parts, name), "") for name in ("sign", "sign_behind")]
    several = pc.greater(
        pc.add(
            pc.add(pc.cast(opened, pa.int8()), pc.cast(minus, pa.int8())),
            pc.add(pc.cast(signs[0], pa.int8()), pc.cast(signs[1], pa.int8())),
        ),
        1,
    )
    if pc.any(pc.or_(several, pc.xor(opened, closed))).as_py():
        return None
    negative = pc.or_(opened, minus)
    if pc.all(negative).as_py():
        return None
    return bool(pc.any(opened).as_py())


def _are_codes(digits: pa.Array) -> bool:
    joined = pc.replace_substring_regex(digits, r"[ ']", "")
    return any_match(joined, CODE_LIKE) or (
        len(digits) >= FEW_DIGITS_APART and all_match(digits, NINE_DIGITS)
    )


def _look(digits: pa.Array, reading: NumberReading) -> Look:
    """In how many ways digits and separators read; the signs are gone."""
    present = {sign for sign in ".,' " if any_match(digits, re.escape(sign))}
    fitting = [
        reading.model_copy(update={"decimal": decimal, "thousands": thousands})
        for decimal, thousands in STYLES
        if present <= {decimal, thousands}
        and (not thousands or thousands in present)
        # Where no decimals stand, their sign is the usual one.
        and (decimal in present or decimal == ("," if thousands == "." else "."))
        and all_match(digits, number_pattern(decimal, thousands))
    ]
    if not fitting and "," in present and all_match(digits, INDIAN):
        fitting = [reading.model_copy(update={"thousands": ",", "indian": True})]
    if len(fitting) < 2:
        decimals = bool(fitting) and fitting[0].decimal in present
        return Look(tuple(fitting), has_decimals=decimals)
    return Look(tuple(fitting), has_small_wholes=any_match(digits, r"^\d{1,3}$"))


def number_pattern(decimal: str, thousands: str) -> str:
    """A regular expression of digits and separators, without sign and unit."""
    point, group = re.escape(decimal), re.escape(thousands)
    grouped = rf"[1-9]\d{{0,2}}(?:{group}\d{{3}})+|" if thousands else ""
    number = rf"(?:{grouped}\d+)(?:{point}\d*)?|{point}\d+"
    return rf"^(?:{number}|[iI][nN][fF](?:[iI][nN][iI][tT][yY])?)(?:[eE][+-]?\d+)?$"


def _plain(texts: pa.Array, reading: NumberReading) -> pa.Array:
    """The texts as a program would write them."""
    parts = pc.extract_regex(tidied(texts), PARTS_IN_ARROW)
    digits = pc.struct_field(parts, "digits")
    if reading.thousands:
        digits = pc.replace_substring(digits, reading.thousands, "")
    if reading.decimal != ".":
        digits = pc.replace_substring(digits, reading.decimal, ".")
    negative = pc.or_(
        pc.equal(
            pc.binary_join_element_wise(
                pc.struct_field(parts, "sign"), pc.struct_field(parts, "sign_behind"), ""
            ),
            "-",
        ),
        pc.or_(
            pc.equal(pc.struct_field(parts, "minus"), "-"),
            pc.equal(pc.struct_field(parts, "open"), "("),
        ),
    )
    sign = pc.if_else(negative, "-", "")
    return pc.binary_join_element_wise(sign, digits, pc.struct_field(parts, "exponent"), "")
