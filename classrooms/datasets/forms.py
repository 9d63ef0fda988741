"""Forms of a dataset: source, format, target and split."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from engine.bundled import BUNDLED
from engine.reading.table_format import (
    MAX_HEADER_LINE,
    MAX_MISSING_WORDS,
    MAX_WORD_CHARACTERS,
    TableFormat,
)
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
        help_text=_(
            "CSV, TSV or Parquet, optionally compressed as .gz, with a header row. "
            "Up to 100 MB, 500,000 rows and 500 columns. The format is detected and "
            "shown to you."
        ),
        error_messages={"empty": _("This file is empty. Choose one with a header and rows.")},
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        limit = settings.UPLOAD_MAX_MEGABYTES * 1024 * 1024
        if file.size > limit:
            raise forms.ValidationError(
                gettext(
                    "This file is %(size)s; the limit is %(limit)s. Keep fewer rows or columns."
                )
                % {"size": filesizeformat(file.size), "limit": filesizeformat(limit)}
            )
        return file


class FormatForm(forms.Form):
    """The format of a file: detected, and open to correction."""

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
    TEXT_ONLY = ("encoding", "delimiter", "header_line", "decimal", "thousands")

    def __init__(self, data: Any = None, *, table_format: TableFormat) -> None:
        self._format = table_format
        values = table_format.model_dump()
        initial = values | {
            "day_first": "yes" if table_format.day_first else "no",
            "missing": "\n".join(filter(None, table_format.missing)),
        }
        super().__init__(data, initial=initial)
        if table_format.container == "parquet":
            for name in self.TEXT_ONLY:
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
        """The corrected format of a valid form."""
        return TableFormat.model_validate(self._format.model_dump() | self.cleaned_data)
