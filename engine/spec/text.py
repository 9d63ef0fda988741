"""Text that a database, a page and a file can all hold."""

from __future__ import annotations

import re
from typing import Any

# PostgreSQL stores no NUL; half of a surrogate pair is no character that UTF-8 could encode.
UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def is_storable(text: str) -> bool:
    return UNSTORABLE.search(text) is None


def repaired(text: str) -> str:
    """The text without NUL, with two halves of a character joined and a lone one replaced."""
    if is_storable(text):
        return text
    joined = text.replace("\0", "").encode("utf-16-le", "surrogatepass")
    return joined.decode("utf-16-le", "replace")


def unstorable_path(value: Any) -> tuple[str, ...] | None:
    """Where a JSON-able value has text that cannot be stored; None where it has none.

    A key that cannot be stored is reported at its mapping: an error could not quote it.
    """
    match value:
        case str():
            return None if is_storable(value) else ()
        case dict():
            if not all(is_storable(str(key)) for key in value):
                return ()
            inner = [(str(key), one) for key, one in value.items()]
        case list():
            inner = [(str(place), one) for place, one in enumerate(value)]
        case _:
            return None
    for key, one in inner:
        if (found := unstorable_path(one)) is not None:
            return (key, *found)
    return None
