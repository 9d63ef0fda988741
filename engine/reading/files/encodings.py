"""Tell encodings of one byte per letter apart, by how the words look that they give."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from engine.reading.table_format import Encoding

# In order of preference where they give words that look as good.
ONE_BYTE: tuple[Encoding, ...] = ("cp1252", "latin-1", "mac_roman", "cp850")
WORDS = 2_000
SHOWN_WORDS = 6
WORD = re.compile(rb"[A-Za-z'\x80-\xff]*[\x80-\xff][A-Za-z'\x80-\xff]*")

USUAL = frozenset("àâäáçéèêëîïíñôöóùûüúœæßÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŒÆ")
WITHIN = {"’": 2.0, "\u00a0": 2.0, "–": 1.0, "—": 1.0}
OPENING = frozenset("«“„‘’–—€£§µ·•\u00a0")
SIGNS = frozenset("«»“”„’‘…–—€£°§²³µ·•\u00a0")


def words_beyond_ascii(chunks: Iterable[bytes]) -> Counter[bytes]:
    """Words with letters beyond ASCII, the first of them, with how often they stand."""
    words: Counter[bytes] = Counter()
    for chunk in chunks:
        words.update(WORD.findall(chunk))
        if len(words) >= WORDS:
            break
    return words


def one_byte_encoding(words: Counter[bytes]) -> Encoding:
    """The encoding under which these words look most like words of Western Europe."""

    def likeness(encoding: Encoding) -> float:
        return sum(_likeness(word, encoding) for word in words)

    return max(ONE_BYTE, key=likeness)


def shown_words(words: Counter[bytes]) -> dict[str, list[str]]:
    """The most frequent words under each encoding that allows them, for a person to choose."""
    frequent = [word for word, _count in words.most_common(SHOWN_WORDS)]
    found: dict[str, list[str]] = {}
    for encoding in ONE_BYTE:
        try:
            found[encoding] = [word.decode(encoding) for word in frequent]
        except UnicodeDecodeError:
            continue
    return found


def _likeness(word: bytes, encoding: Encoding) -> float:
    """Points of a word: letters as French has them, small ones among small ones."""
    try:
        text = word.decode(encoding)
    except UnicodeDecodeError:
        return -50.0
    points = 0.0
    for place, letter in enumerate(text):
        if letter.isascii():
            continue
        points += _points(letter, text[:place][-2:], text[place + 1 : place + 2])
    return points


def _points(letter: str, before: str, behind: str) -> float:
    """Points of a letter beyond ASCII between its neighbours: two before, one behind."""
    joined = before[-1:].isalpha(), behind.isalpha()
    if letter in SIGNS:
        # What stands between words in one encoding is a letter within them in another.
        if all(joined):
            return WITHIN.get(letter, -1.0)
        return -1.0 if joined[1] and letter not in OPENING else 2.0
    if letter in USUAL:
        # A capital behind a small letter is another encoding's small one, and the reverse.
        misplaced = (
            before[-1:].islower()
            if letter.isupper()
            else behind.isupper() or (len(before) == 2 and before.isupper())
        )
        return -2.0 if misplaced else 2.0 if any(joined) else 0.5
    return -2.0 if any(joined) or not letter.isprintable() else -1.0
