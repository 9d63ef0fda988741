"""All terms, by key and in the order of the reader's alphabet."""

from __future__ import annotations

from classrooms.glossary.forecasts import FORECASTS
from classrooms.glossary.learning import LEARNING
from classrooms.glossary.term import Term

TERMS: dict[str, Term] = {term.key: term for term in (*FORECASTS, *LEARNING)}


def sorted_terms() -> list[Term]:
    """As a reader looks them up."""
    return sorted(TERMS.values(), key=lambda term: str(term.label).casefold())
