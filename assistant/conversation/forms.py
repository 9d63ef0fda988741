"""Forms of the coach."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assistant.conversation.services import MAX_WORDS
from assistant.models import CoachSettings
from posting.numbers import AmountField


class SayForm(forms.Form):
    text = forms.CharField(
        label=_("Your message"),
        max_length=MAX_WORDS,
        widget=forms.Textarea(attrs={"rows": 2, "data-enter-sends": True}),
        error_messages={"required": _("Enter a message first.")},
    )


BUDGETS = ("dojo_budget", "day_budget", "participant_budget")


class CoachSettingsForm(forms.ModelForm):
    class Meta:
        model = CoachSettings
        fields = (
            "is_enabled",
            "openness",
            "shares_rows",
            *BUDGETS,
            "system_prompt",
        )
        field_classes = dict.fromkeys(BUDGETS, AmountField)
        help_texts = {
            "is_enabled": _("Off: the rule-based coach answers everywhere, and says so."),
            "openness": _(
                "Socratic by default: it asks questions and leaves the work to participants."
            ),
            "shares_rows": _(
                "Off: only columns, types and aggregates are sent, never a row of the data."
            ),
            "system_prompt": _(
                "Instructions for the model, sent before every conversation. Empty: "
                "the standard prompt."
            ),
        }
        widgets = {"system_prompt": forms.Textarea(attrs={"rows": 18})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["openness"].widget = forms.RadioSelect(choices=CoachSettings.Openness.choices)
