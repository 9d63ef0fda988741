"""Values of a column that are one, in several spellings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from engine.reading.cleaning.decisions import Kind, Question

# A column with more different texts holds names or sentences, not categories.
MOST_VALUES = 20_000
# So many spellings of one column are asked about; with more it is no list of categories.
MOST_SPELLINGS = 1_000

# What a person reads as a space, or not at all: RE2 has no \s for Unicode.
SPACES = r"[\s\p{Z}]+"
INVISIBLE = r"[\x{200b}-\x{200d}\x{2060}\x{feff}\x{ad}]"
INVISIBLE_TEXT = "[\u200b-\u200d\u2060\ufeff\u00ad]"
ACCENTS = r"\p{Mn}+"

YES = frozenset({"yes", "y", "oui", "o", "true", "t", "vrai", "v", "1", "on"})
NO = frozenset({"no", "n", "non", "false", "f", "faux", "0", "off"})

Counts = dict[str, int]


def spelling_questions(column: str, counted: pa.StructArray) -> Iterator[Question]:
    """Merges of values that differ in spaces, capitals or the form of a letter; in accents, too;
    and, where every value says yes or no, of those that say the same.

    Args:
        counted: the `values` of a column of categories with their `counts`, none missing.
    """
    values, counts = counted.field("values"), counted.field("counts")
    if not 1 < len(values) <= MOST_VALUES:
        return
    plain = plain_form(values)
    bare = _without_accents(plain)
    rows = pc.sum(counts).as_py()
    found = Counts(zip(values.to_pylist(), counts.to_pylist(), strict=True))
    first = _groups(found, plain)
    yield from _asked(Kind.SPELLINGS, column, first, rows)
    if pc.count_distinct(bare).as_py() < pc.count_distinct(plain).as_py():
        keys = dict(zip(found, plain.to_pylist(), strict=True))
        more = [
            (kept, group)
            for kept, group in _groups(found, bare)
            if len({keys[text] for text in group}) > 1
        ]
        yield from _asked(Kind.ACCENTS, column, more, rows)
    yield from _synonyms(column, found, bare)


def plain_form(values: pa.Array) -> pa.Array:
    """Texts without outer and double spaces, invisible characters and capitals, in one form of
    each letter: spellings of one value are equal in it."""
    composed = pc.utf8_normalize(values, form="NFC")
    visible = pc.replace_substring_regex(composed, INVISIBLE, "")
    spaced = pc.replace_substring_regex(visible, SPACES, " ")
    return pc.utf8_lower(pc.utf8_trim_whitespace(spaced))


def _without_accents(plain: pa.Array) -> pa.Array:
    apart = pc.utf8_normalize(plain, form="NFD")
    return pc.utf8_normalize(pc.replace_substring_regex(apart, ACCENTS, ""), form="NFC")


def _groups(found: Counts, keys: pa.Array) -> list[tuple[str, Counts]]:
    """Values with the same key: the spelling to keep, and all of them, where that changes any."""
    places = pc.value_counts(keys)
    repeated = places.field("values").filter(pc.greater(places.field("counts"), 1))
    wanted = set(repeated.to_pylist())
    wanted.update(
        key for text, key in zip(found, keys.to_pylist(), strict=True) if _tidy(text) != text
    )
    groups: dict[str, Counts] = {}
    for (text, count), key in zip(found.items(), keys.to_pylist(), strict=True):
        if key in wanted:
            groups.setdefault(key, {})[text] = count
    return [(_kept(group), group) for group in groups.values()]


def _kept(group: Counts) -> str:
    """The most frequent spelling once it is trimmed, written as most of its rows write it."""
    trimmed: Counts = {}
    for text, count in group.items():
        trimmed[_tidy(text)] = trimmed.get(_tidy(text), 0) + count
    return min(trimmed, key=lambda text: (-trimmed[text], text))


def _tidy(text: str) -> str:
    return " ".join(re.sub(INVISIBLE_TEXT, "", unicodedata.normalize("NFC", text)).split())


def _asked(
    kind: Kind, column: str, groups: list[tuple[str, Counts]], rows: int
) -> Iterator[Question]:
    if groups and sum(len(group) for _kept, group in groups) <= MOST_SPELLINGS:
        ordered = sorted(groups, key=lambda one: (-sum(one[1].values()), one[0]))
        yield Question(
            kind=kind,
            column=column,
            groups=tuple((kept, _by_count(group)) for kept, group in ordered),
            evidence={"rows": rows},
        )


def _synonyms(column: str, found: Counts, bare: pa.Array) -> Iterator[Question]:
    keys = dict(zip(found, bare.to_pylist(), strict=True))
    said = set(keys.values())
    if len(said) <= 2 or not said <= YES | NO or not (said & YES and said & NO):
        return
    groups = []
    for words in (YES, NO):
        group = {text: count for text, count in found.items() if keys[text] in words}
        if len({keys[text] for text in group}) > 1:
            groups.append((_kept(group), group))
    yield from _asked(Kind.SYNONYMS, column, groups, sum(found.values()))


def _by_count(group: Counts) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(group.items(), key=lambda item: (-item[1], item[0])))
