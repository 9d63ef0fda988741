"""An agenda in the language of who reads it, as far as nobody rewrote it."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise

from classrooms.agenda.variants import AGENDAS


def agenda_words(text: str) -> str:
    """A title, content or deliverable of a phase for the reader: as the product says it in their
    language, or as the facilitator wrote it."""
    return str(_own_words().get(text, text))


@lru_cache(maxsize=1)
def _own_words() -> dict[str, str | Promise]:
    """What the product's agendas say in each language, with what says it in any."""
    found: dict[str, str | Promise] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for plan in (plan for agenda in AGENDAS.values() for plan in agenda):
                for words in (plan.kind.label, plan.content, plan.deliverable):
                    found[str(words)] = words
    return found
