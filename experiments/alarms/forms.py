"""Forms by which a facilitator answers for columns."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from classrooms.models import Dojo
from experiments.forecasts.belief import leaks_of
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
    """Which columns are recorded after the outcome."""

    columns = forms.MultipleChoiceField(
        label=_("Recorded after the outcome"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, dojo: Dojo, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"columns": sorted(leaks_of(dojo))})
        super().__init__(*args, **kwargs)
        names = [column.name for column in dojo.dataset.schema.features]
        self.fields["columns"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]
