"""The form of a reading: three questions, each with its anchors."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assistant.models import Reading
from assistant.readings.wording import ANCHORS, QUESTIONS


class ReadingForm(forms.ModelForm):
    """Points where the reader has any, and a note."""

    class Meta:
        model = Reading
        fields = (*Reading.CRITERIA, "note")
        labels = {"note": _("A sentence to them")}
        widgets = {"note": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for criterion in Reading.CRITERIA:
            self.fields[criterion] = forms.TypedChoiceField(
                label=str(QUESTIONS[criterion]),
                choices=list(enumerate(ANCHORS[criterion])),
                coerce=int,
                empty_value=None,
                required=False,
                widget=forms.RadioSelect,
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and all(cleaned.get(name) in (None, "") for name in self.fields):
            raise forms.ValidationError(gettext("Answer one of the questions, or write a note."))
        return cleaned
