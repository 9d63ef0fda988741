"""What a facilitator does about a finding of the leak desk."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from classrooms.models import LeakCheck
from engine.reading.leaks.repairs import OF_A_COLUMN, Repair

FINE, UNDO = "fine", "undo"
LONGEST_REASON = 300


class AnswerForm(forms.Form):
    """A repair, the reason why none is needed, or undoing either."""

    key = forms.CharField(max_length=12)
    action = forms.ChoiceField(choices=[(name, name) for name in (*Repair, FINE, UNDO)])
    reason = forms.CharField(label=_("Why it is fine"), required=False, max_length=LONGEST_REASON)

    def __init__(self, *args: Any, check: LeakCheck, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._findings = {finding["key"]: finding for finding in all_findings(check)}

    def clean_key(self) -> str:
        key: str = self.cleaned_data["key"]
        if key not in self._findings:
            raise forms.ValidationError(gettext("The leak check has no such finding any more."))
        return key

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("action") == FINE and "key" in cleaned and "reason" in cleaned:
            is_question = self.finding["code"] == "question"
            if not is_question and not cleaned["reason"].strip():
                self.add_error("reason", gettext("Say why it is fine; one sentence is enough."))
        return cleaned

    @property
    def finding(self) -> dict[str, Any]:
        return self._findings[self.cleaned_data["key"]]

    @property
    def problem(self) -> str:
        """The first thing that is wrong, for a message on the page."""
        return str(next(iter(self.errors.values()))[0])


def all_findings(check: LeakCheck) -> list[dict[str, Any]]:
    """Findings and questions of a check, in one form."""
    questions = [
        {
            "key": question["key"],
            "code": "question",
            "columns": [question["column"]],
            "values": {"auc": question["auc"]},
            "repairs": list(OF_A_COLUMN),
            "counts": question["counts"],
        }
        for question in check.content.get("questions", [])
    ]
    return [*check.content.get("findings", []), *questions]
