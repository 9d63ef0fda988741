"""What to show of the rows: those whose value in one column is such."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from posting.numbers import NumberField, number_text

MISSING = "missing"
PRESENT = "present"
# Another column has other conditions; without scripts, they come with the rows.
ASKS_ANEW = {
    "hx-get": "",
    "hx-trigger": "change",
    "hx-include": "closest form",
    "hx-target": "#row-filter",
    "hx-select": "#row-filter",
    "hx-swap": "outerHTML",
}


class RowFilterForm(forms.Form):
    """A condition on one column; what its kind of column has no use for is not asked.

    Args:
        columns: their names as they are shown, by their place.
        numeric: places of those that are numbers.
    """

    column = forms.ChoiceField(
        label=_("Column"), required=False, widget=forms.Select(attrs=ASKS_ANEW)
    )
    least = NumberField(label=_("From"), required=False)
    most = NumberField(label=_("To"), required=False)
    text = forms.CharField(
        label=_("Contains"), required=False, max_length=200, help_text=_("Case doesn't matter.")
    )
    presence = forms.ChoiceField(
        label=_("Missing values"),
        required=False,
        choices=[
            ("", _("with and without a value")),
            (MISSING, _("only missing")),
            (PRESENT, _("only with a value")),
        ],
    )

    def __init__(self, data: Any, *, columns: list[str], numeric: set[int]) -> None:
        super().__init__(data)
        choices = [(str(place), name) for place, name in enumerate(columns)]
        self.fields["column"].choices = [("", _("all columns")), *choices]  # type: ignore[attr-defined]
        chosen = str((data or {}).get("column", ""))
        self.place = int(chosen) if chosen in dict(choices) else None
        if self.place is None:
            del self.fields["presence"]
        if self.place in numeric:
            del self.fields["text"]
        else:
            del self.fields["least"], self.fields["most"]

    def takes(self, row: list[Any]) -> bool:
        """Whether a row is one of those asked for; all are where the form is not valid."""
        asked = self.cleaned_data if self.is_valid() else {}
        if self.place is None:
            words = asked.get("text", "").casefold()
            return not words or any(words in shown(value).casefold() for value in row)
        value = row[self.place]
        if value is None:
            limits = asked.get("least"), asked.get("most"), asked.get("text") or None
            return asked.get("presence") == MISSING or (
                not asked.get("presence") and limits == (None, None, None)
            )
        if asked.get("presence") == MISSING:
            return False
        if isinstance(value, str):
            return asked.get("text", "").casefold() in value.casefold()
        least, most = asked.get("least"), asked.get("most")
        return (least is None or value >= least) and (most is None or value <= most)


def shown(value: Any) -> str:
    """A value as the page writes it, in the reader's language; "" where it is missing."""
    if value is None:
        return ""
    return value if isinstance(value, str) else number_text(value)
