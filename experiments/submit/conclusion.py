"""The form of a conclusion: words, decision, and what is claimed so that rules can read it."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from experiments.forecasts.belief import columns_read
from experiments.models import Experiment, Interpretation, Stage
from experiments.wording.claims import subgroup_words
from jobs.models import JobStatus
from posting.edits import EditForm


def subgroups_of(experiment: Experiment) -> list[tuple[str, str]]:
    """Subgroups that the interpretation found, as stored and in words."""
    stage = Interpretation.objects.filter(
        run=experiment.run, stage=Stage.SUBGROUPS, status=JobStatus.SUCCEEDED
    ).first()
    found = stage.content["slices"]["found"] if stage else []
    stored = [json.dumps(one["conditions"], sort_keys=True) for one in found]
    return [(text, subgroup_words(text)) for text in stored]


class AnalysisForm(EditForm, forms.ModelForm):
    """Analysis, claims, decision and next step."""

    claimed_column = forms.ChoiceField(label=_("This column"), required=False)
    column_claim = forms.ChoiceField(
        label=_("… does this"),
        choices=[("", "–"), *Experiment.ColumnClaim.choices],
        required=False,
    )
    claimed_with = forms.ChoiceField(label=_("… this other column"), required=False)
    claimed_subgroup = forms.ChoiceField(label=_("This subgroup"), required=False)
    subgroup_claim = forms.ChoiceField(
        label=_("… is"),
        choices=[("", "–"), *Experiment.SubgroupClaim.choices],
        required=False,
    )
    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[("", _("Not decided yet")), *Experiment.Decision.choices],
        required=False,
        help_text=_("What you keep is what you submit: the leaderboard ranks it."),
    )

    class Meta:
        model = Experiment
        fields = ("analysis", *Experiment.CLAIMS, "decision", "next_step")
        labels = {"analysis": _("Analysis"), "next_step": _("Next")}
        help_texts = {
            "analysis": _("Why this result? Which errors are typical? Was your forecast right?"),
            "next_step": _("The next experiment to run, and why."),
        }
        widgets = {
            "analysis": forms.Textarea(attrs={"rows": 4}),
            "next_step": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args: Any, about: Experiment, **kwargs: Any) -> None:
        """
        Args:
            about: the experiment, whose columns and subgroups can be named.
        """
        super().__init__(*args, **kwargs)
        reference = about.compared_to
        read = columns_read(about) | (columns_read(reference) if reference else set())
        schema = about.seat.dojo.schema
        names = [column.name for column in schema.features if column.name in read]
        columns = [("", "–"), *((name, name) for name in names)]
        groups = subgroups_of(about)
        if about.is_closed:
            # What was decided is decided otherwise, and not taken back.
            self.fields["decision"].choices = Experiment.Decision.choices  # type: ignore[attr-defined]
        self._offer("claimed_column", columns)
        self._offer("claimed_with", columns)
        self._offer("claimed_subgroup", [("", "–"), *groups])
        if not groups:
            del self.fields["claimed_subgroup"], self.fields["subgroup_claim"]

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    @property
    def claim_fields(self) -> list[forms.BoundField]:
        """What rules read."""
        return [self[name] for name in Experiment.CLAIMS if name in self.fields]

    @property
    def has_claims(self) -> bool:
        """Whether something is claimed, or is to mend."""
        return any(field.errors or field.value() for field in self.claim_fields)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("decision") and not cleaned.get("analysis", "").strip():
            self.add_error(
                "analysis", gettext("Say why before you decide; one sentence is enough.")
            )
        self._check_pair(cleaned, "claimed_column", "column_claim")
        if "claimed_subgroup" in self.fields:
            self._check_pair(cleaned, "claimed_subgroup", "subgroup_claim")
        is_together = cleaned.get("column_claim") == Experiment.ColumnClaim.TOGETHER
        if is_together and not cleaned.get("claimed_with"):
            self.add_error("claimed_with", gettext("Choose the other column."))
        if not is_together:
            cleaned["claimed_with"] = ""
        elif cleaned.get("claimed_with") == cleaned.get("claimed_column"):
            self.add_error("claimed_with", gettext("Choose another column than the first."))
        return cleaned

    def _check_pair(self, cleaned: dict[str, Any], subject: str, claim: str) -> None:
        """One without the other claims nothing."""
        if cleaned.get(subject) and not cleaned.get(claim):
            self.add_error(claim, gettext("Say what you claim of it."))
        if cleaned.get(claim) and not cleaned.get(subject):
            self.add_error(subject, gettext("Choose what you claim it of."))
