"""Words for how a file was read, and for the ways to read a column."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from classrooms.datasets.wording import number_text
from engine.reading.table_format import ColumnFormat, TableFormat

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

GROUPED: dict[str, Promise] = {
    " ": gettext_lazy("thousands with a space"),
    ",": gettext_lazy("thousands with a comma"),
    ".": gettext_lazy("thousands with a point"),
    "'": gettext_lazy("thousands with an apostrophe"),
}


def describe_format(table_format: TableFormat) -> list[tuple[str, str]]:
    """How the file was read, as labels and values."""
    day = _("day first") if table_format.day_first else _("month first")
    if table_format.container == "parquet":
        rows = [(_("Format"), "Parquet")]
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


def describe_choice(choice: dict[str, Any]) -> str:
    """A way to read a column, with the values that it has then."""
    if not choice["values"]:
        return describe_way(choice)
    least, median, greatest = map(number_text, choice["values"])
    sentence = _("%(way)s: from %(least)s to %(greatest)s, median %(median)s")
    values = {"least": least, "median": median, "greatest": greatest}
    return sentence % {"way": describe_way(choice), **values}


def describe_way(choice: dict[str, Any]) -> str:
    """A way to read a column: "per cent, decimal comma"."""
    said = ColumnFormat.model_validate(choice["format"])
    if said.kind == "text":
        return _("as text")
    words = []
    if choice["unit"] == "%":
        words.append(_("per cent"))
    elif choice["unit"]:
        words.append(_("in %(unit)s") % {"unit": choice["unit"]})
    if said.decimal == "," and said.thousands != ".":
        words.append(_("decimal comma"))
    if said.thousands:
        words.append(str(GROUPED[said.thousands]))
    return ", ".join(words or [_("decimal point")])
