"""Values of a column: dates from texts, numbers that a booster sees, Python's strings."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

# Trees and boosters compute in float32: what does not fit there is infinite to them.
LARGEST_NUMBER = float(np.finfo(np.float32).max)
# Above it, not every whole number is a float64: digits would change.
LARGEST_EXACT_INTEGER = 2**53

WHOLE = r"^\s*[+-]?\d+\s*$"

ISO_DATE = r"^\s*\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?\s*$"
ISO = "iso"
_DAY_FIRST = ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y")
_MONTH_FIRST = ("%m/%d/%Y", "%m-%d-%Y")
_YEAR_FIRST = ("%Y/%m/%d", "%Y.%m.%d")
_TIMES = ("", " %H:%M", " %H:%M:%S")


def are_whole(texts: pa.ChunkedArray) -> bool:
    return all_match(texts, WHOLE)


def finite(numbers: pd.Series) -> pd.Series:
    """The numbers that a booster sees as such; NaN for the others."""
    return numbers.where(numbers.abs() <= LARGEST_NUMBER)


def date_format(texts: pa.ChunkedArray, *, day_first: bool) -> str:
    """The one format in which every text is a date; "" when there is none.

    Args:
        texts: without missing values.
        day_first: decides where day and month could be either.
    """
    if all_match(texts, ISO_DATE):
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
    has_time = "%H" in written or (written == ISO and any_match(texts, ":"))
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


def _are_dates(texts: pa.ChunkedArray, written: str) -> bool:
    return not _dates(texts, written).isna().any()


def _dates(texts: pa.ChunkedArray, written: str) -> pd.Series:
    """Moments in UTC; NaT where a text is none. pandas knows that February ends."""
    trimmed = to_objects(pc.utf8_trim_whitespace(texts))
    known = "ISO8601" if written == ISO else written
    return pd.to_datetime(trimmed, format=known, errors="coerce", utc=True)


def all_match(texts: pa.Array | pa.ChunkedArray, pattern: str) -> bool:
    return bool(pc.all(pc.match_substring_regex(texts, pattern), min_count=0).as_py())


def any_match(texts: pa.Array | pa.ChunkedArray, pattern: str) -> bool:
    return bool(pc.any(pc.match_substring_regex(texts, pattern), min_count=0).as_py())
