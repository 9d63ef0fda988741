"""Form of a participant's document: its texts, and the experiments it includes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from experiments.models import Documentation, Experiment
from posting.edits import EditForm


class DocumentForm(EditForm, forms.ModelForm):
    """Order and choice of experiments are lists of their numbers."""

    order = forms.MultipleChoiceField(required=False)
    shown = forms.MultipleChoiceField(required=False)

    class Meta:
        model = Documentation
        fields = ("title", "language", "introduction", "conclusion")
        help_texts = {
            "title": _("Title of your document; empty: “Experiment Log”."),
            "introduction": _("Two or three sentences for a reader who was not there."),
            "conclusion": _("What you have confirmed, what you have not, and what you recommend."),
        }
        widgets = {
            "introduction": forms.Textarea(attrs={"rows": 4}),
            "conclusion": forms.Textarea(attrs={"rows": 6}),
        }

    def __init__(self, *args: Any, experiments: Sequence[Experiment], **kwargs: Any) -> None:
        document: Documentation = kwargs["instance"]
        self._arranged = document.arranged(experiments)
        kwargs["initial"] = {
            "order": [str(one.number) for one in self._arranged],
            "shown": [str(one.number) for one in self._arranged if not document.omits(one)],
        }
        super().__init__(*args, **kwargs)
        numbers = [(str(one.number), str(one.number)) for one in self._arranged]
        for name in ("order", "shown"):
            field: Any = self.fields[name]
            field.choices = numbers
        language: Any = self.fields["language"]
        language.choices = [("", gettext("The Dojo's language")), *language.choices[1:]]

    def stored_values(self) -> dict[str, Any]:
        return {name: self.initial.get(name) for name in self.Meta.fields}

    @property
    def texts(self) -> list[forms.BoundField]:
        return [self[name] for name in self.Meta.fields]

    @property
    def rows(self) -> list[tuple[Experiment, bool]]:
        """Every experiment in the order that is shown, and whether it is in the document."""
        order, shown = self["order"].value() or [], self["shown"].value() or []
        places = {number: place for place, number in enumerate(order)}
        ordered = sorted(self._arranged, key=lambda one: places.get(str(one.number), len(places)))
        return [(one, str(one.number) in shown) for one in ordered]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self._arranged and not cleaned.get("shown"):
            raise forms.ValidationError(gettext("Keep at least one experiment in the document."))
        return cleaned

    def fields_to_save(self) -> dict[str, Any]:
        """The fields as the model stores them."""
        texts = {name: self.cleaned_data[name] for name in self.Meta.fields}
        shown = set(self.cleaned_data["shown"])
        left_out = [one.number for one in self._arranged if str(one.number) not in shown]
        order = list(dict.fromkeys(int(number) for number in self.cleaned_data["order"]))
        return texts | {"order": order, "omitted": left_out}


def moved(data: QueryDict, number: str, *, by: int) -> QueryDict:
    """The posted form with one experiment moved; texts stay as they were typed."""
    changed = data.copy()
    order = changed.getlist("order")
    if number in order:
        place = order.index(number) + by
        if 0 <= place < len(order):
            order.remove(number)
            order.insert(place, number)
    changed.setlist("order", order)
    return changed
