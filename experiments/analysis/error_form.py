"""Filter form of the errors: type, column and value, order."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from engine.explain.mistakes.error_filter import ColumnChoice, column_choices, select_errors
from engine.spec.schema import ColumnType
from experiments.analysis.row_form import MomentField
from posting.numbers import NumberField, number_text

# In the address, where categories are marked too: none can look like it.
MISSING, VALUE = "missing", "="
FIELDS_BY_CHOICE = {"value": ("value",), "range": ("low", "high"), "text": ("contains",)}


class ErrorFilterForm(forms.Form):
    """Reads the query string: a value that can't be read filters nothing, and shows an error at
    its field."""

    kind = forms.ChoiceField(label=_("Type of error"), required=False)
    column = forms.ChoiceField(label=_("Column"), required=False)
    value = forms.ChoiceField(label=_("Value"), required=False)
    low = forms.CharField(label=_("From"), required=False, max_length=40)
    high = forms.CharField(label=_("To"), required=False, max_length=40)
    contains = forms.CharField(label=_("Contains"), required=False, max_length=80)
    order = forms.ChoiceField(label=_("Order"), required=False)
    noted = forms.BooleanField(label=_("Only errors with a note"), required=False)

    def __init__(self, data: Any, *, table: dict[str, Any]) -> None:
        super().__init__(data)
        self.table = table
        self.column_choice = self._chosen_column(column_choices(table))
        has_costs = any(row["cost"] is not None for row in table["rows"])
        self._choices("kind").choices = [
            ("", gettext("All errors")),
            ("false_positive", gettext("False positives")),
            ("false_negative", gettext("False negatives")),
        ]
        self._choices("order").choices = [
            ("", gettext("Most confident first")),
            *([("cost", gettext("Most costly first"))] if has_costs else []),
            ("row", gettext("By row number")),
        ]
        names = [(column["name"], column["name"]) for column in table["columns"]]
        self._choices("column").choices = [("", gettext("Any column")), *names]
        self._shape_for_column()

    def _choices(self, name: str) -> Any:
        return self.fields[name]

    def _chosen_column(self, choices: list[ColumnChoice]) -> ColumnChoice | None:
        name = self.data.get("column") if self.is_bound else None
        return next((choice for choice in choices if choice.name == name), None)

    def _shape_for_column(self) -> None:
        """A range for numbers and dates, a part of a text, a choice of values for the others."""
        choice = self.column_choice
        for by, names in FIELDS_BY_CHOICE.items():
            if choice is None or choice.by != by:
                for name in names:
                    del self.fields[name]
        if choice is None or choice.by == "text":
            return
        if choice.by == "value":
            values = [(VALUE + value, f"{value} ({count})") for value, count in choice.values]
            if choice.missing:
                values.append(
                    (MISSING, gettext("no value (%(count)s)") % {"count": choice.missing})
                )
            self.fields["value"].choices = [("", gettext("Any value")), *values]  # type: ignore[attr-defined]
            return
        for end in ("low", "high"):
            bound = getattr(choice, end)
            shown = number_text(bound) if isinstance(bound, int | float) else str(bound or "")
            self.fields[end].widget.attrs["placeholder"] = shown
            if choice.type == ColumnType.DATETIME:
                self.fields[end] = MomentField(
                    label=self.fields[end].label, required=False, widget=self.fields[end].widget
                )
            if choice.type == "numeric":
                self.fields[end] = NumberField(
                    label=self.fields[end].label, required=False, widget=self.fields[end].widget
                )

    @property
    def only_noted(self) -> bool:
        return bool(self._asked("noted"))

    def _asked(self, name: str) -> Any:
        """The value of a field; None if it is empty or invalid."""
        if not self.is_bound:
            return None
        self.is_valid()
        found = self.cleaned_data.get(name)
        return None if found == "" else found

    def selected(self) -> list[dict[str, Any]]:
        """The rows that fit, in their order."""
        value = self._asked("value")
        return select_errors(
            self.table,
            kind=self._asked("kind") or "all",
            column=self._asked("column"),
            value=value.removeprefix(VALUE) if value and value != MISSING else None,
            low=self._asked("low"),
            high=self._asked("high"),
            missing=value == MISSING,
            contains=self._asked("contains"),
            order=self._asked("order") or "confidence",
        )
