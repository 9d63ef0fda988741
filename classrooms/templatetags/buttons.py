"""Buttons that change something: each is a form of its own, which works without script."""

from typing import Any

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_block_tag(takes_context=True)
def post_button(
    context: Context,
    content: str,
    view: str,
    *args: Any,
    look: str = "",
    name: str = "action",
    value: str = "",
    title: str = "",
    aria_label: str = "",
    confirm: str = "",
) -> SafeString:
    """A form with one button, whose label is the block's content.

    Args:
        view: name of the URL that the form posts to; `args` are its arguments.
        look: further classes of the button.
        name, value: what the button sends, if anything.
        confirm: a question to answer with yes first.
    """
    button = {
        "address": reverse(view, args=args),
        "look": look,
        "name": name,
        "value": value,
        "title": title,
        "aria_label": aria_label,
        "confirm": confirm,
        "label": content,
        "csrf_token": context.get("csrf_token"),
    }
    return render_to_string("forms/button.html", button)
