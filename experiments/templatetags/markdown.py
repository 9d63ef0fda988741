"""People's texts in Markdown documents, escaped so that they add no structure."""

from django import template

from experiments.exports.documents import log

register = template.Library()

register.filter("plain", log.plain)
register.filter("plain_line", log.plain_line)


@register.filter
def table_cell(text: str) -> str:
    """A text within one cell of a table."""
    return log.plain_line(text).replace("|", "\\|")
