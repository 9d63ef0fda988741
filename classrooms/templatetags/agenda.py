"""The words of an agenda in templates."""

from django import template

from classrooms.agenda import readers

register = template.Library()


@register.filter
def agenda_words(text: str) -> str:
    """A phase's title, content or deliverable in the reader's language."""
    return readers.agenda_words(text)
