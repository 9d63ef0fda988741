"""Forms of framing, notes and limitations. The config has its own form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from experiments.models import Experiment, Framing, Interpretation, Question, RowNote, Run, Stage
from experiments.wording.thin import different_words
from posting.edits import EditForm

SHORT = forms.Textarea(attrs={"rows": 2})


class FramingForm(EditForm, forms.ModelForm):
    """What is decided, by which data and metric, against what. Letters are no framing."""

    class Meta:
        model = Framing
        fields = ("problem", "data", "metric", "baseline")
        widgets = {
            "problem": forms.Textarea(attrs={"rows": 3}),
            "data": forms.Textarea(attrs={"rows": 3}),
            "metric": SHORT,
            "baseline": SHORT,
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name in self.Meta.fields:
            # Data, a metric or a baseline can be named in one word or number.
            fewest = 2 if name == "problem" else 1
            if name in cleaned and different_words(cleaned[name]) < fewest:
                self.add_error(
                    name,
                    gettext("Nobody can tell from this what you mean: write it as a sentence."),
                )
        return cleaned


class AgainForm(forms.Form):
    """The part of a run to compute again: a stage, or the answer to a question."""

    stage = forms.TypedChoiceField(choices=Stage.choices, coerce=int, required=False)
    question = forms.CharField(max_length=64, required=False)
    next = forms.CharField(required=False)

    def job_of(self, run: Run) -> Interpretation | Question | None:
        """The job that is meant, if the run has it."""
        if not self.is_valid():
            return None
        if digest := self.cleaned_data["question"]:
            return run.questions.filter(digest=digest).first()
        return run.interpretations.filter(stage=self.cleaned_data["stage"] or 0).first()


class RowNoteForm(EditForm, forms.ModelForm):
    """A note on one wrong prediction; an empty text deletes it."""

    text = forms.CharField(label=_("Note"), required=False, max_length=500)

    class Meta:
        model = RowNote
        fields = ("row", "text")

    def stored_values(self) -> dict[str, Any]:
        return {"text": self.initial.get("text", "")}


class LimitsForm(EditForm, forms.ModelForm):
    """The model's limitations, in the participant's words."""

    class Meta:
        model = Experiment
        fields = ("limits",)
        labels = {"limits": _("What would you tell people who use this model?")}
        help_texts = {
            "limits": _("One line for each limitation, in your own words. They go into your log.")
        }
        widgets = {"limits": forms.Textarea(attrs={"rows": 8})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._limits = self.instance.limits

    def stored_values(self) -> dict[str, Any]:
        """What is in the log: the draft that the form may begin with is not."""
        return {"limits": self._limits}
