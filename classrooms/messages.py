"""Sentences for why a job failed: they say what happened and what to do."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

FAILURES: dict[str, str | Promise] = {
    "internal": gettext_lazy(
        "Something went wrong on our side; it is logged. Try again, and tell your facilitator "
        "if it happens again."
    ),
    "time_limit": gettext_lazy(
        "It took longer than the %(seconds)s seconds that are allowed and was stopped. "
        "Use fewer trees, fewer columns or a simpler model."
    ),
    "out_of_memory": gettext_lazy(
        "It needed more than the %(megabytes)s MB of memory that are allowed. "
        "Use fewer columns, fewer trees or a simpler model."
    ),
    "worker_lost": gettext_lazy(
        "The process that ran it died %(attempts)s times, most likely for lack of memory. "
        "Use fewer columns, fewer trees or a simpler model."
    ),
    "cancelled": gettext_lazy("You cancelled it."),
    "too_many_bytes": gettext_lazy("The file is too large. Keep fewer rows or columns."),
    "too_many_rows": gettext_lazy("The file has more than %(limit)s rows. Keep a sample of them."),
    "too_many_columns": gettext_lazy(
        "The file has %(columns)s columns; %(limit)s are allowed. Leave some out."
    ),
    "empty_file": gettext_lazy("The file is empty."),
    "header_only": gettext_lazy("The file has a header and no row below it."),
    "binary_file": gettext_lazy(
        "This is not a text file (%(kind)s). Save the table as CSV and upload that."
    ),
    "unknown_encoding": gettext_lazy("The text cannot be read. Save the file as UTF-8."),
    "one_column": gettext_lazy(
        "Only one column was found. Separate columns with commas, semicolons or tabs."
    ),
    "unnamed_column": gettext_lazy(
        "Column number %(place)s has no name. Name it in the first line."
    ),
    "repeated_column": gettext_lazy("Two columns are called “%(name)s”. Rename one."),
    "ragged_rows": gettext_lazy(
        "%(count)s rows do not have the header's %(expected)s fields (the first has %(found)s): "
        "lines %(lines)s. Quote the values that contain a separator."
    ),
    "broken_quotes": gettext_lazy(
        "A quotation mark is opened and never closed, or a value is endless, at or after line "
        "%(line)s."
    ),
    "no_usable_feature": gettext_lazy(
        "No column beside the target can be used: free text and dates cannot be, yet."
    ),
    "no_such_target": gettext_lazy("There is no column “%(name)s”."),
    "target_has_missing": gettext_lazy(
        "The target “%(name)s” is missing in %(count)s rows. Complete them or remove them."
    ),
    "target_not_binary": gettext_lazy(
        "The target “%(name)s” has %(classes)s values; binary classification needs two."
    ),
    "class_too_small": gettext_lazy(
        "The class “%(name)s” has %(rows)s rows; at least %(least)s are needed to split and "
        "validate."
    ),
}


def describe_failure(code: str, context: dict[str, Any]) -> str:
    """Why a job failed, in the reader's language."""
    return str(FAILURES.get(code) or _("It failed.")) % context
