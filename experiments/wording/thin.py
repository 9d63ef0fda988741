"""Texts too short to be understood later. Nothing is refused for it: the writer is asked."""

from __future__ import annotations

import re

from django.utils.translation import ngettext

# As few words say which decision was taken, and rarely why.
FEWEST_WORDS = 6
_WORD = re.compile(r"\w+")


def different_words(text: str) -> int:
    """Number of different words and numbers; a single letter is none."""
    words = _WORD.findall(text.casefold())
    return len({word for word in words if len(word) > 1 or word.isdigit()})


def thin_words(text: str) -> str:
    """A question to whoever wrote so little; empty where it is enough, or nothing.

    Different words are counted: “no no no no no no” is one.
    """
    words = _WORD.findall(text.casefold())
    different = len(set(words))
    if not words or different >= FEWEST_WORDS:
        return ""
    if different == len(words):
        told = ngettext(
            "%(count)s word: will you understand this in a month?",
            "%(count)s words: will you understand this in a month?",
            different,
        )
    else:
        told = ngettext(
            "%(count)s different word: will you understand this in a month?",
            "%(count)s different words: will you understand this in a month?",
            different,
        )
    return told % {"count": different}
