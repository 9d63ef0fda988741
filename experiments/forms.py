"""Forms of the record: framing, hypothesis, analysis. The config's is config_form.py."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from classrooms.models import Membership
from experiments.models import Experiment, Framing, Interpretation, Question, RowNote, Run, Stage

SHORT = forms.Textarea(attrs={"rows": 2})


class FramingForm(forms.ModelForm):
    class Meta:
        model = Framing
        fields = ("problem", "data", "metric", "baseline")
        widgets = {
            "problem": forms.Textarea(attrs={"rows": 3}),
            "data": forms.Textarea(attrs={"rows": 3}),
            "metric": SHORT,
            "baseline": SHORT,
        }


class ExperimentChoiceField(forms.ModelChoiceField):
    def label_from_instance(self, experiment: Any) -> str:
        return gettext("#%(number)s – %(claim)s") % {
            "number": experiment.number,
            "claim": experiment.claim[:70],
        }


class HypothesisForm(forms.Form):
    """What is tested, why, and what is expected: without it there is no run."""

    claim = forms.CharField(
        label=_("What do you test?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One change, in one sentence: “Adding X will improve Y”."),
        error_messages={"required": _("No hypothesis, no run: write what you test.")},
    )
    rationale = forms.CharField(
        label=_("Why should it work?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What in the data or in the model makes you think so?"),
        error_messages={"required": _("Write why you expect it: a reason can be refuted.")},
    )
    compared_to = ExperimentChoiceField(
        label=_("Compared to"),
        queryset=Experiment.objects.none(),
        to_field_name="public_id",
        required=False,
        empty_label=_("Nothing: this is the baseline"),
    )
    expected_effect = forms.FloatField(
        label=_("Expected effect"),
        required=False,
        min_value=-10,
        max_value=10,
        widget=forms.NumberInput(attrs={"step": "0.001"}),
    )

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        earlier = Experiment.objects.filter(membership=membership).order_by("-number")
        self.has_earlier = earlier.exists()
        metric = membership.dojo.get_primary_metric_display()
        effect = self.fields["expected_effect"]
        if self.has_earlier:
            self.fields["compared_to"].queryset = earlier  # type: ignore[attr-defined]
            effect.help_text = gettext(
                "The change of %(metric)s on test that you predict, such as 0.02."
            ) % {"metric": metric}
        else:
            del self.fields["compared_to"]
            effect.label = gettext("Expected score")
            effect.help_text = gettext("The %(metric)s on test that you predict.") % {
                "metric": metric
            }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        is_silent = cleaned.get("expected_effect") is None and "expected_effect" not in self.errors
        if cleaned.get("compared_to") and is_silent:
            self.add_error(
                "expected_effect",
                gettext("Predict the effect: a number, even a rough one, can be checked."),
            )
        return cleaned


class AgainForm(forms.Form):
    """What of a run is to be computed once more: a stage, or the answer to a question."""

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


class RowNoteForm(forms.ModelForm):
    """What is noticed about one row that the model got wrong; empty takes the note away."""

    text = forms.CharField(label=_("Note"), required=False, max_length=500)

    class Meta:
        model = RowNote
        fields = ("row", "text")


class LimitsForm(forms.ModelForm):
    """What the model cannot be trusted for, as the participant would tell its users."""

    class Meta:
        model = Experiment
        fields = ("limits",)
        labels = {"limits": _("What would you tell who uses this model?")}
        help_texts = {
            "limits": _(
                "One line for each limit, in your own words. It goes into your experiment log."
            )
        }
        widgets = {"limits": forms.Textarea(attrs={"rows": 8})}


class AnalysisForm(forms.ModelForm):
    """What the results mean, what is decided, what comes next."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[("", _("Not yet decided")), *Experiment.Decision.choices],
        required=False,
    )

    class Meta:
        model = Experiment
        fields = ("analysis", "decision", "next_step")
        labels = {"analysis": _("Analysis"), "next_step": _("Next")}
        help_texts = {
            "analysis": _("Why this result? Which errors are typical? Was your prediction right?"),
            "next_step": _("The next experiment to try, and why."),
        }
        widgets = {
            "analysis": forms.Textarea(attrs={"rows": 4}),
            "next_step": forms.Textarea(attrs={"rows": 2}),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("decision") and not cleaned.get("analysis", "").strip():
            self.add_error("analysis", gettext("Say why before you decide: a sentence is enough."))
        return cleaned
