"""Forms of a dataset: source, target and split."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
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
