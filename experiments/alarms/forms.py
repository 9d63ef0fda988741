"""Forms by which a facilitator answers for columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from classrooms.models import Dojo
from experiments.forecasts.belief import leaks_of, traps_of
from experiments.models import ClosedAlarm, Experiment


class ClosingForm(forms.ModelForm):
    """Why a column may be used, although it seems to know the outcome."""

    class Meta:
        model = ClosedAlarm
        fields = ("reason",)


class AnswerForm(forms.ModelForm):
    """What a participant says of the column that seems to know the outcome."""

    class Meta:
        model = Experiment
        fields = ("alarm_answer",)
        labels = {"alarm_answer": _("Your answer")}
        help_texts = {
            "alarm_answer": _(
                "Which column is it, and when is its value recorded? Your facilitator reads it."
            )
        }
        widgets = {"alarm_answer": forms.Textarea(attrs={"rows": 2})}


class MarksForm(forms.Form):
    """Which columns are recorded after the outcome, and which of these are left as traps."""

    columns = forms.MultipleChoiceField(
        label=_("Recorded after the outcome"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    traps = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, dojo: Dojo, **kwargs: Any) -> None:
        names = [column.name for column in dojo.dataset.schema.features]
        marked, left = leaks_of(dojo), set(traps_of(dojo))
        if dojo.has_started:
            # One that is marked now stays ticked: see `mark_columns`.
            left |= set(names) - marked
        kwargs.setdefault("initial", {"columns": sorted(marked), "traps": sorted(left)})
        super().__init__(*args, **kwargs)
        for field in ("columns", "traps"):
            self.fields[field].choices = [(name, name) for name in names]  # type: ignore[attr-defined]

    @property
    def rows(self) -> Iterator[tuple[Any, Any]]:
        """Each column's mark, with the switch that leaves it as a trap."""
        return zip(self["columns"], self["traps"], strict=True)
