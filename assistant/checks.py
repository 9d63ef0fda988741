"""The coach's line in the checklist before a Dojo starts."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from assistant.budget import coach_settings
from assistant.client import is_configured
from classrooms.checklist import Check
from classrooms.models import Dojo


def on_checks(dojo: Dojo, **kwargs: Any) -> list[Check]:
    """The prompt, and who answers with it."""
    url = reverse("assistant:settings", args=[dojo.public_id])
    return [Check(_("Assistant prompt"), True, _who_answers(dojo), url)]


def _who_answers(dojo: Dojo) -> str:
    chosen = coach_settings(dojo)
    if not is_configured():
        return _("The coach by rules answers: this installation has no key of a language model.")
    if not chosen.is_enabled:
        return _("The coach by rules answers: you switched the language model off.")
    if chosen.system_prompt:
        return _("The language model answers, with your own prompt.")
    return _("The language model answers, with the brief's prompt.")
