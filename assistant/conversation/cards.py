"""Drafts that a language model may propose: shown separately, and copied in by hand or not at all.

In an answer they are fenced blocks called `hypothesis` or `config`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

KINDS = ("hypothesis", "config")
_FENCE = re.compile(rf"^```({'|'.join(KINDS)})\s*\n(.*?)^```\s*$", re.MULTILINE | re.DOTALL)
MAX_LENGTH = 2000


@dataclass(frozen=True)
class Card:
    kind: str
    text: str


def split_cards(answer: str) -> tuple[str, list[Card]]:
    """The answer without its drafts, and the drafts."""
    cards = [Card(found[1], found[2].strip()[:MAX_LENGTH]) for found in _FENCE.finditer(answer)]
    return _FENCE.sub("", answer).strip(), cards
