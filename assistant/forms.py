"""Forms of the coach."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assistant.conversing import MAX_WORDS
from assistant.models import CoachSettings


class SayForm(forms.Form):
    text = forms.CharField(
        label=_("Your message"),
        max_length=MAX_WORDS,
        widget=forms.Textarea(attrs={"rows": 2, "data-enter-sends": True}),
        error_messages={"required": _("Write something first.")},
    )


class CoachSettingsForm(forms.ModelForm):
    class Meta:
        model = CoachSettings
        fields = (
            "is_enabled",
            "openness",
            "shares_rows",
            "dojo_budget",
            "day_budget",
            "participant_budget",
            "system_prompt",
        )
        help_texts = {
            "is_enabled": _("Off: the coach by rules answers everywhere, and says so."),
            "openness": _("Socratic by default: it asks, and leaves the work to them."),
            "shares_rows": _(
                "Off: only columns, types and aggregates are sent, never a row of the data."
            ),
            "system_prompt": _("What the model is told first. Empty: the product's own."),
        }
        widgets = {"system_prompt": forms.Textarea(attrs={"rows": 18})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["openness"].widget = forms.RadioSelect(choices=CoachSettings.Openness.choices)
