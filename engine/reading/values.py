"""Parse texts as numbers and dates, in the style of the file."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from engine.reading.table_format import TableFormat

# Trees and boosters compute in float32: what does not fit there is infinite to them.
LARGEST_NUMBER = float(np.finfo(np.float32).max)
# Above it, not every whole number is a float64: digits would change.
LARGEST_EXACT_INTEGER = 2**53

# What looks like a number and is a name: 007, or more digits than a float holds.
CODE_LIKE = r"^\s*[+-]?(0\d+|\d{16,})\s*$"
WHOLE = r"^\s*[+-]?\d+\s*$"
SPACES = r"[ \x{00a0}\x{202f}]"

ISO_DATE = r"^\s*\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?\s*$"
ISO = "iso"
_DAY_FIRST = ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y")
_MONTH_FIRST = ("%m/%d/%Y", "%m-%d-%Y")
_YEAR_FIRST = ("%Y/%m/%d", "%Y.%m.%d")
_TIMES = ("", " %H:%M", " %H:%M:%S")


@dataclass(frozen=True)
class NumberStyle:
    """Decimal and thousands separators of a file."""

    decimal: str = "."
    thousands: str = ""

    @property
    def pattern(self) -> str:
        """A regular expression of a whole number or decimal, without outer spaces."""
        point = re.escape(self.decimal)
        digits = r"\d+"
        if self.thousands:
            group = "[ \u00a0\u202f]" if self.thousands == " " else re.escape(self.thousands)
            digits = rf"(?:\d{{1,3}}(?:{group}\d{{3}})+|\d+)"
        number = rf"(?:{digits}(?:{point}\d*)?|{point}\d+)(?:[eE][+-]?\d+)?"
        return rf"[+-]?{number}|[+-]?[iI][nN][fF](?:[iI][nN][iI][tT][yY])?"


def are_numbers(texts: pa.ChunkedArray, style: NumberStyle) -> bool:
    """Return whether every text is a number in this style, and none a code that looks like one."""
    pattern = rf"^\s*(?:{style.pattern})\s*$"
    return _all_match(texts, pattern) and not _any_match(texts, CODE_LIKE)


def are_whole(texts: pa.ChunkedArray) -> bool:
    return _all_match(texts, WHOLE)


def to_numbers(texts: pa.ChunkedArray, style: NumberStyle) -> pd.Series:
    """Numbers as float64; NaN where missing, infinite, or too large for float32."""
    if style.thousands:
        pattern = SPACES if style.thousands == " " else re.escape(style.thousands)
        texts = pc.replace_substring_regex(texts, pattern=pattern, replacement="")
    if style.decimal != ".":
        texts = pc.replace_substring(texts, pattern=style.decimal, replacement=".")
    # Python's float() rounds correctly, so a CSV round trip gives the same bits.
    return finite(pd.Series(texts.to_numpy(), dtype=object).astype("float64"))


def finite(numbers: pd.Series) -> pd.Series:
    """The numbers that a booster sees as such; NaN for the others."""
    return numbers.where(numbers.abs() <= LARGEST_NUMBER)


def date_format(texts: pa.ChunkedArray, *, day_first: bool) -> str:
    """The one format in which every text is a date; "" when there is none.

    Args:
        texts: without missing values.
        day_first: decides where day and month could be either.
    """
    if _all_match(texts, ISO_DATE):
        return ISO if _are_dates(texts, ISO) else ""
    ordered = (
        (*_DAY_FIRST, *_MONTH_FIRST) if day_first else (*_MONTH_FIRST, *_DAY_FIRST)
    ) + _YEAR_FIRST
    for written in (date + time for date in ordered for time in _TIMES):
        # The first value rules most formats out at once.
        if _are_dates(texts.slice(0, 1), written) and _are_dates(texts, written):
            return written
    return ""


def to_iso(texts: pa.ChunkedArray, written: str) -> pd.Series:
    """Dates in ISO 8601, so that later dates sort later; NaN if missing.

    A date alone stays one. Where one value has a time of day all have, in UTC and without
    saying so: whoever computes with them meets one kind of time only.
    """
    has_time = "%H" in written or (written == ISO and _any_match(texts, ":"))
    moments = _dates(texts, written).dt.tz_localize(None)
    fraction = "us" if (moments.dt.microsecond > 0).any() else "s"
    exact = moments.to_numpy().astype(f"datetime64[{fraction if has_time else 'D'}]")
    return pd.Series(np.datetime_as_string(exact), dtype=object).where(moments.notna(), np.nan)


def to_objects(texts: pa.ChunkedArray) -> pd.Series:
    """Python strings, equal ones once in memory, and NaN where missing."""
    encoded = pa.chunked_array(texts.chunks, pa.string()).combine_chunks().dictionary_encode()
    values = np.array([*encoded.dictionary.to_pylist(), np.nan], dtype=object)
    codes = encoded.indices.fill_null(len(encoded.dictionary)).to_numpy(zero_copy_only=False)
    return pd.Series(values[codes], dtype=object)


def number_style(table_format: TableFormat) -> NumberStyle:
    return NumberStyle(table_format.decimal, table_format.thousands)


def _are_dates(texts: pa.ChunkedArray, written: str) -> bool:
    return not _dates(texts, written).isna().any()


def _dates(texts: pa.ChunkedArray, written: str) -> pd.Series:
    """Moments in UTC; NaT where a text is none. pandas knows that February ends."""
    trimmed = to_objects(pc.utf8_trim_whitespace(texts))
    known = "ISO8601" if written == ISO else written
    return pd.to_datetime(trimmed, format=known, errors="coerce", utc=True)


def _all_match(texts: pa.ChunkedArray, pattern: str) -> bool:
    return bool(pc.all(pc.match_substring_regex(texts, pattern), min_count=0).as_py())


def _any_match(texts: pa.ChunkedArray, pattern: str) -> bool:
    return bool(pc.any(pc.match_substring_regex(texts, pattern), min_count=0).as_py())
