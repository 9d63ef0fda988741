"""Explain a term where it stands."""

from __future__ import annotations

from itertools import count

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from classrooms.glossary.terms import TERMS

register = template.Library()
_numbers = count(1)


@register.simple_tag
def term(key: str, text: str = "") -> SafeString:
    """A word with its explanation, shown by hover, tap and focus.

    Args:
        key: of the term.
        text: how it is written here; the term's own label where empty.
    """
    found = TERMS[key]
    # Of this one place: a page may explain a term twice.
    number = f"term-{key}-{next(_numbers)}"
    return format_html(
        '<span class="term"><button type="button" class="term-word" aria-describedby="{}">{}'
        '</button><span class="term-text" role="tooltip" id="{}">{} <em>{}</em></span></span>',
        number,
        text or found.label,
        number,
        found.sentence,
        found.example,
    )
