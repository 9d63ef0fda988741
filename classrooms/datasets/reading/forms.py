"""The form with which a facilitator corrects how a file is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from classrooms.datasets.reading.wording import ENCODINGS, HEADERS, describe_choice
from engine.reading.table_format import (
    MAX_HEADER_LINE,
    MAX_MISSING_WORDS,
    MAX_WORD_CHARACTERS,
    TableFormat,
)
from posting.numbers import WholeNumberField


class FormatForm(forms.Form):
    """The format of a file: detected, and open to correction."""

    sheet = forms.ChoiceField(
        label=_("Sheet"), help_text=_("The sheet of the workbook on which the table is.")
    )
    encoding = forms.ChoiceField(
        label=_("Encoding"),
        choices=list(ENCODINGS.items()),
        help_text=_("Change this if accented letters look wrong."),
    )
    delimiter = forms.ChoiceField(
        label=_("Separator"),
        choices=[
            (",", _("comma ,")),
            (";", _("semicolon ;")),
            ("\t", _("tab")),
            ("|", _("bar |")),
            (" ", _("one or more spaces")),
        ],
    )
    header_line = WholeNumberField(
        label=_("Header line"),
        min_value=1,
        max_value=MAX_HEADER_LINE,
        help_text=_("Lines above it are left out."),
    )
    header = forms.ChoiceField(label=_("Column names"), choices=list(HEADERS.items()))
    quotes = forms.TypedChoiceField(
        label=_("Quotation marks"),
        choices=[
            ("yes", _('hold a value together: "a, b"')),
            ("no", _('are part of the value: 5" screen')),
        ],
        coerce=lambda value: value == "yes",
    )
    keep_row_numbers = forms.BooleanField(
        label=_("Keep row numbers"),
        required=False,
        help_text=_("Of a first column without a name, which only counts the rows."),
    )
    decimal = forms.ChoiceField(
        label=_("Decimal separator"), choices=[(".", _("point: 1.5")), (",", _("comma: 1,5"))]
    )
    thousands = forms.ChoiceField(
        label=_("Thousands separator"),
        required=False,
        choices=[
            ("", _("none: 1000")),
            (" ", _("space: 1 000")),
            (",", _("comma: 1,000")),
            (".", _("point: 1.000")),
            ("'", _("apostrophe: 1'000")),
        ],
    )
    day_first = forms.TypedChoiceField(
        label=_("Order of day and month"),
        choices=[
            ("yes", _("03/04/2024 is 3 April (day first)")),
            ("no", _("03/04/2024 is 4 March (month first)")),
        ],
        coerce=lambda value: value == "yes",
    )
    missing = forms.CharField(
        label=_("Texts that mean “missing”"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("One per line; case doesn't matter. Empty cells are always missing."),
    )
    errors_missing = forms.BooleanField(
        label=_("A spreadsheet's errors are missing values, too"),
        required=False,
        help_text=_("#DIV/0!, #N/A, #VALUE! and their kind."),
    )
    TEXT_ONLY = ("encoding", "delimiter", "quotes")
    NOT_IN = {
        "text": ("sheet",),
        "workbook": TEXT_ONLY,
        "parquet": ("sheet", *TEXT_ONLY, "header_line", "header", "decimal", "thousands"),
    }

    def __init__(
        self,
        data: Any = None,
        *,
        table_format: TableFormat,
        readings: Sequence[dict[str, Any]] = (),
        words: Mapping[str, list[str]] | None = None,
    ) -> None:
        """
        Args:
            readings: the columns that can be read in several ways (`Dataset.readings`); each
                becomes a choice.
            words: from the file, as each encoding gives them.
        """
        self._format = table_format
        values = table_format.model_dump()
        initial = values | {
            "day_first": "yes" if table_format.day_first else "no",
            "quotes": "yes" if table_format.quotes else "no",
            "missing": "\n".join(filter(None, table_format.missing)),
            "header_line": table_format.header_line or 1,
        }
        super().__init__(data, initial=initial)
        self.fields["sheet"].choices = [(name, name) for name in table_format.sheets]  # type: ignore[attr-defined]
        for name in self.NOT_IN[table_format.container]:
            del self.fields[name]
        if words and "encoding" in self.fields:
            self.fields["encoding"].choices = [  # type: ignore[attr-defined]
                (code, f"{label}: {', '.join(words[code])}" if code in words else label)
                for code, label in ENCODINGS.items()
            ]
        self._readings = {f"column{place}": found for place, found in enumerate(readings)}
        self.fields |= {name: reading_field(found) for name, found in self._readings.items()}

    @property
    def file_fields(self) -> list[forms.BoundField]:
        """What is said of the file as a whole."""
        return [self[name] for name in self.fields if name not in self._readings]

    @property
    def questions(self) -> list[tuple[dict[str, Any], forms.BoundField]]:
        """The columns that the file leaves open, each with its field."""
        return [(found, self[name]) for name, found in self._readings.items() if found["is_open"]]

    @property
    def column_fields(self) -> list[tuple[dict[str, Any], forms.BoundField]]:
        """The columns that can be read in another way, although the file settles them."""
        settled = [item for item in self._readings.items() if not item[1]["is_open"]]
        return [(found, self[name]) for name, found in settled if found["choices"]]

    def clean_missing(self) -> tuple[str, ...]:
        words = [word.strip() for word in self.cleaned_data["missing"].splitlines()]
        words = list(dict.fromkeys(["", *words]))
        if len(words) > MAX_MISSING_WORDS:
            raise forms.ValidationError(
                gettext("Too many texts: %(limit)s at most.") % {"limit": MAX_MISSING_WORDS - 1}
            )
        if long := next((word for word in words if len(word) > MAX_WORD_CHARACTERS), None):
            raise forms.ValidationError(
                gettext("“%(word)s” is longer than %(limit)s characters.")
                % {"word": long, "limit": MAX_WORD_CHARACTERS}
            )
        return tuple(words)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("decimal") and cleaned["decimal"] == cleaned.get("thousands"):
            self.add_error(
                "thousands", gettext("This is already the decimal separator. Choose another.")
            )
        return cleaned

    @property
    def table_format(self) -> TableFormat:
        """The corrected format of a valid form; of columns, what was asked or changed. Of another
        sheet, the header is looked for."""
        stored = self._format.model_dump()
        of_the_file = {name: self.cleaned_data[name] for name in self.fields if name in stored}
        if "sheet" in self.changed_data and "header_line" not in self.changed_data:
            of_the_file["header_line"] = 0
        columns = dict(stored["columns"])
        for field, found in self._readings.items():
            chosen = (way for way in found["choices"] if _key(way) == self.cleaned_data[field])
            if (way := next(chosen, None)) and (found["is_open"] or not way["taken"]):
                columns[found["name"]] = way["format"]
        return TableFormat.model_validate(stored | of_the_file | {"columns": columns})


def reading_field(found: dict[str, Any]) -> forms.ChoiceField:
    """Every way to read a column, with what its values are then."""
    ways = found["choices"]
    return forms.ChoiceField(
        label=found["name"],
        choices=[(_key(way), describe_choice(way)) for way in ways],
        widget=forms.RadioSelect,
        required=False,
        initial=next((_key(way) for way in ways if way["taken"]), ""),
    )


def _key(way: dict[str, Any]) -> str:
    """What a way to read a column is called in the form: the same after another reading."""
    said = way["format"]
    return f"{said['kind']} {said['decimal']}{said['thousands']}{said['date_format']}"
