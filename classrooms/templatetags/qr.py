"""QR codes as inline SVG: no file, and nothing that the CSP would block."""

import segno
from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag
def qr(text: str, label: str) -> SafeString:
    """The text as an SVG of black squares on white, as wide as its container.

    Args:
        label: what a screen reader says in its place.
    """
    # Quoted by segno: `text` is only in the squares, `label` in an escaped <title>.
    drawing = segno.make_qr(text, error="m").svg_inline(
        dark="#000", light="#fff", border=2, omitsize=True, svgclass="qr", title=label
    )
    drawing = drawing.replace("<svg ", '<svg role="img" ', 1)
    return mark_safe(drawing)  # noqa: S308  # nosec B308, B703
