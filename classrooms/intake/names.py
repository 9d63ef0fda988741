"""Names of people: tidy as they are stored, and compared as the eye compares them."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from functools import lru_cache
from typing import Any

from confusable_homoglyphs.confusables import confusables_data
from django import forms

MAX_NAME = 60
# Letters and marks by their category, and yet nothing is seen of them.
BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# Controls, formats (zero width, direction), surrogates, private use, unassigned.
INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Co", "Cn"))


def tidy_name(typed: str) -> str:
    """The name composed (NFC), its white space collapsed, without what nobody sees; empty
    where nothing of it is seen."""
    spaced = " ".join(unicodedata.normalize("NFC", typed).split())
    kept = [
        letter
        for letter in spaced
        if letter not in BLANKS and unicodedata.category(letter) not in INVISIBLE
    ]
    name = " ".join("".join(kept).split())
    return name if any(unicodedata.category(letter)[0] in "LNPS" for letter in name) else ""


def name_key(name: str) -> str:
    """Equal for names that look alike: whatever their case and width, and with letters of
    other alphabets for the Latin ones that they resemble."""
    plain = unicodedata.normalize("NFKC", tidy_name(name))
    latin = _latin_lookalikes(plain).casefold()
    return unicodedata.normalize("NFKC", _latin_lookalikes(latin))


def _latin_lookalikes(text: str) -> str:
    letters = "".join(map(_latin_lookalike, unicodedata.normalize("NFD", text)))
    return unicodedata.normalize("NFC", letters)


@lru_cache(maxsize=1000)
def _latin_lookalike(letter: str) -> str:
    """The Latin letter that this one of another alphabet is taken for; else itself.

    Latin letters stay apart: that I resembles l makes nobody take Ian for lan.
    """
    if letter.isascii():
        return letter
    alike = [one["c"] for one in confusables_data.get(letter, ())]
    latin = [one for one in alike if len(one) == 1 and one.isascii() and one.isalpha()]
    same_case = (one for one in latin if one.isupper() == letter.isupper())
    return next(same_case, latin[0] if latin else letter)


def free_name(wanted: str, taken: Collection[str]) -> str:
    """The name, with a number where one that looks like it is taken.

    Args:
        taken: keys of the names that others have.
    """
    wanted = tidy_name(wanted)[:MAX_NAME]
    name, number = wanted, 2
    while name_key(name) in taken:
        suffix = f" {number}"
        name, number = wanted[: MAX_NAME - len(suffix)].rstrip() + suffix, number + 1
    return name


class NameField(forms.CharField):
    """A person's name, made tidy before its length is checked."""

    def __init__(self, *, max_length: int = MAX_NAME, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)

    def to_python(self, value: Any) -> str:
        return tidy_name(super().to_python(value) or "")
