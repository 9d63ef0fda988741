"""What a facilitator declares, and what they add to the data."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from classrooms.datasets.truths.known import TruthKind
from classrooms.datasets.truths.services import names_of
from classrooms.models import Dataset


class TruthForm(forms.Form):
    """One truth: of one column, of several, of two together, or of a subgroup."""

    kind = forms.ChoiceField(label=_("What is true"), choices=TruthKind.choices)
    columns = forms.MultipleChoiceField(
        label=_("Of these columns"), widget=forms.CheckboxSelectMultiple
    )
    value = forms.CharField(
        label=_("Value in the subgroup"),
        required=False,
        max_length=100,
        help_text=_("Only for a subgroup: the value of the column in it. Leave it empty for any."),
    )
    note = forms.CharField(label=_("How you know"), required=False, max_length=300)

    def __init__(self, *args: Any, dataset: Dataset, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Values are indices: a column's name may hold any character.
        names = [column["name"] for column in dataset.columns if column["name"] != dataset.target]
        planted = [one["name"] for one in dataset.planted_columns if one["name"] not in names]
        self._names = {str(place): name for place, name in enumerate([*names, *planted])}
        self.fields["columns"].choices = list(self._names.items())  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind, count = cleaned.get("kind"), len(cleaned.get("columns", ()))
        if kind == TruthKind.TOGETHER and count and count != 2:
            self.add_error("columns", gettext("Choose exactly two columns."))
        if kind == TruthKind.HARDER and count > 1:
            self.add_error("columns", gettext("Choose the one column that makes the subgroup."))
        return cleaned

    @property
    def truth(self) -> dict[str, Any]:
        """As `declare_truth` takes it."""
        cleaned = self.cleaned_data
        is_subgroup = cleaned["kind"] == TruthKind.HARDER
        return {
            "kind": cleaned["kind"],
            "columns": [name for place, name in self._names.items() if place in cleaned["columns"]],
            "value": cleaned["value"] if is_subgroup else "",
            "note": cleaned["note"],
        }


class PlantForm(forms.Form):
    """A column to be added by the split."""

    planted = forms.ChoiceField(
        label=_("Add a column"),
        choices=[
            ("leak", _("that knows the answer (a leak)")),
            ("noise", _("that knows nothing (noise)")),
        ],
        widget=forms.RadioSelect,
    )
    name = forms.CharField(
        label=_("Its name"),
        max_length=60,
        help_text=_("As participants will read it: it should give nothing away."),
    )

    def __init__(self, *args: Any, dataset: Dataset, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._taken = names_of(dataset) | {one["name"] for one in dataset.planted_columns}

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name in self._taken:
            raise forms.ValidationError(gettext("There is a column of this name already."))
        return name
