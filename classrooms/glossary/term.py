"""One term of the glossary."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Term:
    """A term as it stands in a sentence, with one sentence and one example."""

    key: str
    label: str | Promise
    sentence: str | Promise
    example: str | Promise
