"""Forms of a dataset: source, format, target and split."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from classrooms.datasets.services import Preparation
from classrooms.datasets.wording import TARGET_PROBLEMS, type_label
from classrooms.models import Dataset
from engine.bundled import BUNDLED
from engine.reading.table_format import (
    MAX_HEADER_LINE,
    MAX_MISSING_WORDS,
    MAX_WORD_CHARACTERS,
    TableFormat,
)
from engine.spec.schema import Column, ColumnType, allowed_types, retype
from posting.numbers import WholeNumberField


class BundledDatasetForm(forms.Form):
    """Choice of a dataset that comes with the product."""

    bundled_key = forms.ChoiceField(
        label=_("Dataset"), choices=[(key, dataset.title) for key, dataset in BUNDLED.items()]
    )


class UploadForm(forms.Form):
    """A table of the facilitator's own."""

    title = forms.CharField(label=_("Title"), max_length=120)
    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_(
            "CSV, TSV, Excel (.xlsx) or Parquet, with a header row; text and Parquet also "
            "compressed as .gz. Up to 100 MB, 500,000 rows and 500 columns. The format is "
            "detected and shown to you."
        ),
        error_messages={"empty": _("This file is empty. Choose one with a header and rows.")},
    )
    pasted = forms.CharField(
        label=_("Or paste a table"),
        required=False,
        # A tab at the beginning is a first column without a name.
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4, "wrap": "off", "spellcheck": "false"}),
        help_text=_(
            "Copy the cells in a spreadsheet, with their header, and paste them here. Up to about "
            "1 MB; upload larger tables as a file."
        ),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        limit = settings.UPLOAD_MAX_MEGABYTES * 1024 * 1024
        if file and file.size > limit:
            raise forms.ValidationError(
                gettext(
                    "This file is %(size)s; the limit is %(limit)s. Keep fewer rows or columns."
                )
                % {"size": filesizeformat(file.size), "limit": filesizeformat(limit)}
            )
        return file

    def clean(self) -> dict[str, Any]:
        """One of the two is given; what was pasted becomes a file like any."""
        cleaned = super().clean() or {}
        pasted = (cleaned.pop("pasted", "") or "").strip("\r\n")
        if "file" in self.errors or "pasted" in self.errors:
            return cleaned
        if cleaned["file"] and pasted.strip():
            self.add_error("pasted", gettext("Choose a file or paste a table, not both."))
        elif pasted.strip():
            name = gettext("pasted table")
            cleaned["file"] = SimpleUploadedFile(name, pasted.encode())
        elif not cleaned["file"]:
            self.add_error("file", gettext("Choose a file, or paste a table below."))
        return cleaned


class FormatForm(forms.Form):
    """The format of a file: detected, and open to correction."""

    sheet = forms.ChoiceField(
        label=_("Sheet"), help_text=_("The sheet of the workbook on which the table is.")
    )
    encoding = forms.ChoiceField(
        label=_("Encoding"),
        choices=[
            ("utf-8", "UTF-8"),
            ("utf-16", "UTF-16"),
            ("utf-16-le", "UTF-16 LE"),
            ("utf-16-be", "UTF-16 BE"),
            ("cp1252", _("Windows-1252 (Western Europe)")),
            ("latin-1", _("Latin-1 (ISO 8859-1)")),
        ],
        help_text=_("Change this if accented letters look wrong."),
    )
    delimiter = forms.ChoiceField(
        label=_("Separator"),
        choices=[
            (",", _("comma ,")),
            (";", _("semicolon ;")),
            ("\t", _("tab")),
            ("|", _("bar |")),
        ],
    )
    header_line = WholeNumberField(
        label=_("Header line"),
        min_value=1,
        max_value=MAX_HEADER_LINE,
        help_text=_("Lines above it are left out."),
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
    NOT_IN = {
        "text": ("sheet",),
        "workbook": ("encoding", "delimiter"),
        "parquet": ("sheet", "encoding", "delimiter", "header_line", "decimal", "thousands"),
    }

    def __init__(self, data: Any = None, *, table_format: TableFormat) -> None:
        self._format = table_format
        values = table_format.model_dump()
        initial = values | {
            "day_first": "yes" if table_format.day_first else "no",
            "missing": "\n".join(filter(None, table_format.missing)),
            "header_line": table_format.header_line or 1,
        }
        super().__init__(data, initial=initial)
        self.fields["sheet"].choices = [(name, name) for name in table_format.sheets]  # type: ignore[attr-defined]
        for name in self.NOT_IN[table_format.container]:
            del self.fields[name]

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
        """The corrected format of a valid form; of another sheet, the header is looked for."""
        changed = self.cleaned_data
        if "sheet" in self.changed_data and "header_line" not in self.changed_data:
            changed = changed | {"header_line": 0}
        return TableFormat.model_validate(self._format.model_dump() | changed)


class TargetForm(forms.Form):
    """What to predict, and how rows are divided.

    Args:
        columns: what the same post says of the columns; their types decide which of them
            can be sorted by time.
    """

    target = forms.ChoiceField(
        label=_("What to predict"),
        help_text=_(
            "The target column, and the value in it that you want to find. If it has "
            "more than two values, yours is compared with the rest."
        ),
        error_messages={"required": _("Choose a column and the value to find.")},
    )
    split_kind = forms.ChoiceField(
        label=_("How to split the rows"),
        choices=Dataset.SplitKind.choices,
        widget=forms.RadioSelect,
        required=False,
        help_text=_(
            "By time if the model will predict the future; by group if a person, "
            "machine or shop has several rows."
        ),
    )
    split_by = forms.ChoiceField(
        label=_("Time or group column"),
        required=False,
        help_text=_("Only for a split by time or by group. It can't have missing values."),
    )

    def __init__(self, data: Any = None, *, dataset: Dataset, columns: ColumnFormSet) -> None:
        super().__init__(data, initial={"split_kind": dataset.split_kind})
        self._dataset = dataset
        self._columns = columns
        # Values are indices: a column's name may hold any character.
        self._targets: dict[str, tuple[str, str, bool]] = {}
        self.fields["target"].choices = [("", gettext("Choose…")), *self._target_choices()]  # type: ignore[attr-defined]
        self._split_columns = {
            str(index): column
            for index, column in enumerate(dataset.columns)
            if not column["missing"] and column["name"] not in dataset.dropped_columns
        }
        self.fields["split_by"].choices = [  # type: ignore[attr-defined]
            ("", gettext("none")),
            *((key, column["name"]) for key, column in self._split_columns.items()),
        ]
        for key, column in self._split_columns.items():
            if column["name"] == dataset.split_by:
                self.initial["split_by"] = key
        for key, (name, value, _two) in self._targets.items():
            if (name, value) == (dataset.target, dataset.positive_class):
                self.initial["target"] = key

    def _target_choices(self) -> list[tuple[str, list[tuple[str, str]]]]:
        groups = []
        for column_index, column in enumerate(self._dataset.targets):
            options = []
            for value_index, (value, count) in enumerate(column["values"]):
                key = f"{column_index}.{value_index}"
                two = len(column["values"]) == 2
                self._targets[key] = (column["name"], value, two)
                sentence = (
                    gettext("%(column)s = %(value)s (rows: %(count)s)")
                    if two
                    else gettext("%(column)s = %(value)s vs the rest (rows: %(count)s)")
                )
                words = {"column": column["name"], "value": value, "count": count}
                options.append((key, sentence % words))
            if options:
                groups.append((column["name"], options))
        return groups

    @property
    def has_targets(self) -> bool:
        return bool(self._targets)

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Columns that cannot be the target, and why."""
        return [
            (column["name"], str(TARGET_PROBLEMS[column["problem"]]))
            for column in self._dataset.targets
            if column["problem"]
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind = cleaned.get("split_kind") or Dataset.SplitKind.STRATIFIED.value
        key = cleaned.get("split_by")
        cleaned |= {"split_kind": kind, "split_by": ""}
        if kind == Dataset.SplitKind.STRATIFIED:
            return cleaned
        if not key:
            self.add_error("split_by", gettext("Choose a time or group column."))
            return cleaned
        name = self._split_columns[key]["name"]
        if kind == Dataset.SplitKind.TIME and name not in self._columns.names_with_order:
            self.add_error(
                "split_by", gettext("Choose a column of dates, or of numbers that grow with time.")
            )
        elif "target" in cleaned and name == self._targets[cleaned["target"]][0]:
            self.add_error("split_by", gettext("This is the target. Choose another column."))
        cleaned["split_by"] = name
        return cleaned

    @property
    def preparation(self) -> Preparation:
        """The decisions of this form and of the column form, both valid."""
        target, positive_class, two = self._targets[self.cleaned_data["target"]]
        rest = "" if two else gettext("other than %(value)s") % {"value": positive_class}
        return Preparation(
            target=target,
            positive_class=positive_class,
            rest_label=rest,
            split_kind=self.cleaned_data["split_kind"],
            split_by=self.cleaned_data["split_by"],
            column_types=self._columns.changed_types,
            leak_columns=[name for name in self._columns.leaks if name != target],
        )


class ColumnForm(forms.Form):
    """Corrections of one column: its type, and whether it is recorded after the outcome."""

    type = forms.ChoiceField(label=_("Type"), required=False)
    leak = forms.BooleanField(label=_("Recorded after the outcome"), required=False)

    def __init__(
        self, data: Any = None, *, prefix: str, column: dict[str, Any], dataset: Dataset
    ) -> None:
        name = column["name"]
        initial = {
            "type": dataset.column_types.get(name, column["type"]),
            "leak": name in dataset.leak_columns,
        }
        super().__init__(data, prefix=prefix, initial=initial)
        self.column = column
        allowed = allowed_types(Column.model_validate(column))
        self.fields["type"].choices = [(kind.value, type_label(kind)) for kind in allowed]  # type: ignore[attr-defined]
        for field, words in (
            ("type", gettext("Type of %(column)s")),
            ("leak", gettext("%(column)s is recorded after the outcome")),
        ):
            label = words % {"column": column["name"]}
            self.fields[field].widget.attrs["aria-label"] = label


class ColumnFormSet:
    """One small form per column, numbered: their names may hold any character."""

    def __init__(self, data: Any = None, *, dataset: Dataset) -> None:
        self._dataset = dataset
        # A post without them leaves what is stored as it is.
        bound = data if data is not None and "c0-type" in data else None
        self.forms = [
            ColumnForm(bound, prefix=f"c{index}", column=column, dataset=dataset)
            for index, column in enumerate(dataset.columns)
        ]

    def is_valid(self) -> bool:
        return all(form.is_valid() for form in self.forms if form.is_bound)

    @property
    def changed_types(self) -> dict[str, ColumnType]:
        """Types by column name, where the guess was wrong; what is no type is left out."""
        if not any(form.is_bound for form in self.forms):
            return {name: ColumnType(kind) for name, kind in self._dataset.column_types.items()}
        return {
            form.column["name"]: ColumnType(form.cleaned_data["type"])
            for form in self.forms
            if form.is_valid() and form.cleaned_data["type"] not in {"", form.column["type"]}
        }

    @property
    def names_with_order(self) -> set[str]:
        """Columns that are numbers or dates, as the facilitator says that they are."""
        columns = tuple(Column.model_validate(form.column) for form in self.forms)
        return {column.name for column in retype(columns, self.changed_types) if column.has_order}

    @property
    def leaks(self) -> list[str]:
        if not any(form.is_bound for form in self.forms):
            return list(self._dataset.leak_columns)
        return [
            form.column["name"]
            for form in self.forms
            if form.is_bound and form.cleaned_data["leak"]
        ]
