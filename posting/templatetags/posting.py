import secrets
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from posting.edits import SEEN, EditForm, digest_of
from posting.once import FIELD

register = template.Library()


@register.simple_tag
def one_time_key() -> SafeString:
    """The hidden field by which a form that makes something makes it once."""
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, secrets.token_urlsafe())


@register.inclusion_tag("posting/edit.html", takes_context=True)
def edit_state(context: Context, form: EditForm) -> dict[str, Any]:
    """What a form was filled from; where that has changed since, both texts."""
    return {"form": form, "address": context["request"].get_full_path()}


@register.simple_tag
def seen_text(text: str) -> SafeString:
    """What a form of a single text was filled from, where a list shows many of them."""
    return format_html(
        '<input type="hidden" name="{}" value="{}">', SEEN, digest_of({"text": text})
    )
