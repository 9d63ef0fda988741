"""Dates as people write them: one format per column, its month names in English or French."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from engine.reading.columns.values import all_match, any_match, to_objects

ISO = "iso"
ISO_DATE = r"^\s*\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}.*)?\s*$"

# `%B` stands for a name of a month: whole or short, in either language, with accents and points
# or without. A year of two digits is POSIX's: 69 to 99 are of the last century.
_DAY_FIRST = ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y", "%d.%m.%y", "%d-%m-%y")
_MONTH_FIRST = ("%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y", "%m/%d/%y", "%m-%d-%y")
_YEAR_FIRST = ("%Y/%m/%d", "%Y.%m.%d", "%Y-%m-%d", "%y/%m/%d", "%y-%m-%d", "%Y%m%d")
_NAMED = (
    *("%d %B %Y", "%d-%B-%Y", "%d/%B/%Y", "%d %B %y", "%d-%B-%y", "%d/%B/%y", "%d%B%Y"),
    *("%B %d, %Y", "%B %d %Y", "%Y-%B-%d", "%Y %B %d"),
)
_MONTHS_ALONE = ("%Y-%m", "%m/%Y", "%B %Y", "%B-%Y", "%B-%y", "%B %y", "%Y %B")
_TIMES = (
    *("%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%Hh%M"),
    *("%I:%M %p", "%I:%M:%S %p", "%I:%M%p", "%I:%M:%S%p", "%I %p"),
)
_BETWEEN = (" ", "T", ", ", " a ", " at ", ":")
_ZONES = ("", "%z", " %z")

# Without accents, longest first: "mars" before "mar".
_MONTHS = (
    r"january|janvier|janv|jan",
    r"february|fevrier|fevr|feb|fev",
    r"march|mars|mar",
    r"april|avril|apr|avr",
    r"may|mai",
    r"june|juin|jun",
    r"july|juillet|juill|juil|jul",
    r"august|aout|aug|aou",
    r"september|septembre|sept|sep",
    r"october|octobre|oct",
    r"november|novembre|nov",
    r"december|decembre|dec",
)
_WEEKDAYS = (
    r"(?i)^(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tues|tue|wed|thurs|thu|"
    r"fri|sat|sun|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lun|mar|mer|jeu|ven|sam|dim)"
    r"\.?,? +(?:le )?(\d|~)"
)
_PARTS = {
    "%d": r"\d{1,2}",
    "%m": r"\d{1,2}",
    "%Y": r"\d{4}",
    "%y": r"\d{2}",
    "%H": r"\d{1,2}",
    "%I": r"\d{1,2}",
    "%M": r"\d{2}",
    "%S": r"\d{2}",
    "%f": r"\d{1,9}",
    "%p": r"(?:AM|PM)",
    "%z": r"(?:Z|[+-]\d{2}:?\d{2})",
    "%B": r"~\d{2}~",
}
# Where a version number or a code would look alike, both digits of a day and a month stand.
_STRICT = frozenset(
    ("%d.%m.%y", "%d-%m-%y", "%m-%d-%y", "%y-%m-%d", "%Y%m%d", "%Y-%m", "%m/%Y", "%m.%d.%Y")
)
# Eight digits are a date of our time, or they are no date.
_COMPACT = r"^(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$"
# Of fewer it may be chance.
ENOUGH_COMPACT = 3


def date_formats(distinct: pa.Array) -> tuple[str, ...]:
    """Every format in which all of these texts are dates, and are other dates than in the rest.

    Args:
        distinct: texts without missing values.

    Returns:
        Formats as `Column.date_format` keeps them; the day stands first in the first one where
        it and the month could be either.
    """
    if not len(distinct):
        return ()
    if all_match(distinct, ISO_DATE) and _are_dates(distinct, ISO):
        return (ISO,)
    plain = _plain(distinct)
    # The first value rules most formats out at once.
    shape = plain[0].as_py()
    found: dict[str, pd.Series] = {}
    for date in (*_DAY_FIRST, *_MONTH_FIRST, *_YEAR_FIRST, *_NAMED, *_MONTHS_ALONE):
        begins = re.match(_pattern(date), shape)
        for time in _fitting_times(shape[begins.end() :]) if begins else ():
            written = date + time
            if not all_match(plain, f"^{_pattern(date)}{_pattern(time)}$"):
                continue
            moments = _parsed(plain, written)
            if not moments.isna().any() and not any(map(moments.equals, found.values())):
                found[written] = moments
    return tuple(found)


def compact_formats(distinct: pa.Array) -> tuple[str, ...]:
    """The format of eight digits that are all dates of our time, if they are."""
    trimmed = pc.utf8_trim_whitespace(distinct)
    dates = len(distinct) > 0 and all_match(trimmed, _COMPACT)
    return ("%Y%m%d",) if dates and _are_dates(distinct, "%Y%m%d") else ()


def to_iso(texts: pa.ChunkedArray, written: str) -> pd.Series:
    """Dates in ISO 8601, so that later dates sort later; NaN if missing.

    A date alone stays one, a month alone becomes its first day. Where one value has a time of
    day all have, in UTC and without saying so: whoever computes with them meets one kind of
    time only.
    """
    encoded = texts.combine_chunks().dictionary_encode()
    has_time = "%H" in written or "%I" in written or (written == ISO and any_match(texts, ":"))
    moments = _dates(encoded.dictionary, written).dt.tz_localize(None)
    fraction = "us" if (moments.dt.microsecond > 0).any() else "s"
    exact = moments.to_numpy().astype(f"datetime64[{fraction if has_time else 'D'}]")
    texts_of = pd.Series(np.datetime_as_string(exact), dtype=object)
    values = np.array([*texts_of.where(moments.notna(), np.nan), np.nan], dtype=object)
    codes = encoded.indices.fill_null(len(values) - 1).to_numpy(zero_copy_only=False)
    return pd.Series(values[codes], dtype=object)


def _fitting_times(rest: str) -> list[str]:
    """The times of day that the rest of a text, behind its date, is written as."""
    return [time for time, pattern in _times().items() if pattern.fullmatch(rest)]


@cache
def _times() -> dict[str, re.Pattern[str]]:
    written = [""] + [
        between + time + zone for between in _BETWEEN for time in _TIMES for zone in _ZONES
    ]
    return {each: re.compile(_pattern(each)) for each in written}


def _pattern(written: str) -> str:
    """A regular expression of texts in a format."""
    pattern = "".join(
        _PARTS.get(part, re.escape(part)) for part in re.findall(r"%[a-zA-Z]|[^%]", written)
    )
    return pattern.replace("{1,2}", "{2}") if written in _STRICT else pattern


def _plain(texts: pa.Array) -> pa.Array:
    """Texts with plain spaces, without weekdays and accents; month names as ~03~."""
    texts = pc.utf8_trim_whitespace(texts)
    if not any_match(texts, "[A-Za-z]"):
        return texts
    texts = pc.utf8_normalize(texts, "NFKD")
    texts = pc.replace_substring_regex(texts, r"[\x{0300}-\x{036f}]", "")
    for number, names in enumerate(_MONTHS, start=1):
        pattern = rf"(?i)(^|[^a-z])(?:{names})(?:\.|([^a-z.]|$))"
        texts = pc.replace_substring_regex(texts, pattern, rf"\1~{number:02}~\2")
    texts = pc.replace_substring_regex(texts, _WEEKDAYS, r"\1")
    # "mar." is Tuesday as well as March.
    texts = pc.replace_substring_regex(texts, r"^~03~,? (\d{1,2}(?:er)? ~\d{2}~)", r"\1")
    texts = pc.replace_substring_regex(texts, r"^(\d{1,2})(?:er|st|nd|rd|th)\b", r"\1")
    texts = pc.replace_substring_regex(texts, r"(~ ?\d{1,2})(?:st|nd|rd|th)\b", r"\1")
    texts = pc.replace_substring_regex(texts, r"(\d) ?(?:UTC|GMT)$", r"\1Z")
    texts = pc.replace_substring_regex(texts, r"(?i)\b([ap])\.?m\.?$", r"\1M")
    return pc.replace_substring_regex(pc.replace_substring(texts, "aM", "AM"), "pM", "PM")


def _are_dates(texts: pa.Array, written: str) -> bool:
    return not _dates(texts, written).isna().any()


def _dates(texts: pa.Array, written: str) -> pd.Series:
    """Moments in UTC; NaT where a text is none. pandas knows that February ends."""
    if written == ISO:
        trimmed = to_objects(pc.utf8_trim_whitespace(pa.chunked_array([texts])))
        return pd.to_datetime(trimmed, format="ISO8601", errors="coerce", utc=True)
    return _parsed(_plain(texts), written)


def _parsed(plain: pa.Array, written: str) -> pd.Series:
    texts = to_objects(pa.chunked_array([plain]))
    known = written.replace("%B", "~%m~")
    return pd.to_datetime(texts, format=known, errors="coerce", utc=True)
