"""Forms of presentations and takeaways."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from experiments.models import Experiment, Takeaway, Talk
from experiments.submit.hypothesis import ExperimentChoiceField
from experiments.talks.learnings import Learnings
from posting.edits import EditForm


class LearningsForm(EditForm, forms.ModelForm):
    """Begins with what the record says; what is sent becomes the presenter's own."""

    best = ExperimentChoiceField(
        label=_("Best experiment"), queryset=Experiment.objects.none(), required=False
    )
    most_instructive = ExperimentChoiceField(
        label=_("Most instructive experiment"), queryset=Experiment.objects.none(), required=False
    )

    class Meta:
        model = Talk
        fields = ("learned", "next_step", "best", "most_instructive")
        help_texts = {
            "learned": _("Two or three sentences that you would say to a colleague."),
            "next_step": _("The experiment that you would run tomorrow, and why."),
        }
        widgets = {
            "learned": forms.Textarea(attrs={"rows": 6}),
            "next_step": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, learnings: Learnings, **kwargs: Any) -> None:
        talk = learnings.talk
        # A copy: the page still shows what is stored while the form is being mended.
        kwargs["instance"] = Talk(
            seat=talk.seat, learned=learnings.learned, next_step=learnings.next_step
        )
        super().__init__(*args, **kwargs)
        known = {result.experiment.pk: result.experiment for result in learnings.results}
        own = Experiment.objects.filter(seat=talk.seat).order_by("number")
        for name in ("best", "most_instructive"):
            field: Any = self.fields[name]
            field.queryset = own
            field.to_field_name = "public_id"
            field.empty_label = gettext("Choose automatically")
            chosen = known.get(getattr(talk, f"{name}_id"))
            self.initial[name] = chosen.public_id if chosen else None


class TakeawayForm(EditForm, forms.ModelForm):
    text = forms.CharField(
        label=_("What did you learn from this presentation?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Write a sentence, or delete your takeaway.")},
    )

    class Meta:
        model = Takeaway
        fields = ("text",)
