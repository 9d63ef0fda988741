"""Form that chooses a row to explain, and the values to change."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from engine.spec.config import ExperimentConfig
from engine.spec.schema import Column, ColumnType, Schema
from experiments.analysis.questions import LOG_ODDS, PROBABILITY
from posting.numbers import NumberField, WholeNumberField

CHANGES = 2
MAX_TEXT = 200
# Some models compute with 32 bits.
LARGEST = 1e30
# The whole years of what pandas holds to the nanosecond.
EARLIEST_YEAR, LATEST_YEAR = 1678, 2261


class UnitField(forms.CharField):
    """The unit of contributions that the reader switched to; probability where none was."""

    def __init__(self) -> None:
        super().__init__(required=False, widget=forms.HiddenInput)

    def clean(self, value: Any) -> str:
        return LOG_ODDS if value == LOG_ODDS else PROBABILITY


class RowForm(forms.Form):
    """A test row by its number, up to two columns with another value, and the unit."""

    row = WholeNumberField(
        label=_("Row"),
        min_value=1,
        help_text=_("The row's number in the file, as shown with the errors."),
        error_messages={"required": _("Enter the number of a test row.")},
    )
    unit = UnitField()

    def __init__(self, *args: Any, config: ExperimentConfig, schema: Schema, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.schema = schema
        names = [("", gettext("(no change)")), *((n, n) for n in read_columns(config, schema))]
        for number in range(1, CHANGES + 1):
            self.fields[f"column{number}"] = forms.ChoiceField(
                label=gettext("Column"),
                choices=names,
                required=False,
                error_messages={"invalid_choice": gettext("The model doesn't use this column.")},
            )
            self.fields[f"value{number}"] = forms.CharField(
                label=gettext("would be"), required=False, max_length=MAX_TEXT
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        changes: dict[str, float | str | None] = {}
        for number in range(1, CHANGES + 1):
            name, typed = cleaned.get(f"column{number}"), cleaned.get(f"value{number}", "")
            if not name:
                continue
            if name in changes:
                self.add_error(f"column{number}", gettext("This column appears twice."))
                continue
            try:
                changes[name] = value_of(typed, self.schema.by_name[name])
            except forms.ValidationError as error:
                self.add_error(f"value{number}", error)
        cleaned["changes"] = changes
        return cleaned

    @property
    def change_fields(self) -> list[tuple[Any, Any]]:
        """The fields of each change: column and value."""
        return [(self[f"column{n}"], self[f"value{n}"]) for n in range(1, CHANGES + 1)]


def read_columns(config: ExperimentConfig, schema: Schema) -> list[str]:
    """The dataset's columns that a model of this config reads, for itself or in new features."""
    chosen = dict.fromkeys(config.columns.chosen(schema))
    for feature in config.new_features:
        for value in feature.model_dump().values():
            values = value if isinstance(value, list | tuple) else [value]
            chosen |= dict.fromkeys(v for v in values if isinstance(v, str) and v in schema.by_name)
    return list(chosen)


def value_of(typed: str, column: Column) -> float | str | None:
    """The entered value in the column's type; None if it is empty.

    Raises:
        ValidationError: it is not of the column's kind.
    """
    if not typed:
        return None
    if column.numeric:
        number = NumberField(min_value=-LARGEST, max_value=LARGEST)
        return float(number.clean(typed))
    return moment(typed) if column.type == ColumnType.DATETIME else typed


def moment(typed: str) -> str:
    """A date, perhaps with a time, as the data has it: ISO 8601, in UTC without saying so.

    Raises:
        ValidationError: it is none.
    """
    try:
        found = datetime.fromisoformat(typed)
    except ValueError as error:
        raise forms.ValidationError(
            gettext("Enter a date as 2025-03-31, with a time if you like: 2025-03-31 14:30.")
        ) from error
    if not EARLIEST_YEAR <= found.year <= LATEST_YEAR:
        years = {"first": str(EARLIEST_YEAR), "last": str(LATEST_YEAR)}
        raise forms.ValidationError(gettext("Enter a date from %(first)s to %(last)s.") % years)
    if found.tzinfo:
        found = found.astimezone(UTC).replace(tzinfo=None)
    return found.date().isoformat() if _is_day(typed) else found.isoformat()


def _is_day(typed: str) -> bool:
    try:
        date.fromisoformat(typed)
    except ValueError:
        return False
    return True


class MomentField(forms.CharField):
    """A date, perhaps with a time; empty where nothing was typed."""

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        return moment(typed) if typed else ""
