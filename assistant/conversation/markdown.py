"""Answers as HTML: CommonMark without HTML, links or pictures.

What a language model writes may carry anything that a text in its prompt told it to. A
link or a picture would let that leave the page; without them it is only words.
"""

from __future__ import annotations

from functools import cache

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

SWITCHED_OFF = ["link", "image", "autolink", "reference", "html_inline", "html_block"]


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable(SWITCHED_OFF)


def to_html(text: str) -> SafeString:
    """The text as HTML in which nothing is live."""
    # markdown-it escapes all else.
    return mark_safe(_parser().render(text))  # noqa: S308  # nosec B308, B703
