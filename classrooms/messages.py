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
}

DATASET_FAILURES: dict[str, str | Promise] = {
    "time_limit": gettext_lazy(
        "Reading it took longer than the %(seconds)s seconds that are allowed. "
        "Keep fewer rows or columns."
    ),
    "out_of_memory": gettext_lazy(
        "It needed more than the %(megabytes)s MB of memory that are allowed. "
        "Keep fewer rows or columns."
    ),
    "worker_lost": gettext_lazy(
        "The process that read it died %(attempts)s times, most likely for lack of memory. "
        "Keep fewer rows or columns."
    ),
    "too_many_bytes": gettext_lazy(
        "The file is larger than %(megabytes)s MB. Keep fewer rows or columns."
    ),
    "unpacks_without_end": gettext_lazy(
        "The file unpacks to more than %(megabytes)s MB. Keep fewer rows or columns."
    ),
    "too_many_rows": gettext_lazy("The file has more than %(limit)s rows. Keep a sample of them."),
    "too_many_columns": gettext_lazy(
        "The file has %(columns)s columns; %(limit)s are allowed. Leave some out."
    ),
    "empty_file": gettext_lazy("The file is empty."),
    "header_only": gettext_lazy("The file has a header and no row below it."),
    "no_header": gettext_lazy(
        "The file ends before line %(line)s, where the names of the columns should stand."
    ),
    "binary_file": gettext_lazy(
        "This is no table but another kind of file (%(kind)s), whatever its name says. "
        "Save the table as CSV or Parquet and upload that."
    ),
    "not_a_table": gettext_lazy(
        "This is a text of another kind (%(kind)s). Save the table as CSV or Parquet and upload "
        "that."
    ),
    "packed_twice": gettext_lazy("There is a gzip inside the gzip. Pack the table once."),
    "broken_gzip": gettext_lazy(
        "The compressed file is damaged or cut off. Compress it again, or upload the table itself."
    ),
    "broken_parquet": gettext_lazy("The Parquet file is damaged or cut off. Write it again."),
    "unsupported_column": gettext_lazy(
        "The column “%(name)s” is of a type that no table of numbers and texts has (%(kind)s). "
        "Leave it out, or turn it into text."
    ),
    "nul_byte": gettext_lazy(
        "Line %(line)s holds a NUL byte: this is no text, or it is damaged. Save the table again "
        "as CSV in UTF-8."
    ),
    "nul_in_column": gettext_lazy(
        "A text of the column “%(name)s” holds a NUL byte. Leave the column out, or write it "
        "without."
    ),
    "not_this_encoding": gettext_lazy(
        "Line %(line)s cannot be read as %(encoding)s. Choose another encoding, or save the file "
        "as UTF-8."
    ),
    "one_column": gettext_lazy(
        "Only one column was found. Separate columns with commas, semicolons or tabs."
    ),
    "unnamed_column": gettext_lazy(
        "Column number %(place)s has no name. Name it in the header, or say on which line the "
        "header stands."
    ),
    "long_column_name": gettext_lazy(
        "The name of column number %(place)s is longer than %(limit)s characters. Shorten it, or "
        "say on which line the header stands."
    ),
    "repeated_column": gettext_lazy("Two columns are called “%(name)s”. Rename one."),
    "ragged_rows": gettext_lazy(
        "%(count)s rows do not have the header's %(expected)s fields (the first has %(found)s): "
        "lines %(lines)s. Quote the values that contain a separator."
    ),
    "broken_quotes": gettext_lazy(
        "A quotation mark is opened and never closed, or closed far below, at or after line "
        "%(line)s: the rows between would be lost in one value. Close it, or double it where it "
        "belongs to the value."
    ),
    "long_value": gettext_lazy(
        "A value on line %(line)s has more than %(limit)s characters. Shorten it, or leave its "
        "column out."
    ),
    "no_usable_feature": gettext_lazy("There is no column beside the target."),
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
    "no_such_split_column": gettext_lazy("There is no column “%(name)s” to split by."),
    "split_column_has_missing": gettext_lazy(
        "The column to split by, “%(name)s”, is missing in %(count)s rows. Complete them, or "
        "split otherwise."
    ),
    "split_column_without_times": gettext_lazy(
        "The column “%(name)s” holds neither dates nor numbers, so its rows cannot be put in the "
        "order of time. Choose another one, or split otherwise."
    ),
    "too_few_groups": gettext_lazy(
        "The column “%(name)s” has %(groups)s groups; at least %(least)s are needed to fill three "
        "parts. Split otherwise."
    ),
    "class_missing_in_part": gettext_lazy(
        "Split like this, the part “%(part)s” has %(rows)s rows of the class “%(name)s”; it needs "
        "at least 5. Split otherwise, or bring more rows."
    ),
}


def describe_failure(
    code: str, context: dict[str, Any], special: dict[str, str | Promise] | None = None
) -> str:
    """Why a job failed, in the reader's language.

    Args:
        special: what a kind of job says of it otherwise.
    """
    sentence = (special or {}).get(code) or FAILURES.get(code) or _("It failed.")
    return str(sentence) % context
