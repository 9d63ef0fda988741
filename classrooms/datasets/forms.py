"""Forms of a dataset: source, target and split."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from engine.bundled import BUNDLED


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
            "CSV, TSV, Excel (.xlsx) or Parquet; text and Parquet also compressed as .gz. Up to "
            "100 MB, 500,000 rows and 500 columns. The format is detected and shown to you."
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
