"""Texts as a search reads them."""

from __future__ import annotations

import unicodedata


def folded(text: str) -> str:
    """Without accents and capitals: “chloe” finds “Chloé”."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
