"""The coach's item in the checklist before a Dojo starts."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from assistant.model.budget import coach_settings
from assistant.model.client import is_configured
from classrooms.models import Dojo
from classrooms.people.checklist import Check


def on_checks(dojo: Dojo, **kwargs: Any) -> list[Check]:
    """The prompt, and who answers with it."""
    url = reverse("assistant:settings", args=[dojo.public_id])
    return [Check(_("Coach prompt"), True, _who_answers(dojo), url)]


def _who_answers(dojo: Dojo) -> str:
    chosen = coach_settings(dojo)
    if not is_configured():
        return _("The rule-based coach answers: this server has no key for a language model.")
    if not chosen.is_enabled:
        return _("The rule-based coach answers: you switched the language model off.")
    if chosen.system_prompt:
        return _("The language model answers, with your own prompt.")
    return _("The language model answers, with the standard prompt.")
