"""Sentences for the data checks and for how a file was read."""

from __future__ import annotations

import math
from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from engine.reading.table_format import TableFormat
from engine.spec.schema import ColumnType


def type_label(name: str) -> str:
    """A column type in words."""
    labels = {
        ColumnType.NUMERIC: _("number"),
        ColumnType.CATEGORICAL: _("category"),
        ColumnType.BOOLEAN: _("yes/no"),
        ColumnType.TEXT: _("free text"),
        ColumnType.DATETIME: pgettext("column type", "date"),
        ColumnType.ID: _("identifier"),
    }
    return labels[ColumnType(name)]


TARGET_PROBLEMS: dict[str, Promise] = {
    "missing": gettext_lazy("some rows have no value"),
    "constant": gettext_lazy("all rows have the same value"),
    "quantity": gettext_lazy(
        "a quantity: predicting it is regression, and a Dojo is about yes/no questions"
    ),
    "many_classes": gettext_lazy("more than 20 different values"),
}

LEFT_OUT: dict[str, Promise] = {
    "ragged": gettext_lazy("does not fit the header"),
    "blank": gettext_lazy("blank"),
    "preamble": gettext_lazy("above the header"),
    "footer": gettext_lazy("note or total at the end"),
}

DELIMITERS: dict[str, Promise] = {
    ",": gettext_lazy("comma"),
    ";": gettext_lazy("semicolon"),
    "\t": gettext_lazy("tab"),
    "|": gettext_lazy("bar"),
}

THOUSANDS: dict[str, Promise] = {
    "": pgettext_lazy("thousands separator", "none"),
    " ": gettext_lazy("space"),
    ",": gettext_lazy("comma"),
    ".": gettext_lazy("point"),
    "'": gettext_lazy("apostrophe"),
}

FINDINGS: dict[str, Promise] = {
    "all_missing": gettext_lazy("No value at all, so no model can use it: %(columns)s."),
    "constant": gettext_lazy("Same value in every row, so it carries no information: %(columns)s."),
    "mostly_missing": gettext_lazy(
        "%(columns)s: missing in %(share)s of rows. Is missingness itself informative?"
    ),
    "infinite": gettext_lazy(
        "%(columns)s: %(count)s infinite or enormous values, which count as missing."
    ),
    "suspected_id": gettext_lazy(
        "Looks like an identifier, to leave out of a first experiment: %(columns)s."
    ),
    "many_categories": gettext_lazy(
        "%(columns)s: %(count)s categories. Group the rare ones, or use target encoding."
    ),
    "imbalanced": gettext_lazy(
        "The rarer class of %(columns)s makes up %(share)s of rows: accuracy "
        "flatters a model that never finds it."
    ),
    "duplicates": gettext_lazy("Duplicate rows, ignoring identifiers: %(count)s."),
    "rows_in_train_and_test": gettext_lazy(
        "Test rows that also appear in the training set: %(count)s. A model may "
        "have memorised them."
    ),
    "texts_in_train_and_test": gettext_lazy(
        "Test texts that also appear word for word in the training set "
        "(%(columns)s): %(count)s. A model may have memorised them."
    ),
    "leak_suspected": gettext_lazy(
        "Almost predicts the target alone (ROC AUC %(auc)s): %(columns)s. Is it "
        "known when you predict, or recorded after the outcome?"
    ),
    "drift": gettext_lazy(
        "%(columns)s: distributed differently in the holdout and the training set "
        "(distance %(distance)s). Scores may drop on the holdout."
    ),
    "drift_too": gettext_lazy(
        "Also distributed differently in the holdout and the training set: %(columns)s."
    ),
    "target_drift": gettext_lazy(
        "%(columns)s: the positive class makes up %(share)s of the training set and "
        "%(share_later)s of the holdout. What a model learns from one may not hold "
        "for the other."
    ),
    "correlated": gettext_lazy(
        "%(columns)s carry nearly the same information (rank correlation %(value)s), "
        "so they will share importance."
    ),
}


def number_text(value: float) -> str:
    """A number as a person would say it: four digits that matter, in the reader's language."""
    if value and not 1e-4 <= abs(value) < 1e9:
        return f"{value:.3g}"
    places = max(0, 3 - math.floor(math.log10(abs(value)))) if value else 0
    text = f"{value:.{places}f}"
    decimals = len(text.rstrip("0").partition(".")[2]) if "." in text else 0
    return number_format(value, decimals, force_grouping=True)


def describe_finding(finding: dict[str, Any]) -> str:
    """A finding of the health report, in the reader's language."""
    names = finding["columns"]
    joined = ", ".join(names[:-1])
    values: dict[str, str] = {"columns": _(" and ").join([joined, names[-1]] if joined else names)}
    for name, value in finding["values"].items():
        if name.startswith("share"):
            values[name] = _("%(percent)s%%") % {"percent": number_format(100 * value, 1)}
        else:
            values[name] = number_format(value, 0 if isinstance(value, int) else 2)
    return str(FINDINGS[finding["code"]]) % values


def describe_format(table_format: TableFormat) -> list[tuple[str, str]]:
    """How the file was read, as labels and values."""
    day = _("day first") if table_format.day_first else _("month first")
    if table_format.container == "parquet":
        rows = [(_("Format"), "Parquet")]
    elif table_format.container == "workbook":
        rows = [
            (_("Format"), "Excel"),
            (_("Sheet"), describe_sheet(table_format)),
            (_("Header"), _("row %(row)s") % {"row": table_format.header_line}),
            (_("Ambiguous dates"), day),
        ]
    else:
        rows = [
            (_("Encoding"), table_format.encoding.upper()),
            (_("Separator"), str(DELIMITERS[table_format.delimiter])),
            (_("Header"), _("line %(line)s") % {"line": table_format.header_line}),
            (_("Decimal separator"), _("point") if table_format.decimal == "." else _("comma")),
            (_("Thousands"), str(THOUSANDS[table_format.thousands])),
            (_("Ambiguous dates"), day),
        ]
    if table_format.compressed:
        rows.append((_("Compression"), "gzip"))
    return rows


def describe_sheet(table_format: TableFormat) -> str:
    """The sheet that was read, and how many it could have been."""
    if len(table_format.sheets) < 2:
        return table_format.sheet
    sentence = _("“%(name)s”, one of %(count)s sheets: choose another one if it is the wrong table")
    return sentence % {"name": table_format.sheet, "count": len(table_format.sheets)}


def describe_left_out(counts: dict[str, int]) -> str:
    """How many lines of the file were left out, and why."""
    total = sum(counts.values())
    reasons = ", ".join(f"{LEFT_OUT[reason]} ({count})" for reason, count in counts.items())
    sentence = ngettext(
        "%(count)s line of the file is not a row of the table: %(reasons)s.",
        "%(count)s lines of the file are not rows of the table: %(reasons)s.",
        total,
    )
    return sentence % {"count": total, "reasons": reasons}
