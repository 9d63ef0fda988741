"""Sentences for why a job failed: they say what happened and what to do."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from classrooms.exceptions import OverQuota

FAILURES: dict[str, str | Promise] = {
    "internal": gettext_lazy(
        "Something went wrong on our side and was logged. Try again, and tell your "
        "facilitator if it happens again."
    ),
    "time_limit": gettext_lazy(
        "Stopped after the %(seconds)s seconds allowed. Use fewer trees, fewer "
        "columns or a simpler model."
    ),
    "out_of_memory": gettext_lazy(
        "It ran out of memory (%(megabytes)s MB allowed). Use fewer columns, fewer "
        "trees or a simpler model."
    ),
    "worker_lost": gettext_lazy(
        "The process running it stopped %(attempts)s times. Start it again. If that "
        "doesn't help, it is most likely out of memory: use fewer columns, fewer trees "
        "or a simpler model."
    ),
    "no_space": gettext_lazy(
        "The server's disk is full. Tell your facilitator or your administrator, then try again."
    ),
    "data_damaged": gettext_lazy(
        "The stored data is damaged, and can't be restored from the file that was uploaded. "
        "Tell your facilitator: the dataset has to be uploaded again."
    ),
    "cancelled": gettext_lazy("Cancelled at your request."),
}

DATASET_FAILURES: dict[str, str | Promise] = {
    "time_limit": gettext_lazy(
        "Reading the file took longer than the %(seconds)s seconds allowed. Keep "
        "fewer rows or columns."
    ),
    "out_of_memory": gettext_lazy(
        "Reading the file ran out of memory (%(megabytes)s MB allowed). Keep fewer rows or columns."
    ),
    "worker_lost": gettext_lazy(
        "The process reading the file stopped %(attempts)s times, most likely out of "
        "memory. Keep fewer rows or columns."
    ),
    "upload_damaged": gettext_lazy("The uploaded file is damaged on the server. Upload it again."),
    "too_many_bytes": gettext_lazy(
        "The file is larger than %(megabytes)s MB. Keep fewer rows or columns."
    ),
    "unpacks_without_end": gettext_lazy(
        "The file unpacks to more than %(megabytes)s MB. Keep fewer rows or columns."
    ),
    "too_many_rows": gettext_lazy("The file has more than %(limit)s rows. Keep a sample."),
    "too_many_columns": gettext_lazy(
        "The file has %(columns)s columns; the limit is %(limit)s. Leave some out."
    ),
    "empty_file": gettext_lazy("The file is empty."),
    "header_only": gettext_lazy("The file has a header but no rows."),
    "no_header": gettext_lazy("The file ends before line %(line)s, where the header should be."),
    "binary_file": gettext_lazy(
        "This file isn't a table (%(kind)s), despite its name. Save the table as CSV, "
        "Excel (.xlsx) or Parquet, then upload it again."
    ),
    "not_a_table": gettext_lazy(
        "This file contains another kind of text (%(kind)s). Save the table as CSV, "
        "Excel (.xlsx) or Parquet, then upload it again."
    ),
    "packed_twice": gettext_lazy("The file is compressed twice. Compress it only once."),
    "broken_gzip": gettext_lazy(
        "The compressed file is damaged or incomplete. Compress it again, or "
        "upload the table uncompressed."
    ),
    "broken_parquet": gettext_lazy("The Parquet file is damaged or incomplete. Export it again."),
    "broken_workbook": gettext_lazy(
        "The workbook is damaged, or was made in a way that isn't read here. Open it in a "
        "spreadsheet program, save it as .xlsx or CSV, then upload it again."
    ),
    "locked_workbook": gettext_lazy(
        "The workbook is protected by a password. Save it without one, then upload it again."
    ),
    "other_spreadsheet": gettext_lazy(
        "Spreadsheets of this kind (%(kind)s) aren't read. Open it, save it as .xlsx or CSV, "
        "then upload it again."
    ),
    "too_many_cells": gettext_lazy(
        "A sheet of the workbook spans more than %(limit)s cells, from its first filled one to its "
        "last. Delete what stands far away from the table, or save the table alone as CSV."
    ),
    "no_such_sheet": gettext_lazy("The workbook has no sheet “%(name)s”. Choose another one."),
    "empty_sheet": gettext_lazy("The sheet “%(name)s” is empty. Choose another one."),
    "deep_table": gettext_lazy(
        "The first filled row of the sheet is row %(line)s; a header is looked for in the first "
        "%(limit)s. Delete the empty rows above the table."
    ),
    "unsupported_column": gettext_lazy(
        "The column “%(name)s” has an unsupported type (%(kind)s). Leave it out, or "
        "convert it to text."
    ),
    "nul_byte": gettext_lazy(
        "Line %(line)s contains a NUL byte: the file isn't text, or is damaged. Save "
        "the table again as CSV in UTF-8."
    ),
    "nul_in_column": gettext_lazy(
        "A text in the column “%(name)s” contains a NUL byte. Remove the byte, or "
        "leave the column out."
    ),
    "not_this_encoding": gettext_lazy(
        "Line %(line)s can't be read as %(encoding)s. Choose another encoding, or "
        "save the file as UTF-8."
    ),
    "one_column": gettext_lazy(
        "Only one column was found. Separate columns with commas, semicolons or tabs, or say "
        "which separator the file has."
    ),
    "long_column_name": gettext_lazy(
        "The name of column %(place)s is longer than %(limit)s characters. Shorten "
        "it, or choose the line that the header is on."
    ),
    "header_does_not_fit": gettext_lazy(
        "The header on line %(line)s has %(expected)s fields, and every row has %(found)s. Choose "
        "the line that names the columns, or name all columns in the file."
    ),
    "ragged_rows": gettext_lazy(
        "Rows that don't have the header's %(expected)s fields: %(count)s (the first "
        "has %(found)s), lines %(lines)s. If a value contains the separator, put it between "
        "quotation marks; if the separator or the header line is wrong, correct that."
    ),
    "broken_quotes": gettext_lazy(
        "A quotation mark at or after line %(line)s is never closed, or only far "
        "below: the rows in between would be lost in one value. If the file uses quotation marks "
        "as part of its values, say so where you correct how it is read; else close this one."
    ),
    "long_value": gettext_lazy(
        "A value on line %(line)s has more than %(limit)s characters. Shorten it, or leave its "
        "column out."
    ),
    "no_usable_feature": gettext_lazy("There are no columns other than the target."),
    "no_such_target": gettext_lazy("There is no column “%(name)s”."),
    "target_has_missing": gettext_lazy(
        "Rows without a value for the target “%(name)s”: %(count)s. Complete them or remove them."
    ),
    "target_not_binary": gettext_lazy(
        "Binary classification needs a target with two values; “%(name)s” has %(classes)s."
    ),
    "class_too_small": gettext_lazy(
        "Rows in the class “%(name)s”: %(rows)s. At least %(least)s are needed to "
        "split and validate."
    ),
    "no_such_split_column": gettext_lazy("There is no column “%(name)s” to split by."),
    "split_column_has_missing": gettext_lazy(
        "Rows without a value for “%(name)s”, the column to split by: %(count)s. "
        "Complete them, or choose another split."
    ),
    "split_column_without_times": gettext_lazy(
        "The column “%(name)s” contains neither dates nor numbers, so its rows can't "
        "be put in time order. Choose another column or another split."
    ),
    "too_few_groups": gettext_lazy(
        "Groups in the column “%(name)s”: %(groups)s. At least %(least)s are needed "
        "to fill three parts. Choose another split."
    ),
    "class_missing_in_part": gettext_lazy(
        "With this split, the part “%(part)s” has too few rows in the class "
        "“%(name)s”: %(rows)s of at least 5. Choose another split, or add rows."
    ),
}


def no_room_words() -> str:
    """Why an upload was not stored."""
    return _(
        "The file could not be stored: the server's disk may be full. Tell your "
        "administrator, then upload it again."
    )


def describe_failure(
    code: str, context: dict[str, Any], special: dict[str, str | Promise] | None = None
) -> str:
    """The reason for a job's failure, in the reader's language.

    Args:
        special: what a kind of job says of it otherwise.
    """
    sentence = (special or {}).get(code) or FAILURES.get(code) or _("Failed.")
    return str(sentence) % context


QUOTAS: dict[str, Promise] = {
    "datasets": gettext_lazy(
        "You have %(most)s datasets, as many as one person may have. Delete one that no Dojo uses."
    ),
    "uploads": gettext_lazy(
        "Your files would take up more than %(most)s MB, as much as one person may store. Delete a "
        "dataset that no Dojo uses."
    ),
    "exports": gettext_lazy(
        "%(most)s of your documents are being made, as many as one person may ask for at a time. "
        "Wait for one to finish."
    ),
    "questions": gettext_lazy(
        "You have asked the coach %(most)s times within an hour, as often as one person may. Think "
        "it over, and come back later."
    ),
}


def describe_quota(reason: OverQuota) -> str:
    """Which limit was reached, and what to do."""
    return str(QUOTAS[reason.code]) % {"most": reason.most}
