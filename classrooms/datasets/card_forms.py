"""Forms of a prepared dataset: its data card, and columns that concern people."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from classrooms.datasets.dictionary import Dictionary, read_dictionary
from classrooms.models import Dataset
from engine.spec.schema import ColumnType
from posting.edits import EditForm

MAX_LABEL = 80


def _label_of(field: str) -> str:
    return f"label_{field}"


class CardForm(EditForm, forms.ModelForm):
    """The data card of an upload, with a sentence per column."""

    class Meta:
        model = Dataset
        fields = ("title", "description", "source", "licence", "period")
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "description": _("What a row is, and which decision the prediction supports."),
            "source": _("Who collected the data, and how."),
            "licence": _(
                "What participants may do with the data: they take the training and test rows home."
            ),
            "period": _("Which period the data covers."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._names = {
            f"m{n}": column["name"] for n, column in enumerate(self.instance.table_columns)
        }
        for field, name in self._names.items():
            self.fields[field] = forms.CharField(
                label=_("Meaning"),
                required=False,
                max_length=200,
                initial=self.instance.column_meanings.get(name, ""),
            )
            self.fields[_label_of(field)] = forms.CharField(
                label=_("Display name"),
                required=False,
                max_length=MAX_LABEL,
                initial=self.instance.column_labels.get(name, ""),
            )

    @property
    def card_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.Meta.fields]

    @property
    def column_fields(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        """Of each column, its name, and the fields of its display name and its meaning."""
        return [(name, self[_label_of(field)], self[field]) for field, name in self._names.items()]

    def filled_from(self, posted: QueryDict) -> tuple[QueryDict, Dictionary]:
        """What was posted, with what the pasted dictionary says of columns; nothing is saved."""
        found = read_dictionary(posted.get("dictionary", ""), self._names.values())
        filled = posted.copy()
        for field, name in self._names.items():
            if name in found.meanings:
                filled[field] = found.meanings[name]
            if name in found.labels:
                filled[_label_of(field)] = found.labels[name]
        return filled, found

    @property
    def meanings(self) -> dict[str, str]:
        return {name: self.cleaned_data[field] for field, name in self._names.items()}

    @property
    def labels(self) -> dict[str, str]:
        return {name: self.cleaned_data[_label_of(field)] for field, name in self._names.items()}

    @property
    def texts(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class SensitiveForm(forms.Form):
    """By which columns people are not to be treated differently."""

    columns = forms.MultipleChoiceField(
        label=_("Sensitive columns"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, dataset: Dataset, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"columns": dataset.sensitive_columns})
        super().__init__(*args, **kwargs)
        names = [
            column.name
            for column in dataset.schema.features
            if column.type not in (ColumnType.ID, ColumnType.TEXT)
        ]
        self.fields["columns"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]
